/** Whether `kinora studio` with an engine serves this page, and how the page calls it. A static site has no engine. */
import { type Answer, addressOf, call, type Operation, type Request } from 'kinora/workbench';

export const hasEngine = (): boolean => document.querySelector('meta[name="kinora-workbench"]') !== null;

/** Calls an operation of the open project. Throws with the server's one line. */
export const ask = <Name extends Operation>(
  name: Name,
  request: Request<Name>,
  options: RequestInit = {},
): Promise<Answer<Name>> => call(name, request, options);

export { addressOf };

/** Sends a file with its progress, which `fetch` cannot report. Throws with the server's one line. */
export function upload<Name extends Operation>(
  name: Name,
  request: Omit<Request<Name>, 'body'>,
  file: Blob,
  onprogress: (share: number) => void,
  signal?: AbortSignal,
): Promise<Answer<Name>> {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open('POST', addressOf(name, request));
    sending.responseType = 'json';
    sending.setRequestHeader('content-type', file.type.split(';')[0] || typeOf(file));
    sending.upload.onprogress = ({ loaded, total }) => onprogress(total > 0 ? loaded / total : 0);
    sending.onload = () => {
      if (sending.status < 300) resolve(sending.response as Answer<Name>);
      else reject(new Error(sending.response?.error?.message ?? `the server answered ${sending.status}`));
    };
    sending.onerror = () => reject(new Error('the server does not answer; is kinora studio still running?'));
    sending.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    signal?.addEventListener('abort', () => sending.abort(), { once: true });
    sending.send(file);
  });
}

/** Browsers know no type for some files. */
const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  mkv: 'video/x-matroska',
  avi: 'video/x-msvideo',
  mpg: 'video/mpeg',
  mpeg: 'video/mpeg',
  ogv: 'video/ogg',
  '3gp': 'video/3gpp',
  gif: 'image/gif',
};
const extension = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();
const typeOf = (file: Blob): string =>
  (file instanceof File && TYPES[extension(file.name)]) || 'application/octet-stream';

export const isVideo = (name: string): boolean => extension(name) in TYPES;

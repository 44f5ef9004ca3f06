/** Files as a page names them: addresses, files of the reader's, bytes. */
import { kinoraError } from '@kinora/clip';

export type FileSource = Uint8Array | Blob | string;

/** For errors. */
export function nameOf(file: FileSource): string {
  if (typeof file === 'string') return file;
  return file instanceof File ? file.name : 'the model';
}

/** The file's bytes; an address that cannot be fetched is an error of this code. */
export async function bytesOf(file: FileSource, code: string, expected: string): Promise<Uint8Array> {
  if (typeof file !== 'string') return file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file;
  const refuse = (received: string, cause?: unknown): never => {
    throw kinoraError(code, file, `${expected} that can be fetched`, received, { cause });
  };
  const response = await fetch(file).catch((cause) => refuse(String(cause), cause));
  if (!response.ok) refuse(`status ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

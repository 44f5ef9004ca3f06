/**
 * Errors of file operations on clips. Faults of the clip get a `clip/` code, which allows loaders to continue without
 * it; faults of the machine (too many open files, no memory) pass through.
 */
import { kinoraError } from '@kinora/clip';

const RECEIVED: Readonly<Record<string, string>> = {
  ENOENT: 'nothing there',
  ENOTDIR: 'a file',
  EISDIR: 'a folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EIO: 'a read error from the disk',
  ELOOP: 'a link that leads back to itself',
  ENAMETOOLONG: 'a name that is too long for the file system',
};

/** The error to throw for a system error at `path`, where `expected` should have been. */
export function fileError(error: unknown, path: string, expected: string): unknown {
  const system = (error as NodeJS.ErrnoException | null)?.code ?? '';
  const received = RECEIVED[system];
  if (received === undefined) return error;
  const code = system === 'ENOENT' ? 'clip/missing' : 'clip/unreadable';
  return kinoraError(code, path, expected, received, { cause: error });
}

/**
 * Where an entry of a list lies on disk. Lists come from other people: an entry may not lead out of the data
 * folder. Links inside the folder are its owner's and are followed.
 */
import { isAbsolute, join } from 'node:path';
import { kinoraError } from '@kinora/torch/error';

/** Names made of these alone, such as `12` or `train/a.mp4`, cannot climb; it saves looking closer at a million of them. */
const HARMLESS = /^[\w-]+(?:[./][\w-]+)*$/;

/** The path of `entry` below `root`. Throws KinoraError `data/path-escapes` naming `where` if it leaves it. */
export function pathInside(root: string, entry: string, where: () => string): string {
  if (HARMLESS.test(entry)) return `${root}/${entry}`;
  if (!climbs(entry)) return join(root, entry);
  throw kinoraError('data/path-escapes', where(), `a path inside ${root}`, JSON.stringify(entry));
}

/** Whether a relative name leads out of the folder it is meant for, on any platform. */
export function climbs(entry: string): boolean {
  const parts = entry.split(/[/\\]/);
  const drive = /^[a-z]:/i.test(entry);
  return (
    entry === '' ||
    isAbsolute(entry) ||
    entry.startsWith('\\') ||
    drive ||
    parts.includes('..') ||
    entry.includes('\0')
  );
}

/** Whether a path is the address of something on a web server. */
export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);

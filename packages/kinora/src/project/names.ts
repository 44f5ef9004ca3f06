/**
 * Names in a project: classes are folders, a person is the beginning of a file's name (`anna` of `anna-3.mp4`). Names that
 * people type become names that every file system and every shell takes.
 */
import * as z from 'zod';

/** A class, which is the name of a folder. */
export const classNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^./\\:*?"<>|\p{Cc}\p{Cf}\u2028\u2029-][^/\\:*?"<>|\p{Cc}\p{Cf}\u2028\u2029]*$/u, {
    error: 'a name without / \\ : * ? " < > |, not starting with a dot or a hyphen',
  })
  .refine((name) => !/[. ]$/.test(name), { error: 'a name that does not end in a dot or a space' })
  .refine((name) => !/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(name), {
    error: 'a name that Windows does not reserve',
  });

/** A person. A hyphen separates the person from the number, so there is none in it. */
export const personNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_ ]*[\p{L}\p{M}\p{N}_])?$/u, {
    error: 'a name of letters, digits, spaces and _',
  });

/** A run, which is the name of a folder. */
export const runNameSchema = z
  .string()
  .min(1)
  .max(80)
  .regex(/^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_. -]*[\p{L}\p{M}\p{N}_-])?$/u, {
    error: 'a name of letters, digits, spaces, ., _ and -',
  });

/** Clips of nobody in particular are named after this. */
export const NOBODY = 'unknown';

/** The person in a file or folder of this name: what precedes its last hyphen and number; undefined without one. */
export function personIn(fileName: string): string | undefined {
  const person = /^(.+?)-[^-]*$/.exec(fileName.replace(/\.[^.]*$/, ''))?.[1];
  return person === undefined || person === NOBODY ? undefined : person;
}

/** The first number that no clip of this person in these file names has. */
export function nextNumber(fileNames: Iterable<string>, person: string): number {
  let largest = 0;
  const prefix = `${person}-`;
  for (const name of fileNames) {
    if (!name.startsWith(prefix)) continue;
    const number = /^(\d{1,9})(?:\.|$)/.exec(name.slice(prefix.length))?.[1];
    if (number !== undefined) largest = Math.max(largest, Number(number));
  }
  return largest + 1;
}

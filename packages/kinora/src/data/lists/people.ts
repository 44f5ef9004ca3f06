/**
 * The person in each clip: `subjects.csv` beside a list, whose first line names the columns `id` and `subject`. All
 * clips of a person, including mirrored and reversed ones, stay together in splits, folds and resamples.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { csvFields, readLines } from '../../files/csv.js';
import type { ClipItem } from './clip-list.js';

export interface People {
  /** A number per person, `[N]`; if people are unknown, a number per clip. */
  readonly groups: Int32Array;
  /** Names by that number; absent if people are unknown. */
  readonly names?: readonly string[];
  /** The file that this was read from, if any. */
  readonly file?: string;
}

const NAME = 'subjects.csv';

/** The subjects file beside a list, if there is one. */
export function subjectsBeside(list: string | undefined): string | undefined {
  if (list === undefined) return undefined;
  const file = join(dirname(list), NAME);
  return existsSync(file) ? file : undefined;
}

/** Throws `data/subjects` for a clip that is not in the file, and for an invalid file. */
export function peopleOf(items: readonly ClipItem[], file: string | undefined): People {
  if (file === undefined) return { groups: Int32Array.from(items, (_, n) => n) };
  const subjects = readSubjects(file);
  const named = grouped(items, ({ id }) => {
    const subject = subjects.get(id);
    if (subject === undefined) throw unknownClip(file, id);
    return subject;
  });
  return { ...named, file };
}

/** The people in clips of a list by the subjects file beside it; unknown where there is none. */
export const peopleBeside = (items: readonly ClipItem[], list: string | undefined): People =>
  peopleOf(items, subjectsBeside(list));

/**
 * The person from the name of the clip's file or folder: the first group of the pattern, or the whole match. Throws
 * `data/subjects` for a name that does not match.
 */
export function peopleByName(items: readonly ClipItem[], pattern: RegExp): People {
  return grouped(items, ({ id }) => {
    const match = pattern.exec(basename(id));
    const subject = match?.[1] ?? match?.[0] ?? '';
    if (subject === '') throw nameless(id, pattern);
    return subject;
  });
}

function grouped(items: readonly ClipItem[], subjectOf: (item: ClipItem) => string) {
  const numbers = new Map<string, number>();
  const groups = Int32Array.from(items, (item) => {
    const subject = subjectOf(item);
    if (!numbers.has(subject)) numbers.set(subject, numbers.size);
    return numbers.get(subject)!;
  });
  return { groups, names: [...numbers.keys()] };
}

/** The person in each clip, by its id. Throws `data/subjects`. */
export function readSubjects(file: string): Map<string, string> {
  const [heading = '', ...lines] = readLines(file, 'a list of subjects').filter((line) => line.trim() !== '');
  const separator = heading.includes(';') ? ';' : ',';
  const columns = csvFields(heading, separator).map((name) => name.trim().toLowerCase());
  const [id, subject] = [columns.indexOf('id'), columns.indexOf('subject')];
  if (id < 0 || subject < 0) throw noColumns(file, heading);
  return new Map(
    lines.map((line) => {
      const fields = csvFields(line, separator);
      return [fields[id] ?? '', fields[subject] ?? ''];
    }),
  );
}

const noColumns = (file: string, heading: string): KinoraError =>
  kinoraError('data/subjects', `${file} line 1`, {
    expected: 'column names that include id and subject',
    received: JSON.stringify(heading),
  });

const unknownClip = (file: string, id: string): KinoraError =>
  kinoraError('data/subjects', file, `the person in clip ${id}`, 'no line for it', {
    hint: 'name another file with --subjects',
  });

const nameless = (id: string, pattern: RegExp): KinoraError =>
  kinoraError('data/subjects', id, `a name that matches ${pattern}`, JSON.stringify(basename(id)));

/** A number per person of names, `[N]`; without a name, each is someone else. */
export function peopleNumbers(names: readonly (string | undefined)[]): number[] {
  const numbers = new Map<string, number>();
  let next = 0;
  return names.map((name) => {
    if (name === undefined) return next++;
    const number = numbers.get(name) ?? next++;
    numbers.set(name, number);
    return number;
  });
}

/**
 * Reads lists of clips. The first line determines the format:
 * - `id;label`: Jester's lists; the test list has only `id`;
 * - `path,label[,start,end]`: a generic CSV, quotes allowed, `start` and `end` in seconds; a first line
 *   with `path` in it names the columns, in any order, and may separate them by `;` as some spreadsheets do.
 * A folder with one subfolder per class needs no list (`class-folders.ts`).
 */
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { csvFields, readLines } from '../../files/csv.js';
import { pathInside } from '../../files/path.js';
import type { ClipItem, ClipList } from './clip-list.js';
import { className, unknownLabel } from './labels.js';

export interface ListOptions {
  /** The classes. Default: those in the list, in alphabetical order. */
  readonly labels?: readonly string[];
  /** Whether a label that is not among `labels` is an error or its line is dropped. */
  readonly unknownLabels?: 'error' | 'drop';
}

/** One line of a list, before its label is converted to a number. */
interface Entry {
  readonly id: string;
  readonly label: string | undefined;
  readonly start?: number;
  readonly end?: number;
}

/** The file and line being read, for errors. */
type Where = () => string;
type LineReader = (line: string, where: Where) => Entry;

/** Reads a list whose clips are in `root`. Errors name the file and the line. */
export function readClipList(file: string, root: string, options: ListOptions = {}): ClipList {
  const lines = readLines(file, 'a list of clips');
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) throw empty(file, 0);
  const { read, header } = formatOf(lines[first]!, () => `${file} line ${first + 1}`);
  let at = header ? first + 1 : first;
  const where = (): string => `${file} line ${at + 1}`;
  const known = options.labels === undefined ? new Map<string, number>() : indexed(options.labels);
  const unknown = options.labels === undefined ? 'add' : (options.unknownLabels ?? 'error');
  const items: ClipItem[] = [];
  let entries = 0;
  for (; at < lines.length; at++) {
    if (lines[at]!.trim() === '') continue;
    entries++;
    const entry = read(lines[at]!, where);
    const name = entry.label === undefined ? undefined : className(entry.label, where);
    const label = labelIndex(name, known, unknown, where);
    if (label !== undefined) items.push(clipItem(entry, root, label, where));
  }
  if (items.length === 0) throw empty(file, entries);
  const list = { labels: [...known.keys()], items, dropped: entries - items.length };
  return options.labels === undefined ? alphabetical(list) : list;
}

/** -1 without a label; undefined for a line to drop. */
function labelIndex(
  label: string | undefined,
  known: Map<string, number>,
  unknown: 'error' | 'drop' | 'add',
  where: Where,
): number | undefined {
  if (label === undefined) return -1;
  const index = known.get(label);
  if (index !== undefined || unknown === 'drop') return index;
  if (unknown === 'error') throw unknownLabel(where(), label, [...known.keys()], 'lines');
  known.set(label, known.size);
  return known.size - 1;
}

function clipItem({ id, start, end }: Entry, root: string, label: number, where: Where): ClipItem {
  const path = pathInside(root, id, where);
  if (start === undefined && end === undefined) return { id, path, label };
  return { id, path, label, ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
}

function indexed(labels: readonly string[]): Map<string, number> {
  return new Map(labels.map((label, i) => [label, i]));
}

/** Sorted, so that the classes do not depend on the order of the list. */
function alphabetical({ labels, items, dropped }: ClipList): ClipList {
  const sorted = [...labels].sort();
  const moved = labels.map((label) => sorted.indexOf(label));
  return {
    labels: sorted,
    items: items.map((item) => ({ ...item, label: moved[item.label] ?? -1 })),
    dropped,
  };
}

function formatOf(line: string, where: Where): { read: LineReader; header: boolean } {
  const separator = line.includes(';') ? ';' : ',';
  const columns = csvFields(line, separator).map((name) => name.toLowerCase());
  if (columns.includes('path')) return { read: csvReader(columns, separator), header: true };
  // Read as a clip, it would add a class.
  if (columns.includes('label'))
    throw badLine(where(), 'a column named path besides the one named label', line);
  if (separator === ';') return { read: readJesterLine, header: false };
  if (!line.includes(',')) return { read: readIdLine, header: false };
  return { read: csvReader(['path', 'label', 'start', 'end'], ','), header: false };
}

function readJesterLine(line: string, where: Where): Entry {
  const at = line.indexOf(';');
  const id = line.slice(0, at).trim();
  const label = line.slice(at + 1).trim();
  if (at < 0 || id === '' || label === '' || label.includes(';')) throw badLine(where(), 'id;label', line);
  return { id, label };
}

function readIdLine(line: string, where: Where): Entry {
  if (line.includes(';') || line.includes(','))
    throw badLine(where(), 'only an id, as in the first line', line);
  return { id: line.trim(), label: undefined };
}

function csvReader(columns: readonly string[], separator: string): LineReader {
  const [path, label, start, end] = ['path', 'label', 'start', 'end'].map((name) => columns.indexOf(name));
  return (line, where) => {
    const fields = csvFields(line, separator);
    const id = fields[path!] ?? '';
    if (id === '' || fields.length > columns.length) throw badLine(where(), columns.join(','), line);
    const name = fields[label!] ?? '';
    const part = { start: seconds(fields[start!], where), end: seconds(fields[end!], where) };
    if (part.start !== undefined && part.end !== undefined && part.end <= part.start) {
      throw badLine(where(), 'an end later than the start', line);
    }
    return {
      id,
      label: name === '' ? undefined : name,
      ...(part.start === undefined ? {} : { start: part.start }),
      ...(part.end === undefined ? {} : { end: part.end }),
    };
  };
}

function seconds(field: string | undefined, where: Where): number | undefined {
  if (field === undefined || field === '') return undefined;
  const value = Number(field);
  if (Number.isFinite(value) && value >= 0) return value;
  throw badLine(where(), 'seconds from the start of the video', field);
}

function badLine(where: string, expected: string, line: string): KinoraError {
  const shown = line.length > 80 ? `${line.slice(0, 77)}...` : line;
  return kinoraError('data/bad-line', where, expected, JSON.stringify(shown));
}

function empty(file: string, entries: number): KinoraError {
  const received =
    entries === 0 ? 'a list without entries' : 'only lines whose labels are not in the labels file';
  return kinoraError('data/empty-list', file, 'at least one clip', received);
}

/**
 * Lists of streams: running videos and the gestures in them, `path,label,start,end[,subject][,activity]`, one event a line,
 * seconds from the start of the video. A line with a path alone lists a video without events. A line with an activity
 * instead of a label says what the person does meanwhile (`drinking`): false alarms are counted by it.
 */
import { dirname } from 'node:path';
import { nearest } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { csvFields, readLines } from '../../files/csv.js';
import { pathInside } from '../../files/path.js';

/** A stretch of a stream, in seconds from its start. */
export interface Stretch {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

/** An event of a list, and its line, for errors. */
export interface ListedEvent extends Stretch {
  readonly where: string;
}

export interface ListedStream {
  /** As in the list. */
  readonly id: string;
  /** Folder of frames or video file. */
  readonly path: string;
  /** The person, where the list has a column `subject`. */
  readonly subject?: string;
  /** Sorted by their start; none overlaps another. */
  readonly events: readonly ListedEvent[];
  /** What happens between the events, where the list says so. */
  readonly activities: readonly ListedEvent[];
}

export interface StreamListOptions {
  /** The labels that events may have. Default: any. */
  readonly labels?: readonly string[];
  /** Folder that the paths are relative to. Default: that of the list. */
  readonly root?: string;
}

const COLUMNS = ['path', 'label', 'start', 'end', 'subject', 'activity'] as const;
type Column = (typeof COLUMNS)[number];

interface Row extends Record<Column, string> {
  readonly where: string;
}

/**
 * Reads a list of streams. Throws `data/bad-line`, `data/unknown-label`, `data/overlap` and `data/empty-list`, naming the
 * line.
 */
export function readStreamList(file: string, options: StreamListOptions = {}): ListedStream[] {
  const { root = dirname(file) } = options;
  const rows = new Map<string, Row[]>();
  for (const row of readRows(file)) rows.set(row.path, [...(rows.get(row.path) ?? []), row]);
  if (rows.size === 0)
    throw kinoraError('data/empty-list', file, 'at least one stream', 'a list without entries');
  return Array.from(rows, ([id, own]) => streamOf(id, own, root, options.labels));
}

function* readRows(file: string): Generator<Row> {
  const lines = readLines(file, 'a list of streams');
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return;
  const separator = lines[first]!.includes(';') ? ';' : ',';
  const columns = csvFields(lines[first]!, separator).map((name) => name.toLowerCase());
  const missing = (['path', 'label', 'start', 'end'] as const).find((name) => !columns.includes(name));
  if (missing !== undefined)
    throw kinoraError('data/bad-line', `${file} line ${first + 1}`, {
      expected: 'column names that include path, label, start and end',
      received: JSON.stringify(shortened(lines[first]!)),
    });
  for (let at = first + 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.trim() === '') continue;
    const where = `${file} line ${at + 1}`;
    const fields = csvFields(line, separator);
    if (fields.length > columns.length) throw badLine(where, columns.join(separator), line);
    const field = (name: Column): string => fields[columns.indexOf(name)] ?? '';
    const row = Object.fromEntries(COLUMNS.map((name) => [name, field(name)])) as Record<Column, string>;
    if (row.path === '') throw badLine(where, 'the path of a stream', line);
    yield { ...row, where };
  }
}

function streamOf(
  id: string,
  rows: readonly Row[],
  root: string,
  labels: readonly string[] | undefined,
): ListedStream {
  const subjects = [...new Set(rows.map(({ subject }) => subject).filter((subject) => subject !== ''))];
  if (subjects.length > 1)
    throw kinoraError('data/bad-line', rows.find(({ subject }) => subject === subjects[1])!.where, {
      expected: `one person a stream, ${subjects[0]} in ${id}`,
      received: subjects[1]!,
    });
  const stretches = rows.flatMap((row) => {
    const part = stretchOf(row);
    return part === undefined ? [] : [{ ...part, isEvent: row.label !== '' }];
  });
  const parts = (isEvent: boolean): ListedEvent[] =>
    stretches
      .filter((part) => part.isEvent === isEvent)
      .map(({ isEvent: _, ...part }) => part)
      .sort((a, b) => a.start - b.start);
  const [events, activities] = [parts(true), parts(false)];
  const stray = labels && events.find(({ label }) => !labels.includes(label));
  if (stray) throw unknownEvent(stray, labels);
  for (const kind of [events, activities]) checkOverlaps(kind);
  return {
    id,
    path: pathInside(root, id, () => rows[0]!.where),
    ...(subjects.length === 1 && { subject: subjects[0]! }),
    events,
    activities,
  };
}

function stretchOf({ label, activity, start, end, where }: Row): ListedEvent | undefined {
  if (label !== '' && activity !== '')
    throw kinoraError('data/bad-line', where, 'a label or an activity', `both, "${label}" and "${activity}"`);
  const name = label === '' ? activity : label;
  if (name === '' && start === '' && end === '') return undefined;
  if (name === '')
    throw kinoraError('data/bad-line', where, 'a label for the event', `none from ${start} to ${end} s`);
  const [from, to] = [seconds(start, 'start', where), seconds(end, 'end', where)];
  if (to <= from)
    throw kinoraError('data/bad-line', where, 'an end later than the start', `${start} to ${end} s`);
  return { label: name, start: from, end: to, where };
}

function seconds(text: string, what: string, where: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  throw kinoraError('data/bad-line', where, {
    expected: `${what} of the event in seconds from the start of the video`,
    received: text === '' ? 'nothing' : JSON.stringify(text),
  });
}

function checkOverlaps(events: readonly ListedEvent[]): void {
  for (const [i, event] of events.entries()) {
    const before = events[i - 1];
    if (before === undefined || event.start >= before.end) continue;
    throw kinoraError('data/overlap', event.where, {
      expected: `an event that starts after the one before it, which ends at ${before.end} s (${before.where})`,
      received: `one that starts at ${event.start} s`,
    });
  }
}

/** Throws `data/outside` for an event that ends after the stream, give or take one frame. */
export function checkInside({ id, events, activities }: ListedStream, duration: number, frame: number): void {
  const late = [...events, ...activities].find(({ end }) => end > duration + frame);
  if (late === undefined) return;
  throw kinoraError('data/outside', late.where, {
    expected: `an event inside ${id}, which is ${duration.toFixed(2)} s long`,
    received: `one from ${late.start} to ${late.end} s`,
  });
}

function unknownEvent({ label, where }: ListedEvent, labels: readonly string[]): KinoraError {
  const near = nearest(label, labels);
  return kinoraError('data/unknown-label', where, `one of the ${labels.length} labels`, `"${label}"`, {
    hint:
      near === undefined
        ? 'write what is no gesture into the column activity'
        : `the nearest label is "${near}"; write what is no gesture into the column activity`,
  });
}

const shortened = (line: string): string => (line.length > 80 ? `${line.slice(0, 77)}...` : line);

const badLine = (where: string, expected: string, line: string): KinoraError =>
  kinoraError('data/bad-line', where, expected, JSON.stringify(shortened(line)));

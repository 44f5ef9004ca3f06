/**
 * Logs of what a recognizer found: its `gesture` events as JSON, one a line, each with the `path` of its stream
 * (`{"path":"a.mp4","phase":"started","label":"Thumb Up","started":3.2,...}`), or a list `path,label,start,end`.
 */
import { kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { readLines } from '../../files/csv.js';
import { type ListedStream, readStreamList } from './stream-list.js';

export interface LoggedGesture {
  readonly label: string;
  /** Seconds at which it was recognised. */
  readonly time: number;
  /** Seconds at which it was over, where the log says so. */
  readonly ended?: number;
}

const eventSchema = z.looseObject({
  path: z.string().optional(),
  phase: z.enum(['started', 'ended']),
  label: z.string(),
  started: z.number().min(0),
  ended: z.number().nullable(),
});

/**
 * The gestures of each of the streams, in order of time. Throws `data/bad-line` for a line that is no event, and for a
 * stream that is not in the list.
 */
export function readGestureLog(
  file: string,
  streams: readonly Pick<ListedStream, 'id'>[],
): Map<string, LoggedGesture[]> {
  const lines = readLines(file, 'a log of gestures');
  const found = new Map<string, LoggedGesture[]>(streams.map(({ id }) => [id, []]));
  const of = (path: string, where: string): LoggedGesture[] => {
    const own = found.get(path);
    if (own !== undefined) return own;
    throw kinoraError('data/bad-line', where, 'a stream of the list', JSON.stringify(path));
  };
  if (
    lines
      .find((line) => line.trim() !== '')
      ?.trimStart()
      .startsWith('{') === true
  )
    for (const [at, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const where = `${file} line ${at + 1}`;
      const { path = onlyStream(streams, where), label, started, ended, phase } = parseEvent(line, where);
      const own = of(path, where);
      const before = own.findIndex((one) => one.label === label && one.time === started);
      if (before >= 0) own.splice(before, 1);
      own.push({ label, time: started, ...(phase === 'ended' && ended !== null && { ended }) });
    }
  else
    for (const { id, events } of readStreamList(file))
      for (const { label, start, end, where } of events)
        of(id, where).push({ label, time: start, ended: end });
  for (const own of found.values()) own.sort((a, b) => a.time - b.time);
  return found;
}

function onlyStream(streams: readonly Pick<ListedStream, 'id'>[], where: string): string {
  if (streams.length === 1) return streams[0]!.id;
  throw kinoraError('data/bad-line', where, {
    expected: `the path of one of the ${streams.length} streams`,
    received: 'an event without a path',
  });
}

function parseEvent(line: string, where: string): z.infer<typeof eventSchema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const result = eventSchema.safeParse(value);
  if (result.success) return result.data;
  throw kinoraError('data/bad-line', where, {
    expected: 'a gesture event with path, phase, label, started and ended, as JSON',
    received: JSON.stringify(line.length > 60 ? `${line.slice(0, 57)}...` : line),
  });
}

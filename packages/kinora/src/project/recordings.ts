/**
 * Long recordings, `recordings/<person>-<n>`, and the events marked in them: `recordings/events.csv`, a list of streams, so that
 * `kinora tune` and `kinora eval --streams` read it as it is. Each event can be cut into a clip.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { isVideoName } from '../data/lists/class-folders.js';
import { readStreamList } from '../data/lists/stream-list.js';
import { csvLine } from '../files/csv.js';
import { writeWhole } from '../files/record.js';
import { temporary, type Workplace } from './changes.js';
import { addClip } from './intake.js';
import { NOBODY, personIn } from './names.js';
import { type Project, pathsOf } from './project.js';
import type { Facts } from './reader.js';
import { fileFacts, type ScannedClip } from './scan.js';

/** Seconds from the start of the recording. */
export interface MarkedEvent {
  readonly class: string;
  readonly start: number;
  readonly end: number;
}

export interface Recording {
  /** Name of the file. */
  readonly id: string;
  readonly path: string;
  readonly person: string | undefined;
  readonly bytes: number;
  readonly modified: number;
  readonly version: string;
  readonly events: readonly MarkedEvent[];
}

const EVENTS = 'events.csv';

/** In the order of their names. Throws `data/*` for a damaged list of events. */
export function listRecordings(project: Project): Recording[] {
  const { recordings } = pathsOf(project);
  if (!existsSync(recordings)) return [];
  const events = readEvents(project);
  return readdirSync(recordings, { withFileTypes: true })
    .filter(
      (entry) =>
        !entry.name.startsWith('.') && ((entry.isFile() && isVideoName(entry.name)) || entry.isDirectory()),
    )
    .map(({ name }) => name)
    .sort()
    .flatMap((id) => {
      const path = join(recordings, id);
      const file = fileFacts(path);
      return file === undefined
        ? []
        : [{ id, path, person: personIn(id), ...file, events: events.get(id) ?? [] }];
    });
}

export function findRecording(project: Project, id: string): Recording {
  const found = listRecordings(project).find((one) => one.id === id);
  if (found !== undefined) return found;
  throw kinoraError(
    'project/unknown-recording',
    'recording',
    'a recording of the project',
    JSON.stringify(id.slice(0, 80)),
  );
}

function readEvents(project: Project): Map<string, MarkedEvent[]> {
  const { recordings } = pathsOf(project);
  const file = join(recordings, EVENTS);
  if (!existsSync(file) || statSync(file).size === 0) return new Map();
  const streams = readStreamList(file, { root: recordings });
  return new Map(
    streams.map(({ id, events }) => [
      id,
      events.map(({ label, start, end }) => ({ class: label, start, end })),
    ]),
  );
}

/** Replaces the events of a recording. Throws `data/overlap` where two of them overlap, and leaves the list as it was. */
export async function saveEvents(
  place: Workplace,
  id: string,
  events: readonly MarkedEvent[],
): Promise<Recording> {
  const { project } = place;
  const recording = findRecording(project, id);
  const facts = await factsOf(place, recording);
  const sorted = [...events].sort((a, b) => a.start - b.start);
  checkEvents(id, sorted, facts.seconds);
  const all = listRecordings(project).map((one) => (one.id === id ? { ...one, events: sorted } : one));
  const lines = all.flatMap(({ id: path, person = NOBODY, events: own }) =>
    own.length === 0
      ? [csvLine([path, '', '', '', person])]
      : own.map(({ class: label, start, end }) =>
          csvLine([path, label, seconds(start), seconds(end), person]),
        ),
  );
  const text = ['path,label,start,end,subject', ...lines].join('\n');
  writeWhole(join(pathsOf(project).recordings, EVENTS), `${text}\n`);
  return findRecording(project, id);
}

const seconds = (value: number): string => String(Math.round(value * 1e4) / 1e4);

function checkEvents(id: string, events: readonly MarkedEvent[], length: number): void {
  const late = events.find(({ end }) => end > length + 0.1);
  if (late !== undefined) throw outside(id, late, length);
  for (const [i, event] of events.entries()) {
    const before = events[i - 1];
    if (before === undefined || event.start >= before.end) continue;
    throw kinoraError('data/overlap', id, {
      expected: `an event that starts after the one before it, which ends at ${before.end} s`,
      received: `one that starts at ${event.start} s`,
    });
  }
}

/** Makes a clip of each event, in order, and returns them. Clips made before one that fails stay. */
export async function cutRecording(
  place: Workplace,
  id: string,
  events: readonly MarkedEvent[],
): Promise<ScannedClip[]> {
  const { project, threads } = place;
  const recording = findRecording(project, id);
  const { seconds: length } = await factsOf(place, recording);
  const late = events.find(({ end, start }) => end > length + 0.1 || start >= length);
  if (late !== undefined) throw outside(id, late, length);
  const clips: ScannedClip[] = [];
  for (const { class: name, start, end } of events) {
    const to = temporary(project, statSync(recording.path).isDirectory() ? '' : '.mp4');
    await threads.read('cut', { path: recording.path, rate: project.frameRate, start, end, to });
    clips.push(await addClip(place, to, { class: name, person: recording.person }));
  }
  return clips;
}

export const factsOf = (
  { project, threads }: Pick<Workplace, 'project' | 'threads'>,
  { path }: Recording,
): Promise<Facts> => threads.read('probe', { path, rate: project.frameRate });

const outside = (id: string, { start, end }: MarkedEvent, length: number): KinoraError =>
  kinoraError(
    'data/outside',
    id,
    `an event inside the recording, which is ${length.toFixed(2)} s long`,
    `one from ${start} to ${end} s`,
  );

/** The run's `bad_clips.csv`: every clip that could not be read, over all sessions of the run. */
import { existsSync } from 'node:fs';
import { type BadClip, writeBadClips } from '../data/lists/bad-clips.js';
import { csvFields, readLines } from '../data/lists/text-lines.js';
import type { Progress } from '../progress.js';

/** Tells each bad clip and keeps the list; a resumed run goes on with its list, a new one starts it. */
export function badClipReporter(file: string, resumed: boolean, progress: Progress): (clip: BadClip) => void {
  const found = new Map<string, BadClip>(resumed ? known(file).map((clip) => [clip.path, clip]) : []);
  return (clip) => {
    found.set(clip.path, clip);
    progress.log(`bad clip ${clip.id}: ${clip.reason}`);
    writeBadClips(file, [...found.values()]);
  };
}

function known(file: string): BadClip[] {
  if (!existsSync(file)) return [];
  const rows = readLines(file, 'a list of bad clips').slice(1);
  return rows
    .map((row) => csvFields(row, ','))
    .filter((fields) => fields.length === 3)
    .map(([id, path, reason]) => ({ index: -1, id: id!, path: path!, reason: reason! }));
}

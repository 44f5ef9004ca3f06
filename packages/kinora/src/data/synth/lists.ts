/**
 * The lists beside the clips, in Jester's format: `id;label` for training and validation, `id` alone for the
 * test split, one label a line. `test-key.csv` has the test labels for one's own scoring, `subjects.csv` says who
 * is in which clip. Each is written beside its place, synced and renamed.
 */
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { gestureLabels } from './labels.js';
import type { PlannedClip, Split } from './plan.js';

/** Contents of all lists by file name. */
export function listFiles(clips: readonly PlannedClip[]): Record<string, string> {
  const of = (split: Split) => clips.filter((clip) => clip.split === split);
  const labelled = ({ id, request }: PlannedClip) => `${id};${request.label}`;
  return {
    'labels.csv': lines(gestureLabels),
    'train.csv': lines(of('train').map(labelled)),
    'validation.csv': lines(of('validation').map(labelled)),
    'test.csv': lines(of('test').map(({ id }) => id)),
    'test-key.csv': lines(of('test').map(labelled)),
    'subjects.csv': lines([
      'id;label;subject;split',
      ...clips.map((clip) => `${labelled(clip)};${clip.request.person};${clip.split}`),
    ]),
  };
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');

export async function writeLists(out: string, clips: readonly PlannedClip[]): Promise<void> {
  for (const [name, text] of Object.entries(listFiles(clips))) await writeWhole(join(out, name), text);
}

/** Writes a file so that either the old one or the whole new one is there. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.partial`;
  const file = await open(beside, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

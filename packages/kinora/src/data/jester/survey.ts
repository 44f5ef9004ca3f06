/** What an unpacked Jester folder contains: its lists, the clips they name, their frames, and what is missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Progress, silent } from '../../progress.js';
import { frameNames } from '../decode/folder.js';
import { readClipList } from '../lists/annotations.js';
import { isClipFault } from '../lists/bad-clips.js';
import type { ClipItem } from '../lists/clip-list.js';
import { readLabels } from '../lists/labels.js';

export const listNames = ['labels', 'train', 'validation', 'test'] as const;
export type ListName = (typeof listNames)[number];

export interface SplitSurvey {
  readonly name: 'train' | 'validation' | 'test';
  /** Clips in the list, and those of them with at least one frame. */
  readonly clips: number;
  readonly present: number;
}

export interface Survey {
  readonly splits: readonly SplitSurvey[];
  readonly classes: number;
  /** Ids in the lists whose folder is missing or empty. */
  readonly missing: readonly string[];
  /** Frames of all clips together, and of the shortest, the median and the longest clip. */
  readonly frames: {
    readonly total: number;
    readonly min: number;
    readonly median: number;
    readonly max: number;
  };
}

/** Looks for the lists in these folders in turn, in `annotations` first. */
export function findLists(folders: readonly string[]): Partial<Record<ListName, string>> {
  const places = folders.flatMap((folder) => [join(folder, 'annotations'), folder]);
  const found: Partial<Record<ListName, string>> = {};
  for (const name of listNames) {
    const path = places.map((place) => join(place, `jester-v1-${name}.csv`)).find((file) => existsSync(file));
    if (path !== undefined) found[name] = path;
  }
  return found;
}

/** Counts the frames of every clip in the lists. `root` has one folder per id. */
export async function surveyClips(
  root: string,
  lists: Partial<Record<ListName, string>>,
  { progress = silent, signal }: { progress?: Progress; signal?: AbortSignal } = {},
): Promise<Survey> {
  const labels = lists.labels === undefined ? undefined : readLabels(lists.labels);
  const read = (name: SplitSurvey['name']) => {
    const file = lists[name];
    return file === undefined ? [] : [{ name, items: readClipList(file, root, labels && { labels }).items }];
  };
  const splits = (['train', 'validation', 'test'] as const).flatMap(read);
  const task = progress.task('counting frames', {
    total: splits.reduce((n, { items }) => n + items.length, 0),
    unit: 'clips',
  });
  const counts: number[] = [];
  const missing: string[] = [];
  const surveys: SplitSurvey[] = [];
  let done = 0;
  for (const { name, items } of splits) {
    const before = counts.length;
    for (const item of items) {
      const frames = countFrames(item);
      if (frames > 0) counts.push(frames);
      else missing.push(item.id);
      if (++done % 500 === 0) await setImmediate(task.update(done));
      signal?.throwIfAborted();
    }
    surveys.push({ name, clips: items.length, present: counts.length - before });
  }
  task.finish();
  return { splits: surveys, classes: labels?.length ?? 0, missing, frames: statistics(counts) };
}

function countFrames({ path }: ClipItem): number {
  try {
    return frameNames(path).length;
  } catch (error) {
    if (isClipFault(error)) return 0;
    throw error;
  }
}

function statistics(counts: number[]): Survey['frames'] {
  const sorted = Int32Array.from(counts).sort();
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { total, min: sorted[0] ?? 0, median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 };
}

/**
 * A list of clips: the classes, and one item per clip. Plain data, independent of the file format.
 */
import { createHash } from 'node:crypto';
import type { View } from '@kinora/clip';

/** One clip of a list. */
export interface ClipItem {
  /** As in the annotation; need not be unique. */
  readonly id: string;
  /** Folder of frames or video file. */
  readonly path: string;
  /** Index into the list's labels; -1 in a test list, whose labels are unknown. */
  readonly label: number;
  /** The part of the video to use, in seconds from its start; absent: the whole video. */
  readonly start?: number;
  readonly end?: number;
  /** In evaluation: one of several views; absent: the view that the preprocessing defines. */
  readonly view?: View;
}

/** Clips with their labels, in the order of the list. */
export interface ClipList {
  /** The classes, in the order of the logits. */
  readonly labels: readonly string[];
  readonly items: readonly ClipItem[];
  /** Lines left out because their label is not among the labels (`unknownLabels: 'drop'`). */
  readonly dropped: number;
  /** For packed clips that are streamed: number of clips in the shuffle buffer. */
  readonly shuffleBuffer?: number;
}

/** How many clips each class has, `[classes]`. */
export function clipsPerClass({ labels, items }: ClipList): number[] {
  const counts = labels.map(() => 0);
  for (const { label } of items) if (label >= 0) counts[label]!++;
  return counts;
}

/** Identifies a list, to detect changes. */
export interface ListFingerprint {
  readonly clips: number;
  /** SHA-256 over classes, ids, labels and parts, in order. Paths are excluded, so that a data set may move. */
  readonly sha256: string;
}

export function fingerprintList({ labels, items }: ClipList): ListFingerprint {
  const hash = createHash('sha256').update(`[${JSON.stringify(labels)},[`);
  for (let from = 0; from < items.length; from += AT_A_TIME) {
    const lines = items.slice(from, from + AT_A_TIME).map(lineOf);
    hash.update(from > 0 ? `,${lines.join()}` : lines.join());
  }
  return { clips: items.length, sha256: hash.update(']]').digest('hex') };
}

/** Number of clips that are in memory as text at a time. */
const AT_A_TIME = 1000;

const lineOf = ({ id, label, start, end }: ClipItem): string =>
  JSON.stringify([id, label, start ?? null, end ?? null]);

/**
 * Key of a cache computed from a list: SHA-256 over classes, paths and parts, in order. Unlike `fingerprintList`, it
 * excludes ids.
 */
export function listHash({ labels, items }: ClipList): string {
  const hash = createHash('sha256').update(JSON.stringify(labels));
  for (const { path, label, start, end } of items) hash.update(JSON.stringify([path, label, start, end]));
  return hash.digest('hex');
}

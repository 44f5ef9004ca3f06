/**
 * What annotations come to: the classes, and one line per clip. Plain data, whatever file it came from.
 */
import { createHash } from 'node:crypto';
import type { View } from '@kinora/clip';

export interface ClipItem {
  /** As in the annotation; unique names are not required. */
  readonly id: string;
  /** Folder of frames or video file. */
  readonly path: string;
  /** Index into the list's labels; -1 in a test list, whose labels are not known. */
  readonly label: number;
  /** The part of the video that counts, in seconds from its start; absent: all of it. */
  readonly start?: number;
  readonly end?: number;
  /** In evaluation: one of several views; absent: the one that the preprocessing says. */
  readonly view?: View;
}

export interface ClipList {
  /** The classes, in the order of the logits. */
  readonly labels: readonly string[];
  readonly items: readonly ClipItem[];
  /** Lines left out because their label is not among the labels (`unknownLabels: 'drop'`). */
  readonly dropped: number;
  /** Of packed clips that are fetched while they are read: the clips that a shuffle buffer holds. */
  readonly shuffleBuffer?: number;
}

/** How many clips each class has, `[classes]`. */
export function clipsPerClass({ labels, items }: ClipList): number[] {
  const counts = labels.map(() => 0);
  for (const { label } of items) if (label >= 0) counts[label]!++;
  return counts;
}

/** Whether a list is still the same one. */
export interface ListFingerprint {
  readonly clips: number;
  /** SHA-256 over classes, ids, labels and parts, in their order. Not over paths: a data set may move. */
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

/** Clips that are in memory as text at a time. */
const AT_A_TIME = 1000;

const lineOf = ({ id, label, start, end }: ClipItem): string =>
  JSON.stringify([id, label, start ?? null, end ?? null]);

/** Names what was computed from a list: SHA-256 over classes, paths and parts, in their order. Unlike `fingerprintList` it knows no ids. */
export function listHash({ labels, items }: ClipList): string {
  const hash = createHash('sha256').update(JSON.stringify(labels));
  for (const { path, label, start, end } of items) hash.update(JSON.stringify([path, label, start, end]));
  return hash.digest('hex');
}

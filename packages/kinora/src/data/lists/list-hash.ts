/** A list of clips as one short name, for what was computed from it. */
import { createHash } from 'node:crypto';
import type { ClipList } from './clip-list.js';

/** Of the classes and the clips in their order: what a list is, wherever it is written. */
export function listHash({ labels, items }: ClipList): string {
  const hash = createHash('sha256').update(JSON.stringify(labels));
  for (const { path, label, start, end } of items) hash.update(JSON.stringify([path, label, start, end]));
  return hash.digest('hex');
}

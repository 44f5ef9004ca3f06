/** The logits of all members for one list as a table, with who is in which clip. */
import type { ClipList } from '../data/lists/clip-list.js';
import { peopleOf } from '../data/lists/people.js';
import type { PredictOptions } from '../predict/predict-list.js';
import { memberLogits } from './logits.js';
import type { Member } from './member.js';
import { type LogitTable, pickRows } from './table.js';

export interface Collected extends LogitTable {
  /** Whether `groups` are people. */
  readonly peopleKnown: boolean;
}

/** One member after the other runs over the list; a clip that one of them could not read is left out for all. */
export async function collect(
  members: readonly Member[],
  list: ClipList,
  { cache, subjects, ...options }: PredictOptions & { cache: string; subjects?: string | undefined },
): Promise<Collected> {
  const { labels } = list;
  const parts = [];
  for (const member of members) parts.push(await memberLogits(member, list, cache, options));
  const read = parts.map(({ indices }) => new Set(indices));
  const kept = [...list.items.keys()].filter((index) => read.every((own) => own.has(index)));
  const items = kept.map((index) => list.items[index]!);
  const { groups, file } = peopleOf(items, subjects);
  return {
    classes: labels.length,
    members: parts.map(({ indices, logits }) => {
      const place = new Map(indices.map((index, row) => [index, row]));
      return pickRows(
        logits,
        labels.length,
        kept.map((index) => place.get(index)!),
      );
    }),
    targets: Int32Array.from(items, ({ label }) => label),
    ids: items.map(({ id }) => id),
    groups,
    peopleKnown: file !== undefined,
  };
}

/** Which clips a list shows, in which order and in which groups. */
import type { Clip, Judge } from 'kinora/workbench';
import type { Group } from '../clips/rows.js';

/** Empty strings accept everything. */
export interface Filter {
  class: string;
  person: string;
  part: '' | 'train' | 'validation' | 'none';
  /** Part of the id. */
  search: string;
  /** Only clips that cannot be used. */
  broken: boolean;
}
export type Grouping = 'class' | 'person' | 'none';
export type Sorting = 'name' | 'newest' | 'shortest' | 'longest' | 'loss' | 'confidence';
/** How a network judges a clip. */
export type Judgement = Judge['clips'][number];

export function matching(clips: readonly Clip[], filter: Filter): Clip[] {
  const search = filter.search.trim().toLowerCase();
  return clips.filter(
    (clip) =>
      (filter.class === '' || clip.class === filter.class) &&
      (filter.person === '' || clip.person === filter.person) &&
      (filter.part === '' || (clip.part ?? 'none') === filter.part) &&
      (!filter.broken || clip.problem !== null) &&
      (search === '' || clip.id.toLowerCase().includes(search)),
  );
}

/** Orders that need what a network has said of the clips. */
export const isJudged = (by: Sorting): boolean => by === 'loss' || by === 'confidence';

/**
 * Clips whose length is not known yet, or that no network has judged, come last.
 * @param judged by the clip's id
 */
export function sortClips(
  clips: readonly Clip[],
  by: Sorting,
  judged: ReadonlyMap<string, Judgement> = new Map(),
): Clip[] {
  const lossOf = ({ id }: Clip): number => judged.get(id)?.loss ?? -1;
  const confidenceOf = ({ id }: Clip): number => judged.get(id)?.confidence ?? 2;
  const order: Record<Sorting, (a: Clip, b: Clip) => number> = {
    name: (a, b) => collator.compare(a.id, b.id),
    newest: (a, b) => b.modified - a.modified,
    shortest: (a, b) => (a.seconds ?? Infinity) - (b.seconds ?? Infinity) || 0,
    longest: (a, b) => (b.seconds ?? -1) - (a.seconds ?? -1),
    loss: (a, b) => lossOf(b) - lossOf(a),
    confidence: (a, b) => confidenceOf(a) - confidenceOf(b),
  };
  return [...clips].sort(order[by]);
}

/** anna-2 before anna-10. */
const collator = new Intl.Collator('en', { numeric: true });

export function groupClips(clips: readonly Clip[], by: Grouping): Group<Clip>[] {
  if (by === 'none') return [{ name: '', items: clips }];
  const groups = new Map<string, Clip[]>();
  for (const clip of clips) {
    const name = by === 'class' ? clip.class : (clip.person ?? 'unknown');
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [clip]);
    else group.push(clip);
  }
  return [...groups].sort(([a], [b]) => collator.compare(a, b)).map(([name, items]) => ({ name, items }));
}

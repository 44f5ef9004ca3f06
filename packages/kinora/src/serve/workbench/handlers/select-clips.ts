/** The clips that a page asks for: filtered, sorted, a page of them. */
import type * as z from 'zod';
import { NOBODY } from '../../../project/names.js';
import type { ScannedClip } from '../../../project/scan.js';
import type { clipQuery } from '../api/schemas.js';

type Query = z.output<typeof clipQuery>;

export function selectClips(
  clips: readonly ScannedClip[],
  query: Query,
): { readonly clips: readonly ScannedClip[]; readonly total: number } {
  const ids = query.ids === undefined ? undefined : new Set(query.ids.split('\n'));
  const words = query.search?.toLowerCase();
  const found = clips.filter(
    (clip) =>
      (query.class === undefined || clip.class === query.class) &&
      (query.person === undefined || (clip.person ?? NOBODY) === query.person) &&
      (query.part === undefined || (clip.part ?? 'none') === query.part) &&
      (query.problem === undefined || (clip.problem !== undefined) === (query.problem === 'true')) &&
      (words === undefined || clip.id.toLowerCase().includes(words)) &&
      (ids === undefined || ids.has(clip.id)),
  );
  const keyOf = KEYS[query.sort];
  // Sorting is stable, so that clips with equal keys stay in the order of their names.
  if (keyOf !== undefined) found.sort((a, b) => keyOf(a) - keyOf(b));
  if (query.order === 'descending') found.reverse();
  return { clips: found.slice(query.offset, query.offset + query.limit), total: found.length };
}

const KEYS: Record<Query['sort'], ((clip: ScannedClip) => number) | undefined> = {
  name: undefined,
  modified: ({ modified }) => modified,
  bytes: ({ bytes }) => bytes,
  seconds: ({ facts }) => facts?.seconds ?? -1,
};

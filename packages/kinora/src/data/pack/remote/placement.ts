/** Where the clips of a list of packed clips lie: in which shard, from which byte to which. */

import type { ClipItem } from '../../lists/clip-list.js';
import { packedPlace } from '../place.js';

export interface Placement {
  /** Paths. */
  readonly shards: readonly string[];
  /** Of each clip: which shard, and its bytes `[from, to)`; `to` is Infinity for the last clip of a shard. */
  readonly shard: Uint32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

export function placementOf(items: readonly ClipItem[]): Placement {
  const shards = new Map<string, number>();
  const shard = new Uint32Array(items.length);
  const from = new Float64Array(items.length);
  for (const [i, { path }] of items.entries()) {
    const place = packedPlace(path)!;
    if (!shards.has(place.shard)) shards.set(place.shard, shards.size);
    shard[i] = shards.get(place.shard)!;
    from[i] = place.offset;
  }
  return { shards: [...shards.keys()], shard, from, to: endsOf(shard, from) };
}

/** A clip ends where the next one in its shard begins; several may be of one clip. */
function endsOf(shard: Uint32Array, from: Float64Array): Float64Array {
  const to = new Float64Array(from.length).fill(Number.POSITIVE_INFINITY);
  const order = Uint32Array.from(from.keys()).sort((a, b) => shard[a]! - shard[b]! || from[a]! - from[b]!);
  for (let i = order.length - 2; i >= 0; i--) {
    const [own, next] = [order[i]!, order[i + 1]!];
    if (shard[own] !== shard[next]) continue;
    to[own] = from[own] === from[next] ? to[next]! : from[next]!;
  }
  return to;
}

/** The positions of packed clips: shard and range of bytes. */

import { permutation, type Random, randomStream } from '@kinora/clip';
import type { ClipItem } from '../../lists/clip-list.js';
import { packedPlace } from '../description.js';

export interface Placement {
  /** Paths. */
  readonly shards: readonly string[];
  /** For each clip: its shard and its bytes `[from, to)`; `to` is Infinity for the last clip of a shard. */
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

/** A clip ends where the next one in its shard begins; several list items may refer to one clip. */
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

/**
 * The order of an epoch over streamed clips: shard by shard, mixed by a shuffle buffer, so that only a few shards are
 * needed at a time. Like any order it is a function of (seed, epoch) alone, and known before any clip is fetched.
 */

/** Identifies the random stream of these draws, as distinct from that for loose clips. */
const STREAM_ORDER = 0xfffffffe;

/**
 * The same positions in another order: shards in random order, the clips of each in the order of their bytes, all
 * through a shuffle buffer of `buffer` clips; uint32 `[clips]`.
 */
export function streamOrder(
  positions: Uint32Array,
  { shards, shard, from }: Placement,
  buffer: number,
  seed: number,
  epoch: number,
): Uint32Array {
  const random = randomStream(seed, epoch, STREAM_ORDER);
  const rank = inverse(permutation(shards.length, random));
  const sorted = positions.slice().sort((a, b) => rank[shard[a]!]! - rank[shard[b]!]! || from[a]! - from[b]!);
  return buffered(sorted, buffer, random);
}

/** The output of a shuffle buffer: once it is full, each incoming clip replaces a random one, which is returned. */
function buffered(positions: Uint32Array, size: number, random: Random): Uint32Array {
  const held = positions.slice(0, size);
  const out = new Uint32Array(positions.length);
  let written = 0;
  for (let next = held.length; next < positions.length; next++) {
    const drawn = random.below(held.length);
    out[written++] = held[drawn]!;
    held[drawn] = positions[next]!;
  }
  for (const place of permutation(held.length, random)) out[written++] = held[place]!;
  return out;
}

function inverse(order: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length);
  for (const [place, value] of order.entries()) places[value] = place;
  return places;
}

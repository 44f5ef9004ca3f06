/**
 * The order of an epoch over clips that are fetched while they are read: shard by shard, mixed by a shuffle buffer, so that
 * at any time few shards are needed. As any order it is a function of (seed, epoch) alone; no clip need be there to know it.
 */
import { permutation, type Random, randomStream } from '@kinora/clip';
import type { Placement } from './placement.js';

/** Names the stream of these draws, beside that of the order of loose clips. */
const STREAM_ORDER = 0xfffffffe;

/**
 * The same positions in another order: shards in a random one, the clips of each in the order of its bytes, all through a
 * buffer of `buffer` clips of which each next one is drawn, uint32 `[clips]`.
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

/** What comes out of a shuffle buffer: it is filled, then a random one of it goes out for each that comes in. */
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

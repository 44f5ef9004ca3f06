/**
 * The order in which an epoch visits the clips, and its division into batches: functions of (seed, epoch) and the list
 * alone, so that an epoch can be resumed anywhere.
 */
import { permutation, type Random, randomStream } from '@kinora/clip';

/** Identifies the random stream of the order. Streams of clips have the clip's index in this place. */
const ORDER = 0xffffffff;

/** Positions in the list, uint32 `[clips]`: shuffled by (seed, epoch), or in the order of the list without a seed. */
export function epochOrder(clips: number, epoch: number, seed?: number): Uint32Array {
  if (seed === undefined) return Uint32Array.from({ length: clips }, (_, i) => i);
  return permutation(clips, randomStream(seed, epoch, ORDER));
}

/**
 * Positions in the list, uint32 `[clips]`, with every class that has clips equally often (up to one, if the number does
 * not divide). Clips of a small class occur several times, with counts that differ by at most one; of a large class,
 * each epoch sees a random part.
 * @param labels class index of each clip
 */
export function balancedOrder(labels: readonly number[], epoch: number, seed: number): Uint32Array {
  const random = randomStream(seed, epoch, ORDER);
  const classes = [...positionsByLabel(labels).values()];
  const turn = permutation(classes.length, random);
  const drawn = classes.flatMap((positions, i) => {
    const places = Math.floor(labels.length / classes.length);
    const extra = turn[i]! < labels.length % classes.length ? 1 : 0;
    return cycle(positions, places + extra, random);
  });
  return permutation(drawn.length, random).map((i) => drawn[i]!);
}

/** How often the clip at each position of an order has occurred before, uint32. */
export function repeatsIn(order: Uint32Array): Uint32Array {
  const seen = new Uint32Array(order.reduce((most, index) => Math.max(most, index + 1), 0));
  return order.map((index) => seen[index]!++);
}

/** Number of batches in an epoch. */
export function batchCount(clips: number, batchSize: number, dropLast: boolean): number {
  return dropLast ? Math.floor(clips / batchSize) : Math.ceil(clips / batchSize);
}

/** One of several ranks that share every batch. */
export interface Part {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Part = { index: 0, count: 1 };

/**
 * The positions of an epoch's order in batch `number`, or the part of them that one rank reads; together, the ranks
 * read each position once.
 */
export function batchPlaces(number: number, batchSize: number, clips: number, part: Part = WHOLE): number[] {
  const first = number * batchSize;
  const places = Array.from({ length: Math.min(batchSize, clips - first) }, (_, i) => first + i);
  const bound = (index: number): number => Math.round((index * places.length) / part.count);
  return places.slice(bound(part.index), bound(part.index + 1));
}

function positionsByLabel(labels: readonly number[]): Map<number, number[]> {
  const classes = new Map<number, number[]>();
  labels.forEach((label, i) => {
    const known = classes.get(label);
    if (known === undefined) classes.set(label, [i]);
    else known.push(i);
  });
  return new Map([...classes].sort(([a], [b]) => a - b));
}

/** `count` of these positions: complete random permutations one after the other, the last one truncated. */
function cycle(positions: readonly number[], count: number, random: Random): number[] {
  const out: number[] = [];
  while (out.length < count)
    out.push(...Array.from(permutation(positions.length, random), (i) => positions[i]!));
  return out.slice(0, count);
}

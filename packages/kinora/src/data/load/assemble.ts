/**
 * Fills one batch: submits its clips for reading and handles the bad ones. The result depends only on the order of the
 * epoch and the files, never on which bad clips are already known.
 */

import { KinoraError } from '@kinora/torch/error';
import { type BadClips, isClipFault } from '../lists/bad-clips.js';
import type { ClipList } from '../lists/clip-list.js';
import { allOf } from '../threads.js';
import type { DecodePool } from './decode-pool.js';
import { batchPlaces, type Part } from './order.js';

/** Shared by the batches of one epoch. */
export interface EpochRun {
  readonly list: ClipList;
  readonly order: Uint32Array;
  /** How often the clip at each position of the order has occurred before: each occurrence has its own random draws. */
  readonly repeats: Uint32Array;
  readonly bad: BadClips;
  readonly pool: DecodePool;
  /** Clips in a batch, over all ranks. */
  readonly batchSize: number;
  /** The part of them that this rank reads. */
  readonly part: Part;
  /** Bytes of one prepared clip. */
  readonly clipBytes: number;
  /** Bytes of its flow, 0 without flow; a batch's flow comes after its clips. */
  readonly flowBytes: number;
  readonly epoch: number;
  /** Whether a bad clip is replaced by the next good clip in the order; otherwise the gap is closed. */
  readonly replace: boolean;
}

export interface AssembledBatch {
  readonly clips: Uint8Array;
  readonly flow?: Uint8Array;
  readonly labels: BigInt64Array;
  readonly indices: Int32Array;
  readonly epoch: number;
  readonly number: number;
}

interface Place {
  readonly index: number;
  readonly label: number;
}

/** The batch in `slot`; undefined if none of its clips could be read. */
export async function assembleBatch(
  run: EpochRun,
  number: number,
  slot: Uint8Array,
): Promise<AssembledBatch | undefined> {
  const { batchSize, part: own, clipBytes, flowBytes, order } = run;
  const positions = batchPlaces(number, batchSize, order.length, own);
  const clips = slot.subarray(0, positions.length * clipBytes);
  const flow = slot.subarray(clips.length, clips.length + positions.length * flowBytes);
  const reads = positions.map((position, i) =>
    readPlace(run, position, part(clips, i, clipBytes), part(flow, i, flowBytes)),
  );
  const places = await allOf(reads);
  const good = places.filter((place) => place !== undefined);
  if (good.length === 0) return undefined;
  if (good.length < places.length) {
    closeUp(clips, places, clipBytes);
    closeUp(flow, places, flowBytes);
  }
  return {
    clips: clips.subarray(0, good.length * clipBytes),
    ...(flowBytes > 0 && { flow: flow.subarray(0, good.length * flowBytes) }),
    labels: BigInt64Array.from(good, ({ label }) => BigInt(label)),
    indices: Int32Array.from(good, ({ index }) => index),
    epoch: run.epoch,
    number,
  };
}

export function nothingLeft(clips: number): KinoraError {
  return new KinoraError({
    code: 'data/nothing-left',
    expected: 'at least one clip that can be read',
    received: `${clips}, none of which can be read`,
  });
}

/** Reads the clip at one position of the order or, in training, the first good one after it. */
async function readPlace(
  run: EpochRun,
  position: number,
  out: Uint8Array,
  flow: Uint8Array,
): Promise<Place | undefined> {
  const candidates = run.replace ? run.order.length : 1;
  for (let attempt = 0; attempt < candidates; attempt++) {
    const place = (position + attempt) % run.order.length;
    const index = run.order[place]!;
    if (run.bad.has(index)) continue;
    const item = run.list.items[index]!;
    try {
      const draw = { epoch: run.epoch, index, attempt: run.repeats[place]! * run.order.length + attempt };
      return { index, label: await run.pool.run({ item, draw, out, ...(flow.length > 0 && { flow }) }) };
    } catch (error) {
      if (!isClipFault(error)) throw error;
      run.bad.add({ index, id: item.id, path: item.path, reason: error.message });
    }
  }
  if (run.replace) throw nothingLeft(run.order.length);
  return undefined;
}

const part = (memory: Uint8Array, i: number, bytes: number): Uint8Array =>
  memory.subarray(i * bytes, (i + 1) * bytes);

/** Moves the clips after a gap down, so that the clips are contiguous. */
function closeUp(slot: Uint8Array, places: readonly (Place | undefined)[], clipBytes: number): void {
  let write = 0;
  for (const [read, place] of places.entries()) {
    if (place === undefined) continue;
    if (read !== write) slot.copyWithin(write * clipBytes, read * clipBytes, (read + 1) * clipBytes);
    write++;
  }
}

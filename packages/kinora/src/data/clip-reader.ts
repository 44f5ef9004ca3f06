/**
 * One clip from disk to the network's pixels: open, sample, decode, augment, crop. What a batch holds is decided
 * here and depends on (seed, epoch, index) alone; `loader.ts` only decides where and when this runs.
 */
import { drawClip } from '../clip/augment.js';
import type { AugmentSpec } from '../clip/augment-spec.js';
import { frameBytes } from '../clip/frames.js';
import { openClip } from '../clip/open.js';
import { prepareClip, preparedBytes, resizedSize } from '../clip/prepare.js';
import { type Random, randomStream } from '../clip/random.js';
import { resampleByRate, resampleByTime } from '../clip/resample.js';
import { samplePositions } from '../clip/sample.js';
import type { ClipSource } from '../clip/source.js';
import type { PreprocessSpec } from '../clip/spec.js';
import type { ClipItem } from './clip-list.js';
import { flipTable, NOT_MIRRORED } from './labels.js';

export interface ReaderOptions {
  readonly spec: PreprocessSpec;
  /** Training: random sampling, and this augmentation. Absent: the deterministic clip of validation. */
  readonly training?: { readonly seed: number; readonly augment?: AugmentSpec };
}

/** Names the random draws of one reading of a clip. */
export interface Draw {
  readonly epoch: number;
  readonly index: number;
  /** Tells readings of the clip in one epoch apart: how many clips before it were bad, how often it came before. */
  readonly attempt: number;
}

/** Writes the clip `[T, crop, crop, 3]` into `out` and returns its label (that of the mirrored clip, if mirrored). */
export type ClipReader = (item: ClipItem, draw: Draw, out: Uint8Array) => Promise<number>;

/** A reader with its own scratch memory: one per thread, one clip at a time. */
export function clipReader({ spec, training }: ReaderOptions): ClipReader {
  const mirrored = flipTable(spec.labels, spec.flipMap);
  let decoded: Uint8Array | undefined;
  let resized: Uint8Array | undefined;
  return async (item, draw, out) => {
    const source = await openClip(item.path);
    const sampling = training && stream(training.seed, draw, 0);
    const frames = await source.read(framePositions(source, item, spec, sampling), decoded);
    decoded = roomier(decoded, frames.data);
    const size = resizedSize(frames, spec);
    const bytes = frameBytes(size.height, size.width, frames.count);
    if (size.height !== frames.height && (resized?.length ?? 0) < bytes) resized = new Uint8Array(bytes);
    const change =
      training?.augment && drawClip(training.augment, stream(training.seed, draw, 1), frames.count);
    const mirror = change?.flip === true ? (mirrored[item.label] ?? item.label) : NOT_MIRRORED;
    prepareClip(frames, spec, out, change && { ...change, flip: mirror !== NOT_MIRRORED }, resized);
    return mirror === NOT_MIRRORED ? item.label : mirror;
  };
}

/**
 * Reads one clip as validation does, uint8 `[T, crop, crop, 3]`: the input of a prediction. Unlike a batch, which
 * decodes only what it needs, it refuses a clip that is damaged anywhere: one answer is not worth a doubt.
 */
export async function readClip(
  item: Pick<ClipItem, 'path' | 'start' | 'end'>,
  spec: PreprocessSpec,
): Promise<{ clip: Uint8Array; frames: number }> {
  const source = await openClip(item.path);
  await source.verify();
  const frames = await source.read(framePositions(source, item, spec));
  const clip = prepareClip(frames, spec, new Uint8Array(preparedBytes(spec, frames.count)));
  return { clip, frames: frames.count };
}

/** Which frames of the file make the clip: at the spec's frame rate, in the item's part, by the sampling rule. */
function framePositions(
  source: ClipSource,
  { start, end }: Pick<ClipItem, 'start' | 'end'>,
  spec: PreprocessSpec,
  random?: Random,
): Int32Array {
  const timeline =
    source.times === undefined
      ? resampleByRate(source.count, spec.frameRate, start, end)
      : resampleByTime(source.times, spec.frameRate, start, end);
  return samplePositions(timeline.length, spec, random).map((position) => timeline[position]!);
}

function stream(seed: number, { epoch, index, attempt }: Draw, purpose: 0 | 1): Random {
  return randomStream(seed, epoch, index, attempt * 2 + purpose);
}

/** Keeps the larger memory for the next clip. */
function roomier(kept: Uint8Array | undefined, used: Uint8Array): Uint8Array {
  return kept !== undefined && kept.length >= used.length ? kept : used;
}

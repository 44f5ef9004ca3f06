/**
 * Reads one clip from disk and turns it into the network's pixels: open, sample, decode, augment, crop. The result
 * depends only on (seed, epoch, index); `loader.ts` decides only where and when this runs.
 */
import {
  type AugmentSpec,
  augmentClip,
  drawClip,
  frameBytes,
  type PreprocessSpec,
  perturbClip,
  prepareClip,
  type Random,
  randomStream,
  resizedSize,
  samplePositions,
  viewDraw,
  viewPositions,
} from '@kinora/clip';
import { checkClipSize } from '../decode/limits.js';
import { mirroredSource } from '../decode/source.js';
import type { FlowOptions } from '../flow/flow-reader.js';
import type { ClipItem } from '../lists/clip-list.js';
import { flipTable, NOT_MIRRORED } from '../lists/labels.js';
import { type ClipPart, clipTimeline, openClip, partOf } from '../open.js';

export interface ReaderOptions {
  readonly spec: PreprocessSpec;
  /** Training: random sampling, and this augmentation. Absent: the deterministic clip of validation. */
  readonly training?: { readonly seed: number; readonly augment?: AugmentSpec };
  /** Also read optical flow. Absent: no flow code is loaded. */
  readonly flow?: FlowOptions;
}

/** Identifies the random draws for one reading of a clip. */
export interface Draw {
  readonly epoch: number;
  readonly index: number;
  /**
   * Distinguishes readings of the same clip in an epoch: how many clips before it were bad, how often it occurred
   * before.
   */
  readonly attempt: number;
}

/**
 * Writes the clip `[T, crop, crop, 3]` into `out` and returns its label (that of the mirrored clip, if mirrored).
 * If the options include flow, writes it into `flow`, `[FLOW_FIELDS, crop, crop, 2]`, with the same draws as the clip.
 */
export type ClipReader = (item: ClipItem, draw: Draw, out: Uint8Array, flow?: Uint8Array) => Promise<number>;

/** A reader with its own scratch memory. Use one per thread; it reads one clip at a time. */
export function clipReader({ spec, training, flow }: ReaderOptions): ClipReader {
  const mirrored = flipTable(spec.labels, spec.flipMap);
  let decoded: Uint8Array | undefined;
  let resized: Uint8Array | undefined;
  return async (item, draw, out, flowOut) => {
    const source = await openClip(item.path);
    const sampling = training && stream(training.seed, draw, 0);
    const timeline = clipTimeline(source, item, spec);
    const moments = momentsOf(timeline.length, item, spec, sampling);
    const frames = await source.read(framesAt(timeline, moments), decoded);
    decoded = roomier(decoded, frames.data);
    const size = resizedSize(frames, spec);
    checkClipSize(item.path, frames.count, size);
    const bytes = frameBytes(size.height, size.width, frames.count);
    if (size.height !== frames.height && (resized?.length ?? 0) < bytes) resized = new Uint8Array(bytes);
    const random = training && stream(training.seed, draw, 1);
    const augment = training?.augment;
    const change = augment && random && drawClip(augment, random, frames.count);
    const mirror = change?.flip === true ? (mirrored[item.label] ?? item.label) : NOT_MIRRORED;
    const drawn = change
      ? { ...change, flip: mirror !== NOT_MIRRORED }
      : item.view && viewDraw(size, spec.crop, item.view);
    if (drawn === undefined) prepareClip(frames, spec, out, resized);
    else augmentClip(frames, spec, drawn, out, resized);
    const prepared = { data: out, count: frames.count, ...spec.crop };
    const view = augment && random && perturbClip(prepared, augment, spec.mean, random);
    if (flow !== undefined) {
      const { readClipFlow } = await flowReader();
      const clip = { source, timeline, part: partOf(item, spec), size };
      await readClipFlow(clip, moments, spec, flow, { out: flowOut, draw: drawn, view });
    }
    return mirror === NOT_MIRRORED ? item.label : mirror;
  };
}

/**
 * Reads one clip as validation does, uint8 `[T, crop, crop, 3]`: the input of a prediction. Unlike a batch, which
 * decodes only what it needs, it rejects a clip that is damaged anywhere, because a single prediction should not rest
 * on a damaged file. With `mirror`, the decoded frames are mirrored left to right first.
 */
export async function readClip(
  item: ClipPart & Pick<ClipItem, 'view'> & { readonly mirror?: boolean },
  spec: PreprocessSpec,
  flow?: FlowOptions,
): Promise<{ clip: Uint8Array; frames: number; flow?: Uint8Array }> {
  const opened = await openClip(item.path);
  const source = item.mirror ? mirroredSource(opened) : opened;
  await source.verify();
  const timeline = clipTimeline(source, item, spec);
  const moments = momentsOf(timeline.length, item, spec);
  const frames = await source.read(framesAt(timeline, moments));
  const size = resizedSize(frames, spec);
  checkClipSize(item.path, frames.count, size);
  const drawn = item.view && viewDraw(size, spec.crop, item.view);
  const clip = drawn === undefined ? prepareClip(frames, spec) : augmentClip(frames, spec, drawn);
  if (flow === undefined) return { clip, frames: frames.count };
  const { readClipFlow } = await flowReader();
  const whole = { source, timeline, part: partOf(item, spec), size };
  const fields = await readClipFlow(whole, moments, spec, flow, { draw: drawn });
  return { clip, frames: frames.count, flow: fields };
}

/** Loaded only if flow is requested. */
const flowReader = () => import('../flow/flow-reader.js');

/** Views are for evaluation; in training, random sampling covers the whole clip over time. */
function momentsOf(
  count: number,
  { view }: Pick<ClipItem, 'view'>,
  spec: PreprocessSpec,
  random?: Random,
): Int32Array {
  return view === undefined || random !== undefined
    ? samplePositions(count, spec, random)
    : viewPositions(count, spec, view);
}

function framesAt(timeline: Int32Array, moments: Int32Array): Int32Array {
  return moments.map((moment) => timeline[moment]!);
}

function stream(seed: number, { epoch, index, attempt }: Draw, purpose: 0 | 1): Random {
  return randomStream(seed, epoch, index, attempt * 2 + purpose);
}

/** Keeps the larger buffer for the next clip. */
function roomier(kept: Uint8Array | undefined, used: Uint8Array): Uint8Array {
  return kept !== undefined && kept.length >= used.length ? kept : used;
}

/**
 * Optical flow as bytes: how far each pixel of a frame moves until the next one, to the right and down. Fields are
 * cached, augmented and batched in this form; computing them is elsewhere.
 */
import type { Size } from '../frames.js';

/** Fields `[K, H, W, 2]` contiguous: displacements along x and y in pixels per frame, encoded by `flowByte`. */
export interface FlowFields extends Size {
  readonly data: Uint8Array;
  readonly count: number;
}

/** Number of fields that a network sees, for a clip of any length: L in Simonyan & Zisserman (2014). */
export const FLOW_FIELDS = 10;

/** Displacements are clipped to this many pixels per frame, as in that paper. */
export const FLOW_REACH = 20;

/** The byte for no motion. Bytes are symmetric about it, so that mirroring is exact. */
export const STILL = 128;

const STEPS = 127;
/** Pixels per step of a byte: 0.157. */
export const FLOW_STEP: number = FLOW_REACH / STEPS;

/** Byte in 1-255 of a displacement in pixels; NaN counts as no motion. */
export function flowByte(pixels: number): number {
  return steps(pixels / FLOW_STEP);
}

/** Byte of a displacement in `FLOW_STEP`s: rounded and clipped. */
export function steps(value: number): number {
  if (value >= STEPS) return STILL + STEPS;
  if (value <= -STEPS) return STILL - STEPS;
  return Number.isNaN(value) ? STILL : STILL + Math.round(value);
}

/** Displacement in pixels of a byte. */
export function flowPixels(byte: number): number {
  return (byte - STILL) * FLOW_STEP;
}

/** Bytes of `count` fields of `height` x `width`. */
export function fieldBytes({ height, width }: Size, count = 1): number {
  return count * height * width * 2;
}

/** Field `index` as a view, `[H, W, 2]`. */
export function fieldAt(fields: FlowFields, index: number): Uint8Array {
  const bytes = fieldBytes(fields);
  return fields.data.subarray(index * bytes, (index + 1) * bytes);
}

/** The fields at these positions, in order; beyond the last field there is no motion. */
export function pickFields(fields: FlowFields, positions: ArrayLike<number>): FlowFields {
  const { height, width, count } = fields;
  const picked = stillFields({ height, width }, positions.length);
  for (let i = 0; i < picked.count; i++)
    if (positions[i]! < count) fieldAt(picked, i).set(fieldAt(fields, positions[i]!));
  return picked;
}

/** Fields without motion. */
export function stillFields({ height, width }: Size, count: number): FlowFields {
  return { data: new Uint8Array(fieldBytes({ height, width }, count)).fill(STILL), count, height, width };
}

/**
 * PIL's picture operations on clips: uint8 RGB `[T, H, W, 3]`, in place, the same in every frame. On a clip of one
 * frame they equal PIL's bit for bit (except `affine`). Statistics that PIL takes from a picture (mean, histogram) are
 * taken from the whole clip, so that frames do not flicker.
 */
import { type Frames, frameAt } from '../frames.js';
import type { Matrix } from './matrix.js';
import { warp } from './warp.js';

/** Draws every frame through an output-to-source matrix, bilinear, black outside (to one grey level as PIL). Returns it. */
export function affine(clip: Frames, matrix: Matrix): Matrix {
  warp({ ...clip, data: clip.data.slice() }, clip, matrix, 'bilinear');
  return matrix;
}

/** ImageEnhance.Brightness, Color and Contrast: away from, or towards, black, grey pixels and the mean grey. */
export function adjust({ data }: Frames, what: 'brightness' | 'colour' | 'contrast', factor: number): void {
  if (what === 'colour') saturate(data, factor);
  else {
    const from = what === 'brightness' ? 0 : Math.floor(meanGrey(data) + 0.5);
    mapValues(data, (value) => blend(from, value, factor));
  }
}

function saturate(data: Uint8Array, factor: number): void {
  for (let p = 0; p < data.length; p += 3) {
    const from = grey(data, p);
    for (let c = p; c < p + 3; c++) data[c] = blend(from, data[c]!, factor);
  }
}

/** ImageEnhance.Sharpness: away from, or towards, the picture smoothed by ImageFilter.SMOOTH. The border stays. */
export function sharpness(clip: Frames, factor: number): void {
  const row = clip.width * 3;
  for (let t = 0; t < clip.count; t++) {
    const frame = frameAt(clip, t);
    const before = frame.slice();
    for (let y = 1; y < clip.height - 1; y++)
      for (let p = y * row + 3; p < (y + 1) * row - 3; p++)
        frame[p] = blend(smooth(before, p, row), before[p]!, factor);
  }
}

/** ImageOps.posterize: keeps this many bits. */
export function posterize({ data }: Frames, bits: number): void {
  const mask = (0xff << (8 - bits)) & 0xff;
  mapValues(data, (value) => value & mask);
}

/** ImageOps.solarize: inverts values from `threshold` on. */
export function solarize({ data }: Frames, threshold: number): void {
  mapValues(data, (value) => (value < threshold ? value : 255 - value));
}

/** ImageOps.autocontrast: stretches each channel to the full range. */
export function autoContrast({ data }: Frames): void {
  mapChannels(data, (histogram) => {
    const low = histogram.findIndex((count) => count > 0);
    const high = histogram.findLastIndex((count) => count > 0);
    if (high <= low) return (value) => value;
    const scale = 255 / (high - low);
    return (value) => clamp(Math.trunc(value * scale - low * scale));
  });
}

/** ImageOps.equalize: spreads the values of each channel evenly. */
export function equalize({ data }: Frames): void {
  mapChannels(data, (histogram) => {
    const last = histogram.findLast((count) => count > 0) ?? 0;
    const step = Math.floor((data.length / 3 - last) / 255);
    if (step === 0) return (value) => value;
    let sum = Math.floor(step / 2);
    const table = Array.from(histogram, (count) => {
      const level = Math.floor(sum / step);
      sum += count;
      return clamp(level);
    });
    return (value) => table[value]!;
  });
}

/** Image.blend in single precision, as PIL computes it: `from` at 0, `to` at 1, and beyond. */
function blend(from: number, to: number, factor: number): number {
  return clamp(Math.trunc(Math.fround(from + Math.fround(Math.fround(factor) * (to - from)))));
}

/** The grey level of the pixel at `p`, as PIL's conversion to mode L. */
function grey(data: Uint8Array, p: number): number {
  return (data[p]! * 19595 + data[p + 1]! * 38470 + data[p + 2]! * 7471 + 0x8000) >> 16;
}

function meanGrey(data: Uint8Array): number {
  let sum = 0;
  for (let p = 0; p < data.length; p += 3) sum += grey(data, p);
  return sum / (data.length / 3);
}

/** The neighbourhood's mean, in which the pixel itself counts five times. */
function smooth(data: Uint8Array, p: number, row: number): number {
  let sum = 4 * data[p]!;
  for (let line = p - row; line <= p + row; line += row)
    sum += data[line - 3]! + data[line]! + data[line + 3]!;
  return Math.floor(sum / 13 + 0.5);
}

function mapValues(data: Uint8Array, change: (value: number) => number): void {
  const table = Uint8Array.from({ length: 256 }, (_, value) => change(value));
  for (let p = 0; p < data.length; p++) data[p] = table[data[p]!]!;
}

/** A table for each channel, made from its histogram `[256]`. */
function mapChannels(data: Uint8Array, make: (histogram: Uint32Array) => (value: number) => number): void {
  for (let c = 0; c < 3; c++) {
    const histogram = new Uint32Array(256);
    for (let p = c; p < data.length; p += 3) histogram[data[p]!]!++;
    const table = Uint8Array.from({ length: 256 }, (_, value) => value).map(make(histogram));
    for (let p = c; p < data.length; p += 3) data[p] = table[data[p]!]!;
  }
}

const clamp = (value: number): number => Math.max(0, Math.min(255, value));

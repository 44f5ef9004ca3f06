/**
 * TensorBoard's Event message and its contents: scalars, histograms, pictures (tensorflow/core/util/event.proto, framework/summary.proto).
 */

import { crc32, deflateSync } from 'node:zlib';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { bytes, double, findInt64, float, int64, message, packedDoubles, text } from '../files/protobuf.js';

/** Pixels: uint8 `[height, width, channels]` with 1 (grey), 3 (RGB) or 4 (RGBA) channels. */
export interface Image {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
}

/** Field numbers of Event. */
const WALL_TIME = 1;
const STEP = 2;
const FILE_VERSION = 3;
const SUMMARY = 5;
const SESSION_LOG = 7;

const SESSION_START = 1;

/** `content` is one of the messages below; `wallTime` in seconds since 1970. */
export const encodeEvent = (wallTime: number, step: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([double(WALL_TIME, wallTime), int64(STEP, step), content]);

/** The first event of every file. */
export const fileVersion = (): Uint8Array => text(FILE_VERSION, 'brain.Event:2');

/** Makes a TensorBoard that is watching drop what it has from this step on. */
export const sessionStart = (): Uint8Array => message(SESSION_LOG, int64(1, SESSION_START));

const value = (tag: string, content: Uint8Array): Uint8Array =>
  message(SUMMARY, message(1, text(1, tag), content));

export const scalarSummary = (tag: string, scalar: number): Uint8Array => value(tag, float(2, scalar));

export function histogramSummary(
  tag: string,
  { min, max, count, sum, sumOfSquares, ...buckets }: Histogram,
): Uint8Array {
  const moments = [min, max, count, sum, sumOfSquares].map((moment, i) => double(i + 1, moment));
  return value(
    tag,
    message(5, ...moments, packedDoubles(6, buckets.limits), packedDoubles(7, buckets.counts)),
  );
}

export function imageSummary(tag: string, image: Image): Uint8Array {
  const size = [int64(1, image.height), int64(2, image.width), int64(3, image.channels)];
  return value(tag, message(4, ...size, bytes(4, encodePng(image))));
}

/** PNG's colour types for 1, 3 and 4 channels. */
const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;
const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** PNG (ISO/IEC 15948): 8 bits a channel, rows without a filter. */
function encodePng({ data, height, width, channels }: Image): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, COLOR_TYPES[channels]], 8);
  const row = width * channels;
  const rows = Buffer.alloc(height * (1 + row)); // the byte before each row names its filter: 0, none
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * row, (y + 1) * row), y * (1 + row) + 1);
  const chunks = [pngChunk('IHDR', header), pngChunk('IDAT', deflateSync(rows)), pngChunk('IEND')];
  return Buffer.concat([PNG_SIGNATURE, ...chunks]);
}

function pngChunk(type: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), data.length + 8);
  return chunk;
}

/** The step of an encoded Event. */
export const stepOf = (event: Uint8Array): number => findInt64(event, STEP);

/**
 * Histograms with TensorBoard's buckets: limits that grow by a tenth from 1e-12 to 1e20 on either side of zero
 * (TensorFlow, histogram.cc, `InitDefaultBucketsInner`), so that histograms of any two steps line up.
 */

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Upper ends, exclusive, and counts, from the first bucket in use to the last. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

function makeLimits(): number[] {
  const positive: number[] = [];
  for (let limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push(limit);
  const negative = positive.map((limit) => -limit).reverse();
  return [...negative, 0, ...positive, Number.MAX_VALUE];
}

const LIMITS = makeLimits();

/** Counts finite values. Throws `log/histogram` for none at all, and for NaN and infinities, which have no bucket. */
export function makeHistogram(where: string, values: ArrayLike<number>): Histogram {
  const counts = new Float64Array(LIMITS.length);
  let [min, max, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) throw notFinite(where, `${value} at index ${i}`);
    const bucket = bucketOf(value);
    counts[bucket] = counts[bucket]! + 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumOfSquares += value * value;
  }
  if (values.length === 0) throw notFinite(where, 'no values');
  const [first, last] = [bucketOf(min), bucketOf(max) + 1];
  const used = { limits: LIMITS.slice(first, last), counts: Array.from(counts.subarray(first, last)) };
  return { min, max, count: values.length, sum, sumOfSquares, ...used };
}

/** Index of the first limit above the value. */
function bucketOf(value: number): number {
  let [low, high] = [0, LIMITS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (LIMITS[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

const notFinite = (where: string, received: string): KinoraError =>
  kinoraError('log/histogram', where, 'finite values for a histogram', received);

/**
 * TensorBoard's Event message and what stands in it (tensorflow/core/util/event.proto, framework/summary.proto).
 */
import { PNG } from 'pngjs';
import { bytes, double, findInt64, float, int64, message, packedDoubles, text } from '../files/protobuf.js';
import type { Histogram } from './histogram.js';

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

function encodePng({ data, height, width, channels }: Image): Uint8Array {
  const colorType = COLOR_TYPES[channels];
  const png = new PNG({ width, height, colorType, inputColorType: colorType, inputHasAlpha: channels === 4 });
  png.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return PNG.sync.write(png, { colorType, inputColorType: colorType, inputHasAlpha: channels === 4 });
}

/** The step of an encoded Event. */
export const stepOf = (event: Uint8Array): number => findInt64(event, STEP);

/**
 * The preprocessing spec at work: which frames of a clip, their pixels, the network's numbers.
 */
import {
  clipFrames,
  type Frames,
  type KinoraError,
  kinoraError,
  mirrorFrames,
  normaliseClip,
  type PreprocessSpec,
  prepareClip,
  resampleByRate,
  resampleByTime,
  samplePositions,
} from '@kinora/clip';
import type { RgbaImage } from '../types.js';

/** The frames `[T]` of a source that make its clip: at the spec's frame rate, by its sampling rule. */
export function clipPositions(
  count: number,
  times: Float64Array | undefined,
  spec: PreprocessSpec,
): Int32Array {
  const timeline =
    times === undefined ? resampleByRate(count, spec.frameRate) : resampleByTime(times, spec.frameRate);
  return samplePositions(timeline.length, spec).map((position) => timeline[position]!);
}

/** Decoded frames to the network's pixels, uint8 `[T, crop.height, crop.width, 3]`. */
export function prepareFrames(frames: Frames, spec: PreprocessSpec): Uint8Array {
  checkFrames(frames);
  return prepareClip(framesAt(frames, clipPositions(frames.count, frames.times, spec)), spec);
}

/** Frames that are the clip's already, as `prepareFrames`. */
export function prepareChosen(frames: Frames, spec: PreprocessSpec): Uint8Array {
  return prepareClip(frames, spec);
}

/** Prepared clips `[N, T, H, W, 3]` to the network's input, float32 `[N, 3, T, H, W]`. */
export function networkInput(
  clips: Uint8Array,
  spec: PreprocessSpec,
): { data: Float32Array; shape: number[] } {
  const size = clipBytes(spec);
  const count = clips.length / size;
  if (!Number.isInteger(count) || count === 0) throw wrongSize(clips.length, size);
  const data = new Float32Array(clips.length);
  for (let i = 0; i < count; i++) {
    const clip = clips.subarray(i * size, (i + 1) * size);
    normaliseClip(clip, spec.mean, spec.std, data.subarray(i * size, (i + 1) * size));
  }
  return { data, shape: [count, 3, clipFrames(spec), spec.crop.height, spec.crop.width] };
}

/** The frames mirrored left to right, on memory of their own. */
export function mirroredCopy(frames: Frames): Frames {
  const copy = { ...frames, data: frames.data.slice() };
  mirrorFrames(copy);
  return copy;
}

/** RGBA pictures of one size as frames, one a tick of the spec's rate. Throws `recognizer/frames`. */
export function framesOf(images: readonly RgbaImage[]): Frames {
  const [{ height, width } = { height: 0, width: 0 }] = images;
  const size = height * width;
  const other = images.find((image) => image.height !== height || image.width !== width);
  if (other !== undefined)
    throw kinoraError(
      'recognizer/frames',
      'pictures',
      `all ${width} x ${height}`,
      `${other.width} x ${other.height}`,
    );
  const data = new Uint8Array(images.length * size * 3);
  for (const [i, image] of images.entries()) {
    if (image.data?.length !== size * 4)
      throw kinoraError('recognizer/frames', `picture ${i}`, {
        expected: `${size * 4} bytes, RGBA of ${width} x ${height}`,
        received: `${image.data?.length ?? 'none'}`,
      });
    dropAlpha(image.data, data.subarray(i * size * 3, (i + 1) * size * 3));
  }
  return { data, count: images.length, height, width };
}

/** RGBA to RGB, into `rgb`. */
export function dropAlpha(rgba: ArrayLike<number>, rgb: Uint8Array): void {
  for (let read = 0, write = 0; write < rgb.length; read += 4, write += 3) {
    rgb[write] = rgba[read]!;
    rgb[write + 1] = rgba[read + 1]!;
    rgb[write + 2] = rgba[read + 2]!;
  }
}

/** Bytes of a prepared clip. */
export const clipBytes = (spec: PreprocessSpec): number =>
  clipFrames(spec) * spec.crop.height * spec.crop.width * 3;

function framesAt(frames: Frames, positions: Int32Array): Frames {
  const { height, width } = frames;
  const size = height * width * 3;
  const data = new Uint8Array(positions.length * size);
  for (const [i, position] of positions.entries())
    data.set(frames.data.subarray(position * size, (position + 1) * size), i * size);
  return { data, count: positions.length, height, width };
}

function checkFrames({ data, count, height, width, times }: Frames): void {
  const wrong = (expected: string, received: string): never => {
    throw kinoraError('recognizer/frames', 'frames', expected, received);
  };
  if (!(count > 0 && height > 0 && width > 0))
    wrong('at least one frame', `${count} of ${width} x ${height}`);
  const bytes = count * height * width * 3;
  if (data?.length !== bytes)
    wrong(`${bytes} bytes, RGB of ${count} frames of ${width} x ${height}`, `${data?.length ?? 'none'}`);
  if (times !== undefined && times.length !== count) wrong(`${count} times`, `${times.length}`);
}

const wrongSize = (received: number, size: number): KinoraError =>
  kinoraError('recognizer/frames', 'prepared clips', `a multiple of ${size} bytes`, `${received}`);

/**
 * A clip as a folder of JPEG frames, in the order of their names. Only the frames asked for are read.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import { fileError } from './file-error.js';
import { type Frames, frameBytes, framesIn } from './frames.js';
import { decodeJpeg, jpegSize } from './jpeg.js';
import type { ClipSource } from './source.js';

const FRAME = /\.jpe?g$/i;

/** Whether a file name is that of a frame. */
export function isFrameName(name: string): boolean {
  return FRAME.test(name) && !name.startsWith('.');
}

/** Names of the frames in a folder, sorted as the starting point sorts them: by code unit. */
export function frameNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter(isFrameName).sort();
  } catch (error) {
    throw fileError(error, folder, 'a folder of JPEG frames');
  }
}

/** Opens a folder of frames. Its frames have no timestamps: they are taken to be at the spec's frame rate. */
export function openFolder(path: string): ClipSource {
  const names = frameNames(path);
  if (names.length === 0) {
    throw new KinoraError({
      code: 'clip/empty-folder',
      where: path,
      expected: 'frames named *.jpg',
      received: 'a folder with none',
    });
  }
  const files = names.map((name) => join(path, name));
  return {
    path,
    count: files.length,
    read: async (positions, storage) => readFrames(files, positions, storage),
    verify: async () => verifyFrames(files),
  };
}

function readFrames(files: readonly string[], positions: ArrayLike<number>, storage?: Uint8Array): Frames {
  let frames: ReturnType<typeof framesIn> | undefined;
  const done = new Map<number, number>();
  for (let t = 0; t < positions.length; t++) {
    const position = positions[t]!;
    const before = done.get(position);
    if (before !== undefined && frames !== undefined) {
      copyFrame(frames, before, t);
      continue;
    }
    const file = files[position]!;
    const bytes = readFrame(file);
    if (frames === undefined) {
      const { height, width } = jpegSize(bytes, file);
      frames = framesIn(storage, positions.length, height, width);
    }
    decodeInto(frames, t, bytes, file);
    done.set(position, t);
  }
  return frames ?? framesIn(storage, 0, 0, 0);
}

/** Each frame over the first: the memory of one picture, whatever the clip's length. */
function verifyFrames(files: readonly string[]): void {
  const first = readFrames(files, [0]);
  for (const file of files) decodeInto(first, 0, readFrame(file), file);
}

function readFrame(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw fileError(error, file, 'a JPEG frame');
  }
}

/** All frames of a clip have the size of the first. */
function decodeInto(frames: Frames, t: number, bytes: Uint8Array, file: string): void {
  const size = jpegSize(bytes, file);
  if (size.height !== frames.height || size.width !== frames.width) {
    throw new KinoraError({
      code: 'clip/frame-size',
      where: file,
      expected: `${frames.width} x ${frames.height} pixels as in the clip's other frames`,
      received: `${size.width} x ${size.height}`,
    });
  }
  decodeJpeg(bytes, frames.data.subarray(t * frameBytes(frames.height, frames.width)), file);
}

function copyFrame(frames: Frames, from: number, to: number): void {
  const bytes = frameBytes(frames.height, frames.width);
  frames.data.copyWithin(to * bytes, from * bytes, (from + 1) * bytes);
}

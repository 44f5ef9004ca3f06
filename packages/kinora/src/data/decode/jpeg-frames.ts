/** A sequence of JPEGs as frames, from a folder or a packed shard. Only the requested frames are decoded. */
import { type Frames, frameBytes, framesIn, kinoraError } from '@kinora/clip';
import { decodeJpeg, jpegSize } from './jpeg.js';
import { checkClipSize } from './limits.js';

/** An encoded frame and its name in errors. */
export interface EncodedFrame {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** The frames at these ascending positions, uint8 `[positions, H, W, 3]`; repeats are decoded once. */
export function decodeFrames(
  encoded: (position: number) => EncodedFrame,
  positions: ArrayLike<number>,
  storage?: Uint8Array,
): Frames {
  let frames: ReturnType<typeof framesIn> | undefined;
  const done = new Map<number, number>();
  for (let t = 0; t < positions.length; t++) {
    const position = positions[t]!;
    const before = done.get(position);
    if (before !== undefined && frames !== undefined) {
      copyFrame(frames, before, t);
      continue;
    }
    const frame = encoded(position);
    if (frames === undefined) {
      const { height, width } = jpegSize(frame.bytes, frame.name);
      checkClipSize(frame.name, positions.length, { height, width });
      frames = framesIn(storage, positions.length, height, width);
    }
    decodeInto(frames, t, frame);
    done.set(position, t);
  }
  return frames ?? framesIn(storage, 0, 0, 0);
}

/** Decodes all of them into the memory of a single picture, for clips of any length. */
export function verifyFrames(encoded: (position: number) => EncodedFrame, count: number): void {
  const first = decodeFrames(encoded, [0]);
  for (let position = 1; position < count; position++) decodeInto(first, 0, encoded(position));
}

/** All frames of a clip have the size of the first. */
function decodeInto(frames: Frames, t: number, { bytes, name }: EncodedFrame): void {
  const size = jpegSize(bytes, name);
  if (size.height !== frames.height || size.width !== frames.width) {
    throw kinoraError('clip/frame-size', name, {
      expected: `${frames.width} x ${frames.height} pixels, like the clip's other frames`,
      received: `${size.width} x ${size.height}`,
    });
  }
  decodeJpeg(bytes, frames.data.subarray(t * frameBytes(frames.height, frames.width)), name);
}

function copyFrame(frames: Frames, from: number, to: number): void {
  const bytes = frameBytes(frames.height, frames.width);
  frames.data.copyWithin(to * bytes, from * bytes, (from + 1) * bytes);
}

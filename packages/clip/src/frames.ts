/** Decoded frames: the form in which sources return a clip. Plain data without open files. */

/** Decoded frames, uint8 RGB, `[T, H, W, 3]` contiguous. */
export interface Frames {
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Seconds from the start of the clip at which each frame is shown, if known. */
  readonly times?: Float64Array;
}

/** In pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A rectangle of pixels in a frame: what CutMix pastes and random erasing fills. */
export interface Box extends Size {
  readonly top: number;
  readonly left: number;
}

/** Bytes of `count` RGB frames of `height` x `width`. */
export function frameBytes(height: number, width: number, count = 1): number {
  return count * height * width * 3;
}

/**
 * `count` frames in `storage`, or in new memory if `storage` is absent or too small. The contents are not initialised.
 */
export function framesIn(
  storage: Uint8Array | undefined,
  count: number,
  height: number,
  width: number,
): Frames & { data: Uint8Array } {
  const bytes = frameBytes(height, width, count);
  const data =
    storage !== undefined && storage.length >= bytes ? storage.subarray(0, bytes) : new Uint8Array(bytes);
  return { data, count, height, width };
}

/** Mirrors the frames left to right, in their own memory. */
export function mirrorFrames({ data, count, height, width }: Frames): void {
  for (let row = 0; row < count * height; row++) {
    let [left, right] = [row * width * 3, ((row + 1) * width - 1) * 3];
    for (; left < right; left += 3, right -= 3)
      for (let c = 0; c < 3; c++) {
        const value = data[left + c]!;
        data[left + c] = data[right + c]!;
        data[right + c] = value;
      }
  }
}

/** Frame `index` as a view, `[H, W, 3]`. */
export function frameAt(frames: Frames, index: number): Uint8Array {
  const bytes = frameBytes(frames.height, frames.width);
  return frames.data.subarray(index * bytes, (index + 1) * bytes);
}

/** Only frame `index`, in the same memory. */
export function frameOf(frames: Frames, index: number): Frames {
  const { height, width } = frames;
  return { data: frameAt(frames, index), count: 1, height, width };
}

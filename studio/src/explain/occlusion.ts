/**
 * Occlusion (Zeiler and Fergus 2014), in space and time: parts of the clip are replaced by their average over time, which
 * keeps what stands still and removes what moves. The loss in probability is the importance of the part. Needs only the
 * network's answers.
 */
import type { Frames } from '@kinora/clip';

/** Frames from `t[0]` to before `t[1]`, and so on. */
export interface Box {
  readonly t: readonly [number, number];
  readonly y: readonly [number, number];
  readonly x: readonly [number, number];
}

export interface Grid {
  readonly size: readonly [number, number, number];
  readonly boxes: readonly Box[];
}

/** The clip cut into `size` boxes, `[T, H, W]`, row-major, as equal as whole pixels allow. */
export function gridOf({ count, height, width }: Frames, size: readonly [number, number, number]): Grid {
  const [ts, ys, xs] = [cuts(count, size[0]), cuts(height, size[1]), cuts(width, size[2])];
  return { size, boxes: ts.flatMap((t) => ys.flatMap((y) => xs.map((x) => ({ t, y, x })))) };
}

const cuts = (length: number, parts: number): [number, number][] =>
  Array.from({ length: parts }, (_, i) => [
    Math.round((i * length) / parts),
    Math.round(((i + 1) * length) / parts),
  ]);

/** The mean over time, uint8 RGB `[H, W, 3]`. */
export function meanPicture({ data, count, height, width }: Frames): Uint8Array {
  const size = height * width * 3;
  return Uint8Array.from({ length: size }, (_, p) => {
    let sum = 0;
    for (let t = 0; t < count; t++) sum += data[t * size + p]!;
    return Math.round(sum / count);
  });
}

/** Writes the clip with the box covered into `into`, `[T, H, W, 3]`. */
export function occlude({ data, height, width }: Frames, mean: Uint8Array, box: Box, into: Uint8Array): void {
  into.set(data);
  const row = width * 3;
  for (let t = box.t[0]; t < box.t[1]; t++)
    for (let y = box.y[0]; y < box.y[1]; y++) {
      const [from, to] = [y * row + box.x[0] * 3, y * row + box.x[1] * 3];
      into.set(mean.subarray(from, to), t * height * row + from);
    }
}

/** Clips in one run of the network: enough to be fast, few enough to end soon when it is cancelled. */
const BATCH = 4;

export interface OcclusionRun {
  readonly frames: Frames;
  readonly boxes: readonly Box[];
  /** Probabilities `[N, classes]` of prepared clips. */
  readonly predict: (clips: Uint8Array) => Promise<readonly Float32Array[]>;
  readonly signal: AbortSignal;
  /** The probabilities of each box's clip, from box `first` on. */
  readonly found: (first: number, probabilities: readonly Float32Array[]) => void;
}

/** Covers one box after the other; stops early, without an error, when it is cancelled. */
export async function runOcclusion({ frames, boxes, predict, signal, found }: OcclusionRun): Promise<void> {
  const mean = meanPicture(frames);
  const size = frames.data.length;
  for (let first = 0; first < boxes.length && !signal.aborted; first += BATCH) {
    const few = boxes.slice(first, first + BATCH);
    const clips = new Uint8Array(few.length * size);
    few.forEach((box, i) => {
      occlude(frames, mean, box, clips.subarray(i * size, (i + 1) * size));
    });
    const probabilities = await predict(clips);
    if (!signal.aborted) found(first, probabilities);
  }
}

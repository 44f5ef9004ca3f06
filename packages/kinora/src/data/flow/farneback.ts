/**
 * Dense optical flow between frames by Farneback's polynomial expansion ("Two-frame motion estimation based on
 * polynomial expansion", SCIA 2003), as OpenCV computes it. Takes frames and returns bytes; does no caching.
 */

import { type FlowFields, type Frames, fieldAt, flowByte, stillFields } from '@kinora/clip';
import { type Mat, openCv } from './opencv.js';

/** OpenCV's usual settings. Changing them makes every cached field stale. */
export const farneback = {
  /** Scale between two levels of the pyramid. */
  pyramidScale: 0.5,
  levels: 3,
  /** Size of the averaging window, in pixels. */
  window: 15,
  iterations: 3,
  /** Size of the neighbourhood for fitting a polynomial, in pixels, and the width of its Gaussian. */
  neighbours: 5,
  sigma: 1.2,
} as const;

/** From one frame to another, by their positions among the given frames. */
export type FramePair = readonly [from: number, to: number];

/** Each frame to the next: `count - 1` pairs. */
export function consecutive(count: number): FramePair[] {
  return Array.from({ length: Math.max(0, count - 1) }, (_, t) => [t, t + 1]);
}

/** The flow of each pair, `[pairs, H, W, 2]`; no motion between equal positions. */
export async function computeFlow(frames: Frames, pairs: readonly FramePair[]): Promise<FlowFields> {
  const { height, width } = frames;
  const fields = stillFields({ height, width }, pairs.length);
  const { cv } = await openCv();
  const greys = [new cv.Mat(height, width, cv.CV_8UC1), new cv.Mat(height, width, cv.CV_8UC1)] as const;
  const flow = new cv.Mat(height, width, cv.CV_32FC2);
  const { pyramidScale, levels, window, iterations, neighbours, sigma } = farneback;
  const grey = greyFrames(frames, greys);
  try {
    for (const [i, [from, to]] of pairs.entries()) {
      if (from === to) continue;
      const previous = grey(from);
      const next = grey(to, previous);
      cv.calcOpticalFlowFarneback(
        previous, next, flow, pyramidScale, levels, window, iterations, neighbours, sigma, 0,
      ); // biome-ignore format: OpenCV's order
      writeField(flow.data32F, fieldAt(fields, i));
    }
  } finally {
    for (const mat of [...greys, flow]) mat.delete();
  }
  return fields;
}

/** Converts frames to grey in the memory of two pictures: the second frame of a pair is usually the first of the next. */
function greyFrames(frames: Frames, mats: readonly [Mat, Mat]): (t: number, keep?: Mat) => Mat {
  const held = [-1, -1];
  return (t, keep) => {
    const at = held.indexOf(t);
    if (at >= 0) return mats[at]!;
    const free = mats[0] === keep ? 1 : 0;
    writeGrey(frames, t, mats[free]!.data);
    held[free] = t;
    return mats[free]!;
  };
}

/** Luma of ITU-R BT.601 in 14 bits, as OpenCV's RGB2GRAY. */
function writeGrey({ data, height, width }: Frames, t: number, out: Uint8Array): void {
  const pixels = height * width;
  for (let i = 0, p = t * pixels * 3; i < pixels; i++, p += 3)
    out[i] = (4899 * data[p]! + 9617 * data[p + 1]! + 1868 * data[p + 2]! + 8192) >> 14;
}

function writeField(flow: Float32Array, out: Uint8Array): void {
  for (let i = 0; i < out.length; i++) out[i] = flowByte(flow[i]!);
}

/** What is wrong with a recording before anything learns from it, as a sentence; empty where nothing is. */
import type { Frames } from '@kinora/clip';

/** Mean level of 255 below which a picture is too dark to see a hand in. */
const DARK = 30;
/** Mean change of a pixel from frame to frame, of 255, below which nothing moves but the camera's noise. */
const STILL = 1.2;

export function adviceOn({ data, count, height, width }: Frames): string {
  if (mean(data) < DARK) return 'It is dark. Turn on a light, or face a window.';
  return meanChange(data, count, height * width * 3) < STILL
    ? 'Hardly anything moves in this recording. Was the hand in the picture?'
    : '';
}

const mean = (data: Uint8Array): number => data.reduce((sum, level) => sum + level, 0) / data.length;

function meanChange(data: Uint8Array, count: number, size: number): number {
  let sum = 0;
  for (let i = size; i < data.length; i++) sum += Math.abs(data[i]! - data[i - size]!);
  return sum / Math.max(1, (count - 1) * size);
}

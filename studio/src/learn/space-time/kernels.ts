/** Kernels for the 3D figure: each pattern in space alone, and in space and time. */
import { type Size3, type Volume, volume } from '../arithmetic/volume.js';

export type Form = '2D' | '3D' | '(2+1)D';

/** The kernels of one form, in the order in which they run: (2+1)D has two. */
export const kernelSizes: Record<Form, readonly Size3[]> = {
  '2D': [[1, 3, 3]],
  '3D': [[3, 3, 3]],
  '(2+1)D': [
    [1, 3, 3],
    [3, 1, 1],
  ],
};

export interface Question {
  readonly name: string;
  /** Weights along time (before, now, after) and in space, by row and column. */
  readonly time: readonly [number, number, number];
  readonly plane: (y: number, x: number) => number;
}

const mean = (): number => 1 / 9;

export const questions: readonly Question[] = [
  { name: 'what appears or disappears', time: [-1, 0, 1], plane: mean },
  { name: 'a moving vertical edge', time: [-1, 0, 1], plane: (_, x) => (x - 1) / 3 },
  { name: 'a moving horizontal edge', time: [-1, 0, 1], plane: (y) => (y - 1) / 3 },
  { name: 'what flickers', time: [-0.5, 1, -0.5], plane: mean },
  { name: 'the mean of three frames', time: [1 / 3, 1 / 3, 1 / 3], plane: mean },
];

/** The 3D kernel is the product of both; (2+1)D applies one after the other; 2D has no kernel in time. */
export function kernelsOf(form: Form, { time, plane }: Question): Volume[] {
  const inPlane = volume([1, 3, 3], (_, y, x) => plane(y, x));
  if (form === '2D') return [inPlane];
  if (form === '3D') return [volume([3, 3, 3], (t, y, x) => time[t]! * plane(y, x))];
  return [inPlane, volume([3, 1, 1], (t) => time[t]!)];
}

/** Well-known 3x3 image processing kernels, row by row. */
export interface NamedKernel {
  readonly name: string;
  readonly weights: readonly number[];
}

export const namedKernels: readonly NamedKernel[] = [
  { name: 'vertical edges', weights: [-1, 0, 1, -2, 0, 2, -1, 0, 1] },
  { name: 'horizontal edges', weights: [-1, -2, -1, 0, 0, 0, 1, 2, 1] },
  { name: 'outlines', weights: [-1, -1, -1, -1, 8, -1, -1, -1, -1] },
  { name: 'blur', weights: [1, 2, 1, 2, 4, 2, 1, 2, 1].map((weight) => weight / 16) },
  { name: 'sharpen', weights: [0, -1, 0, -1, 5, -1, 0, -1, 0] },
  { name: 'identity', weights: [0, 0, 0, 0, 1, 0, 0, 0, 0] },
];

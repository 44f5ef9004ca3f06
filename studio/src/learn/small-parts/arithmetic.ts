/** The small parts of a network, each as PyTorch defines it, on plain arrays. */
import { softmax as clipSoftmax } from '@kinora/clip';

export const leakyReLU = (value: number, slope: number): number => (value < 0 ? value * slope : value);

/** Blocks of `size` x `size` of a square grid, reduced to one cell each. */
export function pool(grid: readonly number[], side: number, size: number, kind: 'max' | 'mean'): number[] {
  const out = side / size;
  return Array.from({ length: out * out }, (_, i) => {
    const block = Array.from({ length: size * size }, (_, k) => {
      const y = Math.floor(i / out) * size + Math.floor(k / size);
      return grid[y * side + (i % out) * size + (k % size)]!;
    });
    return kind === 'max' ? Math.max(...block) : block.reduce((a, b) => a + b, 0) / block.length;
  });
}

export interface BatchNorm {
  readonly mean: number;
  /** Biased (divided by n), as batch norm uses it in training. */
  readonly variance: number;
  readonly output: readonly number[];
}

/** `(x - mean) / sqrt(variance + 1e-5) * scale + shift` over a batch (Ioffe and Szegedy, 2015). */
export function batchNorm(values: readonly number[], scale: number, shift: number): BatchNorm {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const output = values.map((value) => ((value - mean) / Math.sqrt(variance + 1e-5)) * scale + shift);
  return { mean, variance, output };
}

/** Drops each value whose draw in [0, 1) is below `p`; the others are multiplied by `1 / (1 - p)`. */
export const dropout = (values: readonly number[], draws: readonly number[], p: number): number[] =>
  values.map((value, i) => (draws[i]! < p ? 0 : value / (1 - p)));

/** At a temperature; 1 is plain softmax. */
export const softmax = (logits: readonly number[], temperature = 1): number[] => [
  ...clipSoftmax(logits, temperature),
];

/** `-log p[truth]`, with label smoothing as in `torch.nn.functional.cross_entropy`. */
export function crossEntropy(logits: readonly number[], truth: number, smoothing = 0): number {
  const logs = softmax(logits).map(Math.log);
  const even = -logs.reduce((a, b) => a + b, 0) / logits.length;
  return (1 - smoothing) * -logs[truth]! + smoothing * even;
}

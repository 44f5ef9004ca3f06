/**
 * Checks of a layer's input before it is passed to C++, which accepts some mistakes silently and reports others in
 * terms of an operator. Errors name the module's path and the expected and received shapes.
 */
import { kinoraError } from '../../error.js';
import type { Tensor } from '../../tensor/tensor.js';
import { moduleName } from '../call-stack.js';

/** Number of spatial (and temporal) axes: 1 for signals, 2 for images, 3 for clips. */
export type Rank = 1 | 2 | 3;

const AXES: Record<Rank, readonly string[]> = { 1: ['L'], 2: ['H', 'W'], 3: ['T', 'H', 'W'] };

/** @throws KinoraError `nn/input` */
export function rejectInput(module: object, expected: string, received: string, hint?: string): never {
  throw kinoraError('nn/input', moduleName(module), expected, received, { hint });
}

export function shapeText(tensor: { readonly shape: readonly number[] }): string {
  return `[${tensor.shape.join(', ')}]`;
}

/** `input` is `[N, C, ...]` with `rank` further axes, and C is `channels` if that is given. */
export function checkFeatureMap(module: object, input: Tensor, rank: Rank, channels?: number): void {
  if (input.ndim === rank + 2 && (channels === undefined || input.shape[1] === channels)) return;
  const expected = `[N, ${channels ?? 'C'}, ${AXES[rank].join(', ')}]`;
  rejectInput(module, expected, shapeText(input), rankHint(input, rank));
}

export interface Window {
  readonly kernelSize: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** Checks that the window of a convolution or pool fits into the padded input at least once. */
export function checkWindow(module: object, input: Tensor, rank: Rank, window: Window): void {
  const least = window.kernelSize.map(
    (size, axis) => window.dilation[axis]! * (size - 1) + 1 - 2 * window.padding[axis]!,
  );
  if (least.every((size, axis) => input.shape[axis + 2]! >= size)) return;
  const needs = AXES[rank].map((axis, i) => `${axis} >= ${Math.max(1, least[i]!)}`);
  const kernel = window.kernelSize.join('x');
  rejectInput(
    module,
    `${needs.join(', ')} for its ${kernel} kernel`,
    shapeText(input),
    'feed larger or more frames, or pool less before this layer',
  );
}

/** The last axes of `input` are `tail`. */
export function checkTail(module: object, input: Tensor, tail: readonly number[]): void {
  const end = input.shape.slice(-tail.length);
  if (input.ndim >= tail.length && end.every((size, axis) => size === tail[axis])) return;
  rejectInput(module, `[..., ${tail.join(', ')}]`, shapeText(input));
}

/** Checks that a parameter still has its original shape: libtorch accepts a batch norm weight of any length. */
export function checkState(
  module: object,
  name: string,
  tensor: Tensor | null,
  shape: readonly number[],
): void {
  if (tensor === null || (tensor.ndim === shape.length && shape.every((size, i) => size === tensor.shape[i])))
    return;
  rejectInput(module, `${name} of shape [${shape.join(', ')}]`, shapeText(tensor));
}

function rankHint(input: Tensor, rank: Rank): string | undefined {
  return input.ndim === rank + 1 ? 'use unsqueeze(0) to make a single sample a batch of one' : undefined;
}

/** A size per axis (`[T, H, W]`), or one number that holds for all. */
export type Size = number | readonly number[];

/**
 * One whole number of at least `least` per axis.
 * @throws KinoraError `nn/size`
 */
export function expandSize(size: Size, axes: number, least: number, where: string): number[] {
  const sizes = Array.isArray(size) ? [...size] : Array.from({ length: axes }, () => size);
  if (sizes.length === axes && sizes.every((value) => Number.isInteger(value) && value >= least))
    return sizes;
  throw kinoraError('nn/size', where, {
    expected: `a whole number >= ${least}, or ${axes} of them`,
    received: JSON.stringify(size) ?? 'nothing',
  });
}

/** @throws KinoraError `nn/size` */
export function checkCount(count: number, where: string): number {
  return expandSize(count, 1, 1, where)[0]!;
}

/** @throws KinoraError `nn/size` */
export function checkProbability(p: number, where: string): number {
  if (p >= 0 && p <= 1) return p;
  throw kinoraError('nn/size', where, 'a probability from 0 to 1', String(p));
}

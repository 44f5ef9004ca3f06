/**
 * What a rule of differentiation is: how an operator runs while the network learns, and how the gradient of its result
 * becomes gradients of its arguments. The rules themselves are in `rules/`.
 */
import { isPerClip, type Size } from '../batch.js';
import type { Call } from '../call.js';
import { translationOf } from '../operators/table.js';

/** An operator on its way into a graph that learns. */
export interface TrainingCall extends Call {
  /** Whether a gradient of this argument is wanted; others need not be computed. */
  learns(argument: string): boolean;
  /** Declares what a buffer of the network (running statistics) holds after the step. */
  update(buffer: string, value: string): void;
  /** int64 `[count]`: random numbers from 0 to below `RANDOM_RANGE`; `count` is an int64 scalar value. */
  random(count: string): string;
}

/** Gradients by argument; an argument that is a list of tensors has one for each. */
export type Gradients = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Differentiated {
  /** Name of the result's value. */
  readonly output: string;
  /** Adds the nodes that compute the arguments' gradients from that of the result. */
  readonly backward: (gradient: string) => Gradients;
}

export type Rule = (call: TrainingCall) => Differentiated;

/** A rule for an operator that runs in training as it does in inference. `backward` may read the result. */
export const asInferred =
  (backward: (call: TrainingCall, gradient: string, output: string) => Gradients): Rule =>
  (call) => {
    const output = [translationOf(call.operator)!.operator(call)].flat()[0]!;
    return { output, backward: (gradient) => backward(call, gradient, output) };
  };

/** The sum of a gradient over what broadcasting repeated: from the result's shape to the argument's. */
export function unbroadcast(
  call: Call,
  gradient: string,
  result: readonly Size[],
  argument: readonly Size[],
): string {
  const added = result.length - argument.length;
  const repeated = result.flatMap((size, axis) =>
    axis < added || (argument[axis - added] === 1 && size !== 1) ? [axis] : [],
  );
  if (repeated.length === 0) return gradient;
  const total = call.node('ReduceSum', [gradient, call.int64s(repeated)], { keepdims: { int: 1 } });
  return added === 0 ? total : call.reshape(total, argument);
}

/** float32 `[1]`: the number of elements of a shape, which may scale with the batch. */
export function elementCount(call: Call, shape: readonly Size[]): string {
  const fixed = shape.reduce<number>((product, size) => product * (isPerClip(size) ? size.perClip : size), 1);
  const count = shape.some(isPerClip) ? { perClip: fixed } : fixed;
  return call.cast(call.shape([count]), 'int64', 'float32');
}

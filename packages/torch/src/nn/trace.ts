/**
 * The record of one forward pass: every operator with its inputs, outputs and the module it ran in. Summaries, costs,
 * exports and explanations are all derived from it.
 */

import type { DType } from '../engine/dtype.js';
import { observeCalls } from '../ops/dispatch.js';
import type { Operator } from '../ops/operators.js';
import { type Shape, Tensor } from '../tensor/tensor.js';
import { currentModulePath, watchCalls } from './call-stack.js';

/** A tensor in a trace: equal ids are the same tensor. */
export interface TracedTensor {
  readonly tensor: number;
  readonly shape: Shape;
  readonly dtype: DType;
}
/** An argument or a result: a tensor, a constant, or a list of them. */
export type TracedValue = TracedTensor | number | bigint | boolean | string | null | readonly TracedValue[];

/** One operator call of a trace. */
export interface TracedCall {
  /** `aten::conv3d` */
  readonly operator: string;
  readonly overload: string;
  /** Dotted path of the innermost module, '' outside any. */
  readonly module: string;
  /** In the schema's order, under the schema's names; defaults are filled in. */
  readonly inputs: ReadonlyMap<string, TracedValue>;
  readonly outputs: readonly TracedValue[];
}

/** A module that returned a tensor; listed once per call. */
export interface TracedModule {
  /** Dotted path, '' for the outermost one. */
  readonly path: string;
  readonly output: TracedTensor;
}

/** The operator calls of a forward pass. */
export interface Trace<T> {
  readonly result: T;
  readonly calls: readonly TracedCall[];
  /** In the order in which they finished: children before their parents. */
  readonly modules: readonly TracedModule[];
  /** The id of a tensor that took part, such as a parameter, an input or the result. */
  idOf(tensor: Tensor): number | undefined;
  /** The tensor with this id; it may have been disposed since. */
  tensorOf(id: number): Tensor | undefined;
}

/** Runs `fn` and records each operator that it calls; a trace around this one records them too. */
export function trace<T>(fn: () => T): Trace<T> {
  const ids = new Map<Tensor, number>();
  const calls: TracedCall[] = [];
  const modules: TracedModule[] = [];
  const previous = observeCalls((operator, args, result) => {
    calls.push(record(operator, args, result, ids));
    previous?.(operator, args, result);
  });
  try {
    const result = watchCalls((path, output) => {
      if (output instanceof Tensor) modules.push({ path, output: tracedTensor(output, ids) });
    }, fn);
    const tensors = [...ids.keys()];
    return { result, calls, modules, idOf: (tensor) => ids.get(tensor), tensorOf: (id) => tensors[id] };
  } finally {
    observeCalls(previous);
  }
}

function record(
  operator: Operator,
  args: readonly unknown[],
  result: unknown,
  ids: Map<Tensor, number>,
): TracedCall {
  const inputs = operator.arguments.map(({ name, default: fallback }, i): [string, TracedValue] => [
    name,
    traced(args[i] === undefined ? fallback : args[i], ids),
  ]);
  const outputs = operator.returns.length === 1 ? [result] : ((result ?? []) as unknown[]);
  return {
    operator: operator.name,
    overload: operator.overload,
    module: currentModulePath(),
    inputs: new Map(inputs),
    outputs: outputs.map((output) => traced(output, ids)),
  };
}

function traced(value: unknown, ids: Map<Tensor, number>): TracedValue {
  if (value instanceof Tensor) return tracedTensor(value, ids);
  if (Array.isArray(value)) return value.map((item) => traced(item, ids));
  return (value ?? null) as TracedValue;
}

function tracedTensor(value: Tensor, ids: Map<Tensor, number>): TracedTensor {
  const id = ids.get(value) ?? ids.size;
  ids.set(value, id);
  return { tensor: id, shape: value.shape, dtype: value.dtype };
}

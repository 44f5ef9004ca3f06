/**
 * What makes a tensor in a module's field a parameter (trained) or a buffer (saved, not trained). A field whose tensor
 * carries neither mark is the module's private business: it is not saved, moved or trained.
 */
import { processWide } from '../engine/process-wide.js';
import { keep } from '../engine/scope.js';
import type { Tensor } from '../tensor/tensor.js';

export type TensorKind = 'parameter' | 'buffer';

const kinds = processWide('kinds of tensors', () => new WeakMap<Tensor, TensorKind>());

/** Marks `tensor` as trained: it requires gradients and outlives the scope it was made in. */
export function parameter(tensor: Tensor): Tensor {
  tensor.requiresGrad = true;
  return mark(tensor, 'parameter');
}

/** Marks `tensor` as part of the module's state (running statistics, say), outliving the scope it was made in. */
export function buffer(tensor: Tensor): Tensor {
  return mark(tensor, 'buffer');
}

export function tensorKind(value: unknown): TensorKind | undefined {
  return typeof value === 'object' && value !== null ? kinds.get(value as Tensor) : undefined;
}

function mark(tensor: Tensor, kind: TensorKind): Tensor {
  kinds.set(keep(tensor), kind);
  return tensor;
}

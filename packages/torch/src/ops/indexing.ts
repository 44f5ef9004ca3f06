/** Indexing as in Python: `x[2, :, 1:5, None, ..., mask]` is `x.index(2, slice(), slice(1, 5), null, '...', mask)`. */

import { scope } from '../engine/scope.js';
import { type KinoraError, kinoraError } from '../error.js';
import { type Scalar, Tensor } from '../tensor/tensor.js';
import { callOp } from './dispatch.js';
import { describe } from './refusal.js';

/**
 * `start:end:step` along one dimension; an omitted start or end is that of the dimension. Steps must be positive, as in
 * libtorch.
 */
export interface Slice {
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

export const slice = (start: number | null = null, end: number | null = null, step = 1): Slice => ({
  start,
  end,
  step,
});

/** A number selects, a Slice cuts, null adds a dimension, '...' skips dimensions, a tensor (int64 or bool) gathers. */
export type Index = number | Slice | null | '...' | Tensor;

/** The indexed part: a view, or a copy if an index is a tensor. */
export function index(self: Tensor, ...indices: Index[]): Tensor {
  return scope(() => {
    const { view, gathers } = applyBasic(self, indices);
    return gathers.some((gather) => gather !== null)
      ? (callOp('aten::index', view, gathers) as Tensor)
      : view;
  });
}

/** Writes a tensor or a number into the indexed part, in place (`x[...] = value`). */
export function indexPut_(self: Tensor, indices: readonly Index[], value: Tensor | Scalar): Tensor {
  scope(() => {
    const { view, gathers } = applyBasic(self, indices);
    if (gathers.some((gather) => gather !== null))
      callOp('aten::index_put_', view, gathers, asTensor(value, self));
    else if (value instanceof Tensor) callOp('aten::copy_', view, value);
    else callOp('aten::fill_', view, value);
  });
  return self;
}

const asTensor = (value: Tensor | Scalar, { dtype, device }: Tensor): Tensor =>
  value instanceof Tensor ? value : (callOp('aten::scalar_tensor', value, { dtype, device }) as Tensor);

/** Applies all indices except tensors, and returns which dimension of the view each tensor indexes. */
function applyBasic(self: Tensor, indices: readonly Index[]): { view: Tensor; gathers: (Tensor | null)[] } {
  const gathers: (Tensor | null)[] = [];
  let view = self;
  let dimension = 0;
  for (const item of expand(self, indices)) {
    if (typeof item === 'number') {
      view = callOp('aten::select', view, dimension, item) as Tensor;
      continue;
    }
    if (item === null) view = callOp('aten::unsqueeze', view, dimension) as Tensor;
    else if (!(item instanceof Tensor) && !isWhole(item))
      view = callOp('aten::slice', view, dimension, item.start, item.end, item.step) as Tensor;
    const consumed = item instanceof Tensor ? consumes(item) : 1;
    gathers.push(item instanceof Tensor ? item : null);
    dimension += consumed;
  }
  return { view: view === self ? (callOp('aten::alias', self) as Tensor) : view, gathers };
}

const isWhole = ({ start, end, step }: Slice): boolean => start === null && end === null && step === 1;
/** A mask indexes as many dimensions as it has. */
const consumes = (item: Tensor): number => (['bool', 'uint8'].includes(item.dtype) ? item.ndim : 1);

/** Replaces '...' by the full slices it stands for. */
function expand(self: Tensor, indices: readonly Index[]): (number | Slice | null | Tensor)[] {
  let used = 0;
  for (const item of indices) {
    if (!isIndex(item)) throw notAnIndex(item);
    if (item !== null && item !== '...') used += item instanceof Tensor ? consumes(item) : 1;
  }
  const rank = self.ndim;
  if (used > rank || indices.filter((item) => item === '...').length > 1) throw tooMany(self, used);
  return indices.flatMap((item) =>
    item === '...' ? Array.from({ length: rank - used }, () => slice()) : [item],
  );
}

const isIndex = (item: unknown): boolean =>
  typeof item === 'number' ||
  item === null ||
  item === '...' ||
  item instanceof Tensor ||
  (typeof item === 'object' && 'start' in item && 'end' in item && 'step' in item);

function notAnIndex(item: unknown): KinoraError {
  return kinoraError('torch/index', 'index()', "a number, slice(), null, '...' or a tensor", describe(item));
}

function tooMany(self: Tensor, used: number): KinoraError {
  return kinoraError('torch/index', 'index()', {
    expected: `at most ${self.ndim} indices and one '...' for shape [${self.shape.join(', ')}]`,
    received: `${used} indices`,
  });
}

/**
 * Max pooling in deterministic mode on a GPU, where libtorch refuses to go back through its own kernel in three dimensions (gradients
 * are added there in any order): windows that lie side by side as choices between slices. The same numbers and gradients; of
 * equal values the first in memory counts, as there. It holds more and is slower.
 */

import { isDeterministic } from '../../engine/device.js';
import { scope } from '../../engine/scope.js';
import { callOp, isObserved } from '../../ops/dispatch.js';
import { ops } from '../../ops/ops.js';
import { isGradEnabled } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import { isSideBySide, type Pooling } from './direct-pool.js';

/** Or undefined where libtorch's kernel is the one to use. */
export function orderedMaxPool(input: Tensor, pooling: Pooling): Tensor | undefined {
  if (!isDeterministic() || input.device === 'cpu' || !isSideBySide(pooling)) return undefined;
  return isObserved() || !isGradEnabled() ? undefined : maxOfSlices(input, pooling);
}

/** Innermost axis first, so that of equal values the first in memory is left at the end. */
export function maxOfSlices(input: Tensor, { kernelSize }: Pick<Pooling, 'kernelSize'>): Tensor {
  const first = input.shape.length - kernelSize.length;
  return scope(() => kernelSize.reduceRight((maps, size, i) => largestAlong(maps, first + i, size), input));
}

/** What hangs over at the end is left out. */
function largestAlong(input: Tensor, dim: number, size: number): Tensor {
  const end = Math.floor(input.shape[dim]! / size) * size;
  const part = (from: number): Tensor => callOp('aten::slice.Tensor', input, dim, from, end, size) as Tensor;
  let largest = part(0);
  for (let from = 1; from < size; from++) {
    const next = part(from);
    // A NaN spreads, as it does in the kernel.
    largest = ops.where(next.gt(largest).logical_or(next.isnan()), next, largest);
  }
  return largest;
}

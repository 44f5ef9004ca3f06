/** Operators as methods of Tensor, with indexing and backward. Importing this file adds them. */

import { processWide } from '../engine/process-wide.js';
import { type BackwardOptions, backward } from '../tensor/grad.js';
import { type Scalar, Tensor } from '../tensor/tensor.js';
import { operatorCall } from './dispatch.js';
import { type Index, index, indexPut_, slice } from './indexing.js';
import { methodNames, type TensorMethods } from './ops.generated.js';
import { adapted } from './ops.js';

declare module '../tensor/tensor.js' {
  // Disposable is repeated because the compiler may merge the declarations before it has bound the class's
  // `[Symbol.dispose]`.
  interface Tensor extends TensorMethods, Disposable {
    /** `x[2, :, 1:5]` is `x.index(2, slice(), slice(1, 5))`; see Index. */
    index(...indices: Index[]): Tensor;
    /** `x[indices] = value` is `x.indexPut_([...indices], value)`. */
    indexPut_(indices: readonly Index[], value: Tensor | Scalar): Tensor;
    /** `x[start:end:step]` along the first dimension. */
    slice(start?: number | null, end?: number | null, step?: number): Tensor;
    /** Accumulates gradients into the leaves; see backward. */
    backward(gradient?: Tensor | null, options?: BackwardOptions): void;
  }
}

function operatorMethod(name: string): (this: Tensor, ...args: unknown[]) => unknown {
  const call = operatorCall(`aten::${name}`);
  const adapt = adapted[name];
  return adapt === undefined
    ? function (...args) {
        return call(withReceiver(this, args));
      }
    : function (...args) {
        return call(adapt(withReceiver(this, args)));
      };
}

/** Written out for the usual numbers of arguments: a spread takes as long as everything else before the call of libtorch. */
function withReceiver(receiver: Tensor, args: readonly unknown[]): unknown[] {
  switch (args.length) {
    case 0:
      return [receiver];
    case 1:
      return [receiver, args[0]];
    default:
      return [receiver, ...args];
  }
}

const written = {
  index(this: Tensor, ...indices: Index[]) {
    return index(this, ...indices);
  },
  indexPut_(this: Tensor, indices: readonly Index[], value: Tensor | Scalar) {
    return indexPut_(this, indices, value);
  },
  slice(this: Tensor, start?: number | null, end?: number | null, step?: number) {
    return index(this, slice(start, end, step));
  },
  backward(this: Tensor, gradient?: Tensor | null, options?: BackwardOptions) {
    backward(this, gradient, options);
  },
};

processWide('methods', () =>
  Object.assign(
    Tensor.prototype,
    Object.fromEntries(methodNames.map((name) => [name, operatorMethod(name)])),
    written,
  ),
);

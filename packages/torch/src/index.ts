/** @kinora/torch: the table of contents. */
import './ops/methods.js';

export * as distributed from './distributed/index.js';
// Devices.
export { cuda, type Device, engineInfo, setDeterministic, threads } from './engine/device.js';
// Tensors: making, printing, indexing and freeing them.
export { type DType, dtypeOfArray, dtypes, isDType, isFloating, type TypedArray } from './engine/dtype.js';
export { keep, scope } from './engine/scope.js';
export { KinoraError, type KinoraErrorParts, kinoraError } from './error.js';
// Networks: layers, losses and traces; optimizers; files; training in several processes.
export * as nn from './nn/index.js';
export {
  type Trace,
  type TracedCall,
  type TracedModule,
  type TracedTensor,
  type TracedValue,
  trace,
} from './nn/trace.js';
export { fromBytes, fromTypedArray, type TensorOptions, tensor } from './ops/create.js';
// Operators.
export { callOp } from './ops/dispatch.js';
export { type Index, type Slice, slice } from './ops/indexing.js';
export { type Operator, overloadsOf } from './ops/operators.js';
export type { Ops, TensorMethods } from './ops/ops.generated.js';
export { ops } from './ops/ops.js';
export { shapesOnly } from './ops/shapes-only.js';
export * as optim from './optim/index.js';
export * as serialize from './serialize/index.js';
// Gradients, precision and random numbers.
export { type AutocastMode, autocast } from './tensor/autocast.js';
export {
  type BackwardOptions,
  backward,
  enableGrad,
  type GradOptions,
  grad,
  inferenceMode,
  isGradEnabled,
  noGrad,
} from './tensor/grad.js';
export { Generator, getRngState, manualSeed, setRngState } from './tensor/random.js';
export { Readback } from './tensor/readback.js';
export { Stream, StreamEvent } from './tensor/stream.js';
export {
  memoryStats,
  type NestedArray,
  type Scalar,
  type Shape,
  Tensor,
} from './tensor/tensor.js';

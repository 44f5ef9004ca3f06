/** @kinora/torch: the table of contents. */
import './methods.js';

export { type AutocastMode, autocast } from './autocast.js';
export { fromBytes, fromTypedArray, type TensorOptions, tensor } from './create.js';
export { cuda, engineInfo, setDeterministic, threads } from './device.js';
export { callOp } from './dispatch.js';
export * as distributed from './distributed/index.js';
export { type DType, dtypeOfArray, dtypes, isDType, isFloating, type TypedArray } from './dtype.js';
export { KinoraError, type KinoraErrorParts } from './error.js';
export {
  type BackwardOptions,
  backward,
  enableGrad,
  type GradOptions,
  grad,
  inferenceMode,
  isGradEnabled,
  noGrad,
} from './grad.js';
export { type Index, type Slice, slice } from './indexing.js';
export * as nn from './nn/index.js';
export { type Operator, overloadsOf } from './operators.js';
export type { Ops, TensorMethods } from './ops.generated.js';
export { ops } from './ops.js';
export * as optim from './optim/index.js';
export { Generator, getRngState, manualSeed, setRngState } from './random.js';
export { Readback } from './readback.js';
export { keep, scope } from './scope.js';
export * as serialize from './serialize/index.js';
export { shapesOnly } from './shapes-only.js';
export { Stream, StreamEvent } from './stream.js';
export { type Device, memoryStats, type NestedArray, type Scalar, type Shape, Tensor } from './tensor.js';
export {
  type Trace,
  type TracedCall,
  type TracedModule,
  type TracedTensor,
  type TracedValue,
  trace,
} from './trace.js';

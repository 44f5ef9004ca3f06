/** nn: modules with PyTorch's names, losses and initialisers. The table of contents. */

export { currentModulePath, moduleName } from './call-stack.js';
export { type Checkpointed, checkpoint, checkpointed, isCheckpointing } from './checkpoint.js';
export { type ChannelAffine, foldNorms, normAffine } from './fold-norms.js';
export * as init from './init.js';
export {
  GELU,
  type GELUOptions,
  LeakyReLU,
  LogSoftmax,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from './layers/activation.js';
export type { Size } from './layers/check.js';
export { ModuleList, Segments, Sequential } from './layers/containers.js';
export { Conv1d, Conv2d, Conv3d, ConvNd, type ConvOptions } from './layers/conv.js';
export { Dropout, Dropout1d, Dropout2d, Dropout3d } from './layers/dropout.js';
export {
  Embedding,
  type EmbeddingOptions,
  Flatten,
  Identity,
  Linear,
  type LinearOptions,
} from './layers/linear.js';
export { normRelu } from './layers/norm-activation.js';
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  BatchNormNd,
  type BatchNormOptions,
  LayerNorm,
  type LayerNormOptions,
} from './layers/normalization.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  type AvgPoolOptions,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  type MaxPoolOptions,
  type OutputSize,
} from './layers/pool.js';
export { GRU, LSTM, type RecurrentOptions } from './layers/recurrent.js';
export {
  BCEWithLogitsLoss,
  type BCEWithLogitsOptions,
  bceWithLogits,
  CrossEntropyLoss,
  type CrossEntropyOptions,
  crossEntropy,
  type LossOptions,
  MSELoss,
  mseLoss,
  type Reduction,
} from './loss.js';
export { type AnyModule, buffer, Module, parameter } from './module.js';
export { Recording, recordActivations } from './recording.js';
export type { LoadOptions, LoadReport, StateDict } from './state-dict.js';

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
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  type OutputSize,
} from './layers/adaptive-pool.js';
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  BatchNormNd,
  type BatchNormOptions,
} from './layers/batch-norm.js';
export { ModuleList, Sequential } from './layers/containers.js';
export { Conv1d, Conv2d, Conv3d, ConvNd, type ConvOptions } from './layers/conv.js';
export { Dropout, Dropout1d, Dropout2d, Dropout3d } from './layers/dropout.js';
export { Embedding, type EmbeddingOptions } from './layers/embedding.js';
export { LayerNorm, type LayerNormOptions } from './layers/layer-norm.js';
export { Linear, type LinearOptions } from './layers/linear.js';
export { normRelu } from './layers/norm-activation.js';
export {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  type AvgPoolOptions,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  type MaxPoolOptions,
} from './layers/pool.js';
export { GRU, LSTM, type RecurrentOptions } from './layers/recurrent.js';
export { Segments } from './layers/segments.js';
export { Flatten, Identity } from './layers/shape.js';
export type { Size } from './layers/size.js';
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
export { type AnyModule, Module } from './module.js';
export { buffer, parameter } from './parameter.js';
export { Recording, recordActivations } from './recording.js';
export type { LoadOptions, LoadReport, StateDict } from './state-dict.js';

/** nn: modules with PyTorch's names, losses and initialisers. The table of contents. */
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
} from './activation.js';
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  type OutputSize,
} from './adaptive-pool.js';
export { BatchNorm1d, BatchNorm2d, BatchNorm3d, BatchNormNd, type BatchNormOptions } from './batch-norm.js';
export { currentModulePath, moduleName } from './call-stack.js';
export { type Checkpointed, checkpoint, checkpointed, isCheckpointing } from './checkpoint.js';
export { ModuleList, Sequential } from './containers.js';
export { Conv1d, Conv2d, Conv3d, ConvNd, type ConvOptions } from './conv.js';
export { Dropout, Dropout1d, Dropout2d, Dropout3d } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { type ChannelAffine, foldNorms, normAffine } from './fold-norms.js';
export * as init from './init.js';
export { LayerNorm, type LayerNormOptions } from './layer-norm.js';
export { Linear, type LinearOptions } from './linear.js';
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
export { normRelu } from './norm-activation.js';
export { buffer, parameter } from './parameter.js';
export {
  AvgPool1d,
  AvgPool2d,
  AvgPool3d,
  type AvgPoolOptions,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  type MaxPoolOptions,
} from './pool.js';
export { Recording, recordActivations } from './recording.js';
export { GRU, LSTM, type RecurrentOptions } from './recurrent.js';
export { Segments } from './segments.js';
export { Flatten, Identity } from './shape.js';
export type { Size } from './size.js';
export type { LoadOptions, LoadReport, StateDict } from './state-dict.js';

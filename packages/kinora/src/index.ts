/** kinora: the table of contents. */

// Clips: frames to the network's pixels.
export {
  type AugmentSpec,
  augmentClip,
  type ClipDraw,
  defaultSpec,
  drawClip,
  type Frames,
  normaliseClip,
  type PreprocessSpec,
  parseSpec,
  permutation,
  prepareClip,
  type Random,
  randomStream,
  resampleByRate,
  resampleByTime,
  samplePositions,
} from '@kinora/clip';
export { KinoraError, type KinoraErrorParts } from '@kinora/torch';
// Predictions: checkpoints and clips to labels and reports.
export { type CompareOptions, compare, type Row } from './compare/compare.js';
export { augmentSchema, preprocessSchema } from './config/clip-schema.js';
// Configurations, progress and reports.
export {
  effectiveConfig,
  loadConfig,
  preprocessSpec,
  type RunConfig,
  type RunConfigInput,
} from './config/index.js';
// Files to frames.
export { decodeJpeg, encodeJpeg } from './data/decode/jpeg.js';
export { openClip } from './data/decode/open.js';
export type { ClipSource } from './data/decode/source.js';
export { findVideoDecoder } from './data/decode/video.js';
// Data: lists of clips to batches.
export { type ListOptions, readClipList } from './data/lists/annotations.js';
export type { BadClip } from './data/lists/bad-clips.js';
export { readClassFolders } from './data/lists/class-folders.js';
export type { ClipItem, ClipList } from './data/lists/clip-list.js';
export { flipMapFor, readLabels } from './data/lists/labels.js';
export { writeBadClips } from './data/lists/write-lists.js';
export { readClip } from './data/load/clip-reader.js';
export {
  type Batch,
  type ClipLoader,
  clipLoader,
  type EpochOptions,
  type LoaderOptions,
} from './data/load/loader.js';
// Synthetic gestures: a look-alike of the Jester data set.
export {
  type ClipRequest,
  flipMap,
  type GestureLabel,
  gestureLabels,
  orderPairs,
  renderClip,
  type SynthOptions,
  type SynthRecipe,
  type SynthResult,
  synthesize,
} from './data/synth/index.js';
export { type EnsembleOptions, type EnsembleResult, ensemble } from './ensemble/ensemble.js';
export { majority, rightVotes, type Voters, voteAccuracy } from './ensemble/theory.js';
// Exports: checkpoints to files for other programs.
export { type Exported, type ExportOptions, exportModel, type Format } from './export/export.js';
export { type Evaluation, summarize, worstClips } from './measure/metrics.js';
export { Classifier } from './model/classifier.js';
// Networks: tables to modules, what they cost, weights from anywhere.
export { inflate } from './model/inflate.js';
export { flowInput, type InputBatch, networkInput, networkInputs, zeroInputs } from './model/input.js';
export { Network, type NetworkEntry, type NetworkOutput } from './model/network.js';
export { addNetwork, findNetwork, networks } from './model/registry.js';
export type { StreamState } from './model/streaming/causal.js';
export { StreamingNetwork, type StreamOutput } from './model/streaming/causal-mobile.js';
export { entryCost, type LayerCost, type NetworkCost, networkCost } from './model/summary.js';
export {
  type FoundNetwork,
  networkOf,
  openWeights,
  readWeights,
  type Weights,
  type WeightsFile,
} from './model/weights.js';
export { type EvaluateResult, evaluateRun, predictTestList } from './predict/evaluate.js';
export { type OpenedModel, type OpenOptions, openModel } from './predict/open.js';
export { type Prediction, predictClip } from './predict/predict.js';
export { type Progress, type ProgressTask, silent } from './progress.js';
export type { ReportData, ShownClip } from './report/data.js';
export { writeReport, writeTestResults } from './report/write.js';
export type { EpochMetrics } from './run/metrics-log.js';
// Training: batches to checkpoints.
export { type RunSummary, type TrainOptions, trainRun } from './train/run.js';

/**
 * kinora: the table of contents, in the order in which a clip becomes a label. `examples/` in the repository has a short
 * program for each of the first things to do.
 */

// Errors: one class, distinguished by `code`.

export { KinoraError, type KinoraErrorParts } from '@kinora/torch';

// Configuration: what a run does, and what differs from the defaults.

export { augmentSchema, preprocessSchema } from './config/clip-schema.js';
export {
  effectiveConfig,
  loadConfig,
  preprocessSpec,
  type RunConfig,
  type RunConfigInput,
} from './config/index.js';

// Clips: a folder of frames or a video file, decoded.

export { decodeJpeg, encodeJpeg } from './data/decode/jpeg.js';
export type { ClipSource } from './data/decode/source.js';
export { findVideoDecoder } from './data/decode/video.js';
export { openClip } from './data/open.js';

// From frames to the network's pixels, and augmentation. More of it is in @kinora/clip.

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

// Data sets: lists of clips, and batches of them.

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

// Synthetic gestures: a data set that looks like Jester.

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
  type SynthStreamOptions,
  synthesize,
  synthesizeStreams,
} from './data/synth/index.js';

// Networks: the registry, your own, their inputs, their cost, weights from anywhere.

export { entryCost, type LayerCost, type NetworkCost, networkCost } from './model/cost/cost.js';
export { Classifier } from './model/ensemble/classifier.js';
export { inflate } from './model/inflate.js';
export { flowInput, type InputBatch, networkInput, networkInputs, zeroInputs } from './model/input.js';
export { Network, type NetworkEntry, type NetworkOutput } from './model/network.js';
export { addNetwork, findNetwork, networks } from './model/registry.js';
export type { StreamState } from './model/streaming/causal.js';
export { StreamingNetwork, type StreamOutput } from './model/streaming/causal-mobile.js';
export {
  type FoundNetwork,
  networkOf,
  openWeights,
  readWeights,
  type Weights,
  type WeightsFile,
} from './model/weights.js';

// Training: from a configuration to a run folder.

export { type Progress, type ProgressTask, silent } from './progress.js';
export type { RunFolder } from './run/run-folder.js';
export type { ClipAugmentation } from './train/augmented.js';
export { findLearningRate, type LrRange, type LrRangeOptions, type LrStep } from './train/lr-range.js';
export { type RunSummary, type TrainOptions, trainRun } from './train/run.js';

// The log of a run.

export {
  type EpochMetrics,
  epochMetrics,
  type MetricsRecord,
  type MetricValue,
  readMetrics,
} from './run/metrics-log.js';

// Prediction: a trained network and a clip, or a whole data set.

export { type ClipFeatures, collectFeatures, type FeatureOptions } from './predict/features.js';
export { type ClipToPredict, type Prediction, predictClip } from './predict/predict.js';
export { type OpenedModel, type OpenOptions, openModel } from './run/open.js';

// Evaluation: accuracy, and the report.

export type { Doubt, LabelIssues, LabelVerdict } from './measure/label-issues.js';
export { type Evaluation, summarize, worstClips } from './measure/metrics.js';
export {
  type EvaluateOptions,
  type EvaluateResult,
  evaluateRun,
  predictTestList,
} from './predict/evaluate.js';
export type { ReportData, ShownClip } from './report/data.js';
export { writeReport, writeTestResults } from './report/write.js';

// Streams: detections in running videos against the gestures in them.

export { type ListedStream, readStreamList, type StreamListOptions } from './data/lists/stream-list.js';
export {
  countStream,
  type Detection,
  eventF1,
  falseAlarmRate,
  judge,
  levenshteinAccuracy,
  type StreamEvent,
  type StreamResult,
  type StreamScores,
  streamScores,
} from './measure/streams.js';
export { type BackgroundOptions, type BackgroundResult, backgroundRun } from './predict/background.js';
export { type CalibrateResult, calibrateRun } from './predict/calibrate.js';
export { evaluateLog, evaluateStreams, type StreamEvaluationOptions } from './predict/evaluate-streams.js';
export { type TuneOptions, type TuneResult, tune } from './predict/tune.js';
export type { StreamReport } from './report/stream-data.js';

// Several runs: compared, or combined into one model.

export { type CompareOptions, compare, type Row } from './compare/compare.js';
export {
  type CrossvalOptions,
  type CrossvalResult,
  crossval,
  type Fold,
  type HeldOut,
} from './crossval/crossval.js';
export { type LabelOptions, type LabelReview, reviewLabels } from './crossval/labels.js';
export { writeCrossval } from './crossval/report.js';
export { type EnsembleOptions, type EnsembleResult, ensemble } from './ensemble/ensemble.js';
export { majority, rightVotes, type Voters, voteAccuracy } from './ensemble/votes.js';
export { type Sweep, type SweepOptions, type SweepTrial, sweep } from './sweep/sweep.js';
export { type SweepSetting, writeSweep } from './sweep/write.js';

// Export: files for other programs.

export { type Exported, type ExportOptions, exportModel, type Format } from './export/export.js';

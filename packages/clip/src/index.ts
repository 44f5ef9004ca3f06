/** @kinora/clip: the table of contents. Decoded frames to the network's input, the same in Node and in browsers. */

// Augmentation: draws for a training clip, and their effect on pixels.
export {
  type AugmentSpec,
  augmentDefaults,
  type ClipDraw,
  clipMatrix,
  drawClip,
  type FrameDraw,
  noDraw,
} from './augment/augment.js';
export { augmentClip, perturbClip } from './augment/augment-clip.js';
export type { ErasingSpec } from './augment/erase.js';
export {
  type Affine,
  compose,
  identity,
  inverseAffine,
  type Matrix,
  mirror,
  translation,
} from './augment/matrix.js';
export { operations, type RandAugmentSpec, randAugment } from './augment/rand-augment.js';
export { permutation, type Random, randomStream } from './augment/random.js';
// What other movements look like to a model.
export { type BackgroundSpec, decodeBackground, encodeBackground } from './background.js';
export { editDistance, nearest } from './edit-distance.js';
// Errors, and the nearest valid name.
export { KinoraError, type KinoraErrorParts, kinoraError } from './error.js';
// Optical flow: fields as bytes, through crop and augmentation, and as colours.
export {
  FLOW_FIELDS,
  FLOW_REACH,
  FLOW_STEP,
  type FlowFields,
  fieldAt,
  fieldBytes,
  flowByte,
  flowPixels,
  pickFields,
  STILL,
  stillFields,
} from './flow/fields.js';
export { prepareFlow } from './flow/prepare-flow.js';
export { flowColour, flowPicture, usualMost, wheelPicture } from './flow/wheel.js';
// Frames, and sampling of a clip.
export { type Box, type Frames, frameAt, frameBytes, framesIn, mirrorFrames, type Size } from './frames.js';
// Live recognition: the clips of a running source, and the gestures in their predictions.
export {
  clipFrames,
  clipTicks,
  type DueClip,
  LiveClips,
  type Pace,
  strideTicks,
} from './live/clips.js';
export {
  type Gesture,
  GestureTracker,
  type Ranked,
  rank,
  Smoother,
  type TrackerSettings,
} from './live/detector.js';
export { defaultLiveSettings, type LiveSettings, withChanges } from './live/settings.js';
export { Ticks } from './live/ticks.js';
// Pixels: resize, crop, normalise.
export { normaliseClip } from './normalise.js';
// The postprocessing spec.
export { type PostprocessSpec, parsePostprocess, postprocessDefaults } from './postprocess.js';
export { type GeometrySpec, prepareClip, preparedBytes, resizedSize, toHeight } from './prepare.js';
export { resizeFrames } from './resize.js';
export { endOfSource, resampleByRate, resampleByTime, type SamplingSpec, samplePositions } from './sample.js';
// Logits to probabilities.
export { softmax } from './softmax.js';
// The preprocessing spec.
export {
  clipLength,
  clipNumbers,
  clipSize,
  defaultSpec,
  type PreprocessSpec,
  parseSpec,
  type ResizeRule,
  specDefaults,
  specLimits,
} from './spec.js';
// Several views of a video.
export { isOneView, oneView, type View, type Views, viewDraw, viewPositions, viewsOf } from './view.js';

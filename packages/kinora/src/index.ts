/** kinora: the table of contents. */
export { KinoraError, type KinoraErrorParts } from '@kinora/torch';
export { type ClipDraw, drawClip } from './clip/augment.js';
// Clips: files to frames to the network's pixels.
export { type AugmentSpec, augmentSchema } from './clip/augment-spec.js';
export type { Frames } from './clip/frames.js';
export { decodeJpeg, encodeJpeg } from './clip/jpeg.js';
export { nearestName } from './clip/nearest.js';
export { normaliseClip } from './clip/normalise.js';
export { openClip } from './clip/open.js';
export { prepareClip } from './clip/prepare.js';
export { permutation, type Random, randomStream } from './clip/random.js';
export { resampleByRate, resampleByTime } from './clip/resample.js';
export { samplePositions } from './clip/sample.js';
export type { ClipSource } from './clip/source.js';
export { defaultSpec, type PreprocessSpec, parseSpec, preprocessSchema } from './clip/spec.js';
export { findVideoDecoder } from './clip/video.js';
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

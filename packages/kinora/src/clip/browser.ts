/** The part of clip/ that runs in browsers too, for apps that prepare clips exactly as training does. No Node, no files. */
export { type ClipDraw, drawClip, type FrameDraw, noDraw } from './augment/augment.js';
export type { AugmentSpec } from './augment/augment-spec.js';
export { randomStream } from './augment/random.js';
export type { FlowFields } from './flow/fields.js';
export { flowPicture, usualMost } from './flow/wheel.js';
export type { Frames, Size } from './frames.js';
export { normaliseClip } from './normalise.js';
export { type GeometrySpec, prepareClip, preparedBytes } from './prepare.js';
export type { PreprocessSpec } from './spec.js';

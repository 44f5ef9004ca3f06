/** Synthetic gestures: rendered clips in the labels and format of Jester. */
export { type ClipRequest, renderClip, type SyntheticClip, type Variety, varieties } from './clip.js';
export { flipMap, type GestureLabel, gestureLabels, orderPairs } from './labels.js';
export {
  defaultRecipe,
  type PlannedClip,
  peopleOf,
  planClips,
  type Split,
  type SynthRecipe,
} from './plan.js';
export { type Happening, planStream, renderStream, type StreamRequest } from './stream.js';
export {
  contactSheetName,
  type SynthOptions,
  type SynthResult,
  synthesize,
} from './synthesize.js';
export {
  defaultStreamRecipe,
  type StreamRecipe,
  type SynthStreamOptions,
  synthesizeStreams,
} from './synthesize-streams.js';
export { wideActivities } from './wide/activities.js';

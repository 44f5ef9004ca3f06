/** Which entries of a model's layer list are steps of the computation. */
import type { Layer } from '@kinora/recognizer';

/** A container's output is that of its last layer, and dropout does nothing outside of training. */
const NO_STEPS = new Set(['Sequential', 'Segments', 'Dropout']);

export const isStep = ({ type }: Layer): boolean => !NO_STEPS.has(type);

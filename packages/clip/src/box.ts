/** A rectangle of pixels in a frame: what CutMix pastes and random erasing fills. Runs in browsers too. */
import type { Size } from './frames.js';

export interface Box extends Size {
  readonly top: number;
  readonly left: number;
}

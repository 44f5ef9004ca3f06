/** A moment of Live that the reader wants explained: the clip that the network saw, until another takes its place. */
import type { Frames, PreprocessSpec } from '@kinora/clip';

export interface Moment {
  /** As the network saw them, uint8 RGB `[T, crop.height, crop.width, 3]`. */
  readonly frames: Frames;
  readonly spec: PreprocessSpec;
}

let frozen = $state.raw<Moment>();

export const moment = {
  get now(): Moment | undefined {
    return frozen;
  },
  /** Opens Explain with it. */
  explain(next: Moment): void {
    frozen = next;
    location.hash = '#/explain';
  },
};

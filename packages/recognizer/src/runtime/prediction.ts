/** What a network says of a clip, before it is smoothed and ranked. Apart from what runs networks, whose types apps need not install. */
import type { LayerMaps } from '../types.js';

export interface RawPrediction {
  readonly probabilities: Float32Array;
  readonly features: Float32Array;
  /** Milliseconds of the run. */
  readonly latency: number;
  readonly maps?: Readonly<Record<string, LayerMaps>>;
}

/** Of the clip that ends at `time`. */
export interface LivePrediction extends RawPrediction {
  /** Seconds on the source's clock. */
  readonly time: number;
  /** Share of the clip that has been seen, 0 to 1. */
  readonly filled: number;
  /** Where it was asked for. */
  readonly clip?: Uint8Array;
}

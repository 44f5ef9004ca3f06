/** What runs the network, whichever onnxruntime it is: numbers in, named outputs out. */
import type { Backend, LayerMaps } from './types.js';

export interface Engine {
  readonly backend: Backend;
  /** Names of the inputs that the network wants. */
  readonly inputs: readonly string[];
  /** Names of the outputs that the network has. */
  readonly outputs: readonly string[];
  /** Runs clips, float32 `[N, 3, T, H, W]`, and gives out the outputs asked for. One run at a time. */
  run(
    clips: Float32Array,
    shape: readonly number[],
    outputs: readonly string[],
  ): Promise<Record<string, LayerMaps>>;
  close(): Promise<void>;
}

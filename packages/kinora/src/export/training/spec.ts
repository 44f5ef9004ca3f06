/**
 * What a training graph takes and gives, as its metadata describes it under the key `training` (JSON), so that a program that
 * knows nothing of the network can run it.
 */
import type { OptimizerSettings } from './optimizer.js';

export interface TrainingSpec {
  /** Of this description. */
  readonly version: 1;
  readonly optimizer: OptimizerSettings;
  /** Patterns of the layers that stay as they are. */
  readonly freeze: readonly string[];
  /**
   * What the clips enter as: `clips` (and `flow`) themselves, or the outputs of the frozen prefix, which has the same names.
   * `shape` is of one clip.
   */
  readonly data: readonly DataInput[];
  /**
   * The last layer, where it is one linear layer whose rows are the classes. The graph then takes any number of classes:
   * those of `targets` and of this layer's tensors, whose first axis they are. Null: only the number in `state`.
   */
  readonly classifier: Classifier | null;
  /** Tensors that the caller hands from one step to the next. */
  readonly state: readonly StateTensor[];
}

/** Names of a linear layer's tensors, `[classes, F]` and `[classes]`. */
export interface Classifier {
  readonly weight: string;
  readonly bias: string | null;
}

export interface DataInput {
  readonly name: string;
  /** float32 `[rows * N, ...shape]` for N clips. */
  readonly rows: number;
  readonly shape: readonly number[];
}

export interface StateTensor {
  /** Name of the input; of parameters and statistics also that in the weights file (safetensors, PyTorch). */
  readonly input: string;
  /** Name of the output that holds it after the step. */
  readonly output: string;
  readonly kind: 'parameter' | 'moment' | 'statistic';
  readonly shape: readonly number[];
  /** Before the first step: as in the weights file, or all zeros. */
  readonly initial: 'weights' | 'zeros';
}

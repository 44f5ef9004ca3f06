/**
 * The type of a complete configuration. Types that zod infers carry no descriptions, so this one repeats those of
 * schema.ts for editors. Written by packages/kinora/scripts/config-reference.mjs: do not edit.
 */

import type { AugmentSpec } from '@kinora/clip';
import type * as z from 'zod';
import type { runConfigSchema } from './schema.js';

type Values = z.output<typeof runConfigSchema>;

/** A complete configuration. */
export type RunConfig = {
  /** Name of the run. Its folder is `outputDir/name`. Default: name of the file. */
  name: string;
  /** Folder that holds the run folders. Default: "runs". */
  outputDir: Values['outputDir'];
  /**
   * Checkpoint to resume or evaluate: a run folder, one of its checkpoints, or a file (.safetensors,
   * .pth.tar). Default: the one in the run folder.
   */
  checkpoint: Values['checkpoint'];
  /** Random seed for weight initialisation, shuffling, augmentation and dropout. Default: 1. */
  seed: Values['seed'];
  /** Make runs on CUDA bit-identical too, at some cost in speed. Default: false. */
  deterministic: Values['deterministic'];
  /**
   * Number format of convolutions and matrix products in training. A CPU that is slower in bf16 uses
   * float32. Default: "float32".
   */
  precision: Values['precision'];
  /** Use TensorFloat-32 for float32 on CUDA. Default: true. */
  tf32: Values['tf32'];
  /**
   * Let cuDNN time its algorithms and choose the fastest one. Has no effect with `deterministic`.
   * Default: true.
   */
  cudnnBenchmark: Values['cudnnBenchmark'];
  /** CPU threads of libtorch. Default: one per core. */
  threads: Values['threads'];
  /** Steps between two progress lines. Default: 100. */
  printSteps: Values['printSteps'];
  /** Steps between two checkpoints. Default: one checkpoint per epoch. */
  saveSteps: Values['saveSteps'];
  /** Epochs between two weight histograms in TensorBoard; 0 writes none. Default: 0. */
  histograms: Values['histograms'];
  /** Number of training clips shown as images in TensorBoard. Default: 4. */
  logClips: Values['logClips'];
  /** Folder of the training clips. */
  trainFolder?: Values['trainFolder'];
  /** Folder of the validation and test clips. Default: `trainFolder`. */
  validationFolder?: Values['validationFolder'];
  /**
   * Training list: a CSV file, or the index of a pack, as a file or an http(s) address. Default: one
   * folder per class in `trainFolder`.
   */
  trainList?: Values['trainList'];
  /**
   * Validation list, in the same forms as `trainList`. Default: one folder per class in
   * `validationFolder`, if that differs from `trainFolder`; otherwise no validation.
   */
  validationList?: Values['validationList'];
  /**
   * Test list: the ids of clips to predict; it needs no labels. Default: the file beside
   * `validationList` with "test" in its name.
   */
  testList?: Values['testList'];
  /**
   * File with the class names, one per line, in the order of the outputs. Default: the labels of the
   * training list, sorted.
   */
  labelsFile?: Values['labelsFile'];
  /** Expected number of classes; an error if the data has another. Default: any. */
  numClasses: Values['numClasses'];
  /**
   * What to do with list lines whose label is not in `labelsFile`: stop, or leave them out. Default:
   * "error".
   */
  unknownLabels: Values['unknownLabels'];
  /** Fraction of unreadable clips that is tolerated. They are listed in bad_clips.csv. Default: 0.01. */
  maxBadFraction: Values['maxBadFraction'];
  /**
   * Folder that caches optical flow, for networks that use it. Default: `trainFolder` with ".flow"
   * appended.
   */
  flowCache?: Values['flowCache'];
  /** Clips that are shuffled at a time when a pack is streamed from a web server. Default: 1000. */
  shuffleBuffer: Values['shuffleBuffer'];
  /** Folder that caches data streamed from a web server. Default: ~/.cache/kinora. */
  streamCache?: Values['streamCache'];
  /** Size limit of `streamCache` in gigabytes; the oldest blocks are removed first. Default: 50. */
  streamCacheGB: Values['streamCacheGB'];
  /**
   * Seconds in which a web server must answer, and then send each 64 KiB, before a request is repeated.
   * Default: 30.
   */
  streamTimeout: Values['streamTimeout'];
  /**
   * Threads that decode clips; 0 decodes in the main thread. Default: one per core, shared by the ranks
   * of a host, at most 16.
   */
  workers: Values['workers'];
  /** Frames per clip, T of the input `[N, C, T, H, W]`. Default: 18. */
  frames: Values['frames'];
  /**
   * Consecutive clips taken from one video and joined along time; -1 takes the whole video. Default: 1.
   */
  clips: Values['clips'];
  /** Distance between two frames of a clip, in frames at `frameRate`. Default: 2. */
  stride: Values['stride'];
  /**
   * Where a clip lies in the video: `dense` (random start in training, the beginning in validation),
   * `centre` (the middle), or `uniform` (one frame from each of `frames` equal segments). Default:
   * "dense".
   */
  sampling: Values['sampling'];
  /** Frames per second that videos are resampled to. Default: 12. */
  frameRate: Values['frameRate'];
  /**
   * Resizing before the crop: `none`; `shrink` (frames higher than `height`); `height` (every frame, to
   * `height`); `exact` (to `height` x `width`, in pixels). Default: {"rule":"shrink","height":100}.
   */
  resize: Values['resize'];
  /**
   * Centre crop that the network sees, in pixels. A single number is a square. Default:
   * {"height":84,"width":84}.
   */
  crop: Values['crop'];
  /**
   * For frames smaller than the crop: surround them with `zeros`, or `resize` them until they fill it.
   * Default: "zeros".
   */
  pad: Values['pad'];
  /** Mean of the red, green and blue channels, on the scale 0 to 1. Default: [0.485,0.456,0.406]. */
  mean: Values['mean'];
  /**
   * Standard deviation of the red, green and blue channels, on the scale 0 to 1. Default:
   * [0.229,0.224,0.225].
   */
  std: Values['std'];
  /**
   * Label of a mirrored clip if it differs: `{"Swiping Left": "Swiping Right"}`; with null, clips of
   * that label are never mirrored. Default: labels with left or right are swapped.
   */
  flipMap: Values['flipMap'];
  /**
   * Whether the clips show people as a mirror does, their left hand at the left of the picture, as
   * synthetic gestures do. Live recognition then mirrors the pictures of cameras, which show people as
   * others see them. Training does not depend on it. Default: false.
   */
  mirrored: Values['mirrored'];
  /** Augmentation of training clips. `false` turns it off. Default: {}. */
  augment: AugmentSpec;
  /** Name of the network, one of those that `kinora models` lists. Default: "ConvColumn6". */
  model: Values['model'];
  /** `balanced` shows every class equally often in an epoch. Default: "shuffled". */
  sampler: Values['sampler'];
  /**
   * Mixup: blends pairs of clips, with shares drawn from Beta(alpha, alpha). The value is alpha; 0
   * turns it off. Default: 0.
   */
  mixup: Values['mixup'];
  /**
   * CutMix: pastes a box of another clip. The value is alpha; 0 turns it off. If `mixup` is set too,
   * each batch uses one of them. Default: 0.
   */
  cutmix: Values['cutmix'];
  /** Clips per optimizer step, over all processes. Default: 100. */
  batchSize: Values['batchSize'];
  /** Number of parts in which a batch passes through the network, to save memory. Default: 1. */
  accumulateSteps: Values['accumulateSteps'];
  /**
   * Keep only the inputs of network segments and recompute the rest in the backward pass, to save
   * memory. Default: false.
   */
  activationCheckpointing: Values['activationCheckpointing'];
  /** Epochs to train; -1 trains until the schedule falls below `lastLr`. Default: -1. */
  epochs: Values['epochs'];
  /** Stop after this many steps, even within an epoch. Default: no limit. */
  maxSteps: Values['maxSteps'];
  /**
   * Stop after this many epochs in a row without a better validation result (higher top-1, or equal and
   * lower loss). The best checkpoint is kept in any case. Default: train to the end.
   */
  patience: Values['patience'];
  /**
   * Weights to start from: a run folder, a safetensors file, a PyTorch file, or a package such as
   * `@kinora/gestures`. Default: random weights.
   */
  initFrom: Values['initFrom'];
  /** Parameters that are not trained: layers (`conv_layer1`) or patterns (`*.bias`). Default: []. */
  freeze: Values['freeze'];
  /**
   * Factors on `lr` by layer or pattern, such as `{"fc": 10}`. If several match, the last one counts.
   * Default: {}.
   */
  lrMultipliers: Values['lrMultipliers'];
  /** Optimizer. Default: "adam". */
  optimizer: Values['optimizer'];
  /** Use the AMSGrad variant of `adam` and `adamw`. Default: true. */
  amsgrad: Values['amsgrad'];
  /** Learning rate; the highest one of the schedule. Default: 0.001. */
  lr: Values['lr'];
  /**
   * Batch size that `lr` is meant for. The learning rate used is `lr * batchSize / lrBatchSize` (linear
   * scaling). Default: `lr` is used unchanged.
   */
  lrBatchSize: Values['lrBatchSize'];
  /** Training ends when the `plateau` schedule falls below this learning rate. Default: 0.00001. */
  lastLr: Values['lastLr'];
  /** Learning-rate schedule: a name, or an object that also changes its settings. Default: "plateau". */
  schedule: Values['schedule'];
  /** Steps of linear warm-up from 0 before the schedule. Default: 0. */
  warmupSteps: Values['warmupSteps'];
  /** Momentum of `sgd`. Default: 0.9. */
  momentum: Values['momentum'];
  /** Weight decay: an L2 penalty for `adam` and `sgd`, decoupled for `adamw`. Default: 0.00001. */
  weightDecay: Values['weightDecay'];
  /** Share of every target that is spread evenly over all classes. Default: 0. */
  labelSmoothing: Values['labelSmoothing'];
  /**
   * Weights of the loss by label (`{"Stop Sign": 2}`; others count 1), or `balanced`: inversely
   * proportional to how often a label occurs. Default: all labels count 1.
   */
  classWeights: Values['classWeights'];
  /**
   * A trained network whose answers to the training clips are learned as well as their labels
   * (distillation): a run folder, an ensemble, a file of weights, or a package such as
   * `@kinora/gestures`. Default: only the labels count.
   */
  teacher: Values['teacher'];
  /** Share of the teacher in the loss. The labels have the rest. Default: 0.9. */
  teacherWeight: Values['teacherWeight'];
  /**
   * Divisor of the logits of both networks before they are compared: the higher, the more the less
   * likely labels count. Default: 4.
   */
  teacherTemperature: Values['teacherTemperature'];
  /** Largest L2 norm of all gradients; larger ones are scaled down. Default: no limit. */
  clipGradNorm: Values['clipGradNorm'];
  /** Probability of every dropout layer. Default: the network's own. */
  dropout: Values['dropout'];
  /**
   * Compute batch norm statistics over the clips of all processes instead of separately in each.
   * Default: false.
   */
  syncBatchNorm: Values['syncBatchNorm'];
  /**
   * Decay of an exponential moving average of the weights. The average is what is validated, saved and
   * exported. Default: no average.
   */
  emaDecay: Values['emaDecay'];
  /**
   * Clips along time whose predictions `eval`, `test` and `predict` average. Validation during training
   * uses one. Default: 1.
   */
  evalClips: Values['evalClips'];
  /**
   * Crops of each of those clips, along the longer side of the frame, that are averaged too. Default:
   * 1.
   */
  evalCrops: Values['evalCrops'];
};

/** A learning-rate schedule as written: its name, or an object that also changes its settings. */
export type ScheduleInput =
  | 'plateau'
  | 'cosine'
  | 'one_cycle'
  | 'step'
  | 'constant'
  | {
      name: 'plateau';
      /** Factor on the learning rate. Default: 0.6. */
      factor?: number | undefined;
      /** Epochs without a better validation loss before the rate is lowered. Default: 3. */
      patience?: number | undefined;
    }
  | { name: 'cosine' }
  | {
      name: 'one_cycle';
      /** Share of the steps in which the rate rises to `lr`. Default: 0.3. */
      rise?: number | undefined;
      /** The first rate is `lr / divFactor`. Default: 25. */
      divFactor?: number | undefined;
      /** The last rate is the first one divided by this. Default: 10000. */
      finalDivFactor?: number | undefined;
    }
  | {
      name: 'step';
      /** Epochs between two changes. Default: 30. */
      every?: number | undefined;
      /** Factor on the learning rate. Default: 0.1. */
      factor?: number | undefined;
    }
  | { name: 'constant' };

/**
 * The run configuration: every key with its type, default and description, in one place. Files state only what differs
 * from the defaults. Keys are in camelCase; spelling.ts has the other spellings that files may use. Descriptions appear in
 * editors, in `kinora config` and in docs/configuration.md (after a change, run `node
 * packages/kinora/scripts/config-reference.mjs`). `byDefault` describes a default that is not a constant.
 */
import * as z from 'zod';
import { Augment } from './augment.js';
import { preprocessSchema } from './clip-schema.js';
import { Schedule } from './schedule.js';

const path = z.string().min(1);
const name = z.string().regex(/^(?!\.\.?$)[^/\\]+$/, 'a name without slashes, other than . and ..');
const count = z.int().positive();
const pattern = z.string().min(1);
const natural = z.int().min(0);
const share = z.number().min(0).max(1);
const alpha = z.number().min(0).default(0);

const run = {
  name: name
    .optional()
    .meta({ description: 'Name of the run. Its folder is `outputDir/name`.', byDefault: 'name of the file' }),
  outputDir: path.default('runs').describe('Folder that holds the run folders.'),
  checkpoint: path.nullable().default(null).meta({
    description:
      'Checkpoint to resume or evaluate: a run folder, one of its checkpoints, or a file (.safetensors, .pth.tar).',
    byDefault: 'the one in the run folder',
  }),
  seed: natural
    .default(1)
    .describe('Random seed for weight initialisation, shuffling, augmentation and dropout.'),
  deterministic: z
    .boolean()
    .default(false)
    .describe('Make runs on CUDA bit-identical too, at some cost in speed.'),
  precision: z
    .enum(['float32', 'bf16', 'fp16'])
    .default('float32')
    .describe(
      'Number format of convolutions and matrix products in training. A CPU that is slower in bf16 uses float32.',
    ),
  tf32: z.boolean().default(true).describe('Use TensorFloat-32 for float32 on CUDA.'),
  cudnnBenchmark: z
    .boolean()
    .default(true)
    .describe(
      'Let cuDNN time its algorithms and choose the fastest one. Has no effect with `deterministic`.',
    ),
  threads: count
    .nullable()
    .default(null)
    .meta({ description: 'CPU threads of libtorch.', byDefault: 'one per core' }),
  printSteps: count.default(100).describe('Steps between two progress lines.'),
  saveSteps: count
    .nullable()
    .default(null)
    .meta({ description: 'Steps between two checkpoints.', byDefault: 'one checkpoint per epoch' }),
  histograms: natural
    .default(0)
    .describe('Epochs between two weight histograms in TensorBoard; 0 writes none.'),
  logClips: natural.default(4).describe('Number of training clips shown as images in TensorBoard.'),
};

const data = {
  trainFolder: path.optional().describe('Folder of the training clips.'),
  validationFolder: path.optional().meta({
    description: 'Folder of the validation and test clips.',
    byDefault: '`trainFolder`',
  }),
  trainList: path.optional().meta({
    description: 'Training list: a CSV file, or the index of a pack, as a file or an http(s) address.',
    byDefault: 'one folder per class in `trainFolder`',
  }),
  validationList: path.optional().meta({
    description: 'Validation list, in the same forms as `trainList`.',
    byDefault:
      'one folder per class in `validationFolder`, if that differs from `trainFolder`; otherwise no validation',
  }),
  testList: path.optional().meta({
    description: 'Test list: the ids of clips to predict; it needs no labels.',
    byDefault: 'the file beside `validationList` with "test" in its name',
  }),
  labelsFile: path.optional().meta({
    description: 'File with the class names, one per line, in the order of the outputs.',
    byDefault: 'the labels of the training list, sorted',
  }),
  numClasses: count
    .nullable()
    .default(null)
    .meta({ description: 'Expected number of classes; an error if the data has another.', byDefault: 'any' }),
  unknownLabels: z
    .enum(['error', 'drop'])
    .default('error')
    .describe('What to do with list lines whose label is not in `labelsFile`: stop, or leave them out.'),
  maxBadFraction: share
    .default(0.01)
    .describe('Fraction of unreadable clips that is tolerated. They are listed in bad_clips.csv.'),
  flowCache: path.optional().meta({
    description: 'Folder that caches optical flow, for networks that use it.',
    byDefault: '`trainFolder` with ".flow" appended',
  }),
  shuffleBuffer: count
    .default(1000)
    .describe('Clips that are shuffled at a time when a pack is streamed from a web server.'),
  streamCache: path.optional().meta({
    description: 'Folder that caches data streamed from a web server.',
    byDefault: '~/.cache/kinora',
  }),
  streamCacheGB: z
    .number()
    .positive()
    .default(50)
    .describe('Size limit of `streamCache` in gigabytes; the oldest blocks are removed first.'),
  streamTimeout: z
    .number()
    .positive()
    .max(3600)
    .default(30)
    .describe(
      'Seconds in which a web server must answer, and then send each 64 KiB, before a request is repeated.',
    ),
  workers: natural.nullable().default(null).meta({
    description: 'Threads that decode clips; 0 decodes in the main thread.',
    byDefault: 'one per core, shared by the ranks of a host, at most 16',
  }),
};

const spec = preprocessSchema.shape;

const Crop = z.preprocess(
  (value: number | z.input<typeof spec.crop>) =>
    typeof value === 'number' ? { height: value, width: value } : value,
  spec.crop,
);

const Resize = z.preprocess(
  (value: 'none' | z.input<typeof spec.resize>) => (typeof value === 'string' ? { rule: value } : value),
  spec.resize,
);

/** What turns decoded frames into the network's input: the fields of the preprocessing spec, except the labels. */
const preprocessing = {
  frames: spec.frames.describe('Frames per clip, T of the input `[N, C, T, H, W]`.'),
  clips: spec.clips.describe(
    'Consecutive clips taken from one video and joined along time; -1 takes the whole video.',
  ),
  stride: spec.stride.describe('Distance between two frames of a clip, in frames at `frameRate`.'),
  sampling: spec.sampling.describe(
    'Where a clip lies in the video: `dense` (random start in training, the beginning in validation), `centre` (the middle), or `uniform` (one frame from each of `frames` equal segments).',
  ),
  frameRate: spec.frameRate.describe('Frames per second that videos are resampled to.'),
  resize: Resize.meta({
    description:
      'Resizing before the crop: `none`; `shrink` (frames higher than `height`); `height` (every frame, to `height`); `exact` (to `height` x `width`, in pixels).',
    shorthand: { const: 'none' },
  }),
  crop: Crop.meta({
    description: 'Centre crop that the network sees, in pixels. A single number is a square.',
    shorthand: { type: 'integer', minimum: 1, maximum: 8192 },
  }),
  pad: spec.pad.describe(
    'For frames smaller than the crop: surround them with `zeros`, or `resize` them until they fill it.',
  ),
  mean: spec.mean.describe('Mean of the red, green and blue channels, on the scale 0 to 1.'),
  std: spec.std.describe('Standard deviation of the red, green and blue channels, on the scale 0 to 1.'),
  flipMap: spec.flipMap.meta({
    description:
      'Label of a mirrored clip if it differs: `{"Swiping Left": "Swiping Right"}`; with null, clips of that label are never mirrored.',
    byDefault: 'labels with left or right are swapped',
  }),
  mirrored: spec.mirrored.describe(
    'Whether the clips show people as a mirror does, their left hand at the left of the picture, as synthetic gestures do. Live recognition then mirrors the pictures of cameras, which show people as others see them. Training does not depend on it.',
  ),
};

const ClassWeights = z.union([
  z.literal('balanced'),
  z.record(z.string(), z.number().min(0), { error: 'factors by label' }),
]);

const training = {
  augment: Augment.prefault({}).meta({
    description: 'Augmentation of training clips. `false` turns it off.',
    shorthand: { const: false },
  }),
  model: z
    .string()
    .min(1)
    .default('ConvColumn6')
    .describe('Name of the network, one of those that `kinora models` lists.'),
  sampler: z
    .enum(['shuffled', 'balanced'])
    .default('shuffled')
    .describe('`balanced` shows every class equally often in an epoch.'),
  mixup: alpha.describe(
    'Mixup: blends pairs of clips, with shares drawn from Beta(alpha, alpha). The value is alpha; 0 turns it off.',
  ),
  cutmix: alpha.describe(
    'CutMix: pastes a box of another clip. The value is alpha; 0 turns it off. If `mixup` is set too, each batch uses one of them.',
  ),
  batchSize: count.default(100).describe('Clips per optimizer step, over all processes.'),
  accumulateSteps: count
    .default(1)
    .describe('Number of parts in which a batch passes through the network, to save memory.'),
  activationCheckpointing: z
    .boolean()
    .default(false)
    .describe(
      'Keep only the inputs of network segments and recompute the rest in the backward pass, to save memory.',
    ),
  epochs: z
    .union([z.literal(-1), count])
    .default(-1)
    .describe('Epochs to train; -1 trains until the schedule falls below `lastLr`.'),
  maxSteps: count
    .nullable()
    .default(null)
    .meta({ description: 'Stop after this many steps, even within an epoch.', byDefault: 'no limit' }),
  patience: count.nullable().default(null).meta({
    description:
      'Stop after this many epochs in a row without a better validation result (higher top-1, or equal and lower loss). The best checkpoint is kept in any case.',
    byDefault: 'train to the end',
  }),
  initFrom: path.nullable().default(null).meta({
    description:
      'Weights to start from: a run folder, a safetensors file, a PyTorch file, or a package such as `@kinora/gestures`.',
    byDefault: 'random weights',
  }),
  freeze: z
    .array(pattern)
    .default([])
    .describe('Parameters that are not trained: layers (`conv_layer1`) or patterns (`*.bias`).'),
  lrMultipliers: z
    .record(pattern, z.number().positive())
    .default({})
    .describe(
      'Factors on `lr` by layer or pattern, such as `{"fc": 10}`. If several match, the last one counts.',
    ),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam').describe('Optimizer.'),
  amsgrad: z.boolean().default(true).describe('Use the AMSGrad variant of `adam` and `adamw`.'),
  lr: z.number().positive().default(0.001).describe('Learning rate; the highest one of the schedule.'),
  lrBatchSize: count.nullable().default(null).meta({
    description:
      'Batch size that `lr` is meant for. The learning rate used is `lr * batchSize / lrBatchSize` (linear scaling).',
    byDefault: '`lr` is used unchanged',
  }),
  lastLr: z
    .number()
    .min(0)
    .default(0.00001)
    .describe('Training ends when the `plateau` schedule falls below this learning rate.'),
  schedule: Schedule.prefault('plateau').meta({
    description: 'Learning-rate schedule: a name, or an object that also changes its settings.',
    shorthand: { enum: ['plateau', 'cosine', 'one_cycle', 'step', 'constant'] },
  }),
  warmupSteps: natural.default(0).describe('Steps of linear warm-up from 0 before the schedule.'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Momentum of `sgd`.'),
  weightDecay: z
    .number()
    .min(0)
    .default(0.00001)
    .describe('Weight decay: an L2 penalty for `adam` and `sgd`, decoupled for `adamw`.'),
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of every target that is spread evenly over all classes.'),
  classWeights: ClassWeights.nullable().default(null).meta({
    description:
      'Weights of the loss by label (`{"Stop Sign": 2}`; others count 1), or `balanced`: inversely proportional to how often a label occurs.',
    byDefault: 'all labels count 1',
  }),
  teacher: path.nullable().default(null).meta({
    description:
      'A trained network whose answers to the training clips are learned as well as their labels (distillation): a run folder, an ensemble, a file of weights, or a package such as `@kinora/gestures`.',
    byDefault: 'only the labels count',
  }),
  teacherWeight: z
    .number()
    .gt(0)
    .max(1)
    .default(0.9)
    .describe('Share of the teacher in the loss. The labels have the rest.'),
  teacherTemperature: z
    .number()
    .positive()
    .default(4)
    .describe(
      'Divisor of the logits of both networks before they are compared: the higher, the more the less likely labels count.',
    ),
  clipGradNorm: z.number().positive().nullable().default(null).meta({
    description: 'Largest L2 norm of all gradients; larger ones are scaled down.',
    byDefault: 'no limit',
  }),
  dropout: z.number().min(0).lt(1).nullable().default(null).meta({
    description: 'Probability of every dropout layer.',
    byDefault: "the network's own",
  }),
  syncBatchNorm: z
    .boolean()
    .default(false)
    .describe('Compute batch norm statistics over the clips of all processes instead of separately in each.'),
  emaDecay: z.number().gt(0).lt(1).nullable().default(null).meta({
    description:
      'Decay of an exponential moving average of the weights. The average is what is validated, saved and exported.',
    byDefault: 'no average',
  }),
};

const evaluation = {
  evalClips: count
    .default(1)
    .describe(
      'Clips along time whose predictions `eval`, `test` and `predict` average. Validation during training uses one.',
    ),
  evalCrops: count
    .default(1)
    .describe('Crops of each of those clips, along the longer side of the frame, that are averaged too.'),
};

/** The keys by subject, in the order of the reference. */
export const keyGroups = { run, data, preprocessing, training, evaluation };

export const runConfigSchema = z.strictObject({
  ...run,
  ...data,
  ...preprocessing,
  ...training,
  ...evaluation,
});

/**
 * The run configuration: every key, its meaning and its default, in one place. Keys are in snake_case as in the
 * starting point's files, and its keys mean what they meant. A file states only what differs from these defaults.
 * Reading files, overriding and cross-checks stand in load.ts.
 */
import * as z from 'zod';
import { Augment } from './augment.js';
import { ClassWeights } from './class-weights.js';
import { preprocessKeys } from './preprocess.js';
import { Schedule } from './schedule.js';

const path = z.string().min(1);
const name = z.string().regex(/^[^/\\]+$/, 'a name without slashes');
const count = z.int().positive();
const pattern = z.string().min(1);
const natural = z.int().min(0);
const share = z.number().min(0).max(1);
const alpha = z.number().min(0).default(0);

const run = {
  model_name: name
    .optional()
    .describe('the run: its folder is output_dir/model_name (default: name of the file)'),
  output_dir: path.default('runs').describe('folder that holds the run folders'),
  checkpoint: path
    .nullable()
    .default(null)
    .describe('to resume or evaluate (default: the one in the run folder)'),
  seed: natural.default(1).describe('decides weights, order, augmentation and dropout'),
  deterministic: z.boolean().default(false).describe('bit-identical runs on CUDA too, at some cost in speed'),
  precision: z
    .enum(['float32', 'bf16', 'fp16'])
    .default('float32')
    .describe('of convolutions and products in training; on a CPU that is slower in bf16, float32 is used'),
  tf32: z.boolean().default(true).describe('TensorFloat-32 for float32 on CUDA'),
  cudnn_benchmark: z
    .boolean()
    .default(true)
    .describe('cuDNN times its algorithms first; not if deterministic'),
  threads: count.nullable().default(null).describe('threads of the engine (default: one per core)'),
  print_freq: count.default(100).describe('batches between two printed lines'),
  save_steps: count
    .nullable()
    .default(null)
    .describe('steps between two saved checkpoints (default: one an epoch)'),
  histograms: natural.default(0).describe('epochs between two weight histograms in TensorBoard; 0: none'),
  log_clips: natural.default(4).describe('training clips shown as images in TensorBoard'),
};

const data = {
  train_data_folder: path.optional().describe('folder of the training clips'),
  val_data_folder: path.optional().describe('of the validation and test clips (default: train_data_folder)'),
  train_data_csv: path
    .optional()
    .describe('training list, or the index of a pack, a file or an address (default: one folder per class)'),
  val_data_csv: path.optional().describe('validation list'),
  test_data_csv: path.optional().describe('test list, ids only (default: sibling of the validation list)'),
  labels_csv: path
    .optional()
    .describe('label names, one a line (default: those of the training list, sorted)'),
  num_classes: count.nullable().default(null).describe('number of labels; checked where given'),
  unknown_labels: z
    .enum(['error', 'drop'])
    .default('error')
    .describe('for list lines with a label not in labels_csv'),
  max_bad_fraction: share.default(0.01).describe('share of broken clips that is tolerated'),
  flow_cache: path
    .optional()
    .describe('folder that keeps optical flow, for networks that want it (default: train_data_folder.flow)'),
  shuffle_buffer: count
    .default(1000)
    .describe('clips that training mixes at a time where a pack is read from a web server'),
  stream_cache: path
    .optional()
    .describe('folder that keeps what came from a web server (default: ~/.cache/kinora)'),
  stream_cache_gb: z
    .number()
    .positive()
    .default(50)
    .describe('gigabytes that it may take; the oldest go first'),
  num_workers: natural
    .nullable()
    .default(null)
    .describe('decoding threads (default: one per core, shared by the ranks of a host; at most 16)'),
};

const epochs = z.union([z.literal(-1), count]);

const training = {
  augment: Augment.prefault({}).describe('changes to training clips; false: none'),
  model: z.string().min(1).default('ConvColumn6').describe('network, one of `kinora models`'),
  sampler: z
    .enum(['shuffled', 'balanced'])
    .default('shuffled')
    .describe('balanced: an epoch shows every class equally often'),
  mixup: alpha.describe(
    'blends pairs of clips: alpha of the beta distribution that shares are drawn from; 0: never',
  ),
  cutmix: alpha.describe('pastes a box of another clip: alpha as in mixup; with both, a batch has either'),
  batch_size: count.default(100).describe('clips in a step, over all processes'),
  accumulate_steps: count
    .default(1)
    .describe('parts that a batch goes through the network in, to save memory'),
  activation_checkpointing: z
    .boolean()
    .default(false)
    .describe('keep only the inputs of segments and compute what is inside again, to save memory'),
  num_epochs: epochs.default(-1).describe('-1: until the schedule goes below last_lr'),
  max_steps: count.nullable().default(null).describe('stop after so many steps, wherever in an epoch'),
  init_from: path
    .nullable()
    .default(null)
    .describe('weights to begin with: a safetensors or PyTorch file, or a run folder'),
  freeze: z
    .array(pattern)
    .default([])
    .describe('parameters that are not trained: layers (conv_layer1) or patterns (*.bias)'),
  lr_multipliers: z
    .record(pattern, z.number().positive())
    .default({})
    .describe('factors on lr by layer or pattern, such as {"fc": 10}; of several that match, the last'),
  optimizer: z.enum(['adam', 'adamw', 'sgd']).default('adam'),
  amsgrad: z.boolean().default(true).describe('AMSGrad variant of adam and adamw'),
  lr: z.number().positive().default(0.001).describe('learning rate'),
  scale_lr: count
    .nullable()
    .default(null)
    .describe('batch size that lr is meant for: lr grows with the batch'),
  last_lr: z.number().min(0).default(0.00001).describe('training ends when the schedule goes below it'),
  schedule: Schedule.prefault('plateau').describe('plateau, cosine, one_cycle, step or constant'),
  warmup_steps: natural.default(0).describe('steps of linear warm-up from 0'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('of sgd'),
  weight_decay: z.number().min(0).default(0.00001),
  label_smoothing: z.number().min(0).lt(1).default(0).describe('share of every target given to all classes'),
  class_weights: ClassWeights.nullable()
    .default(null)
    .describe('factors on the loss by label, or balanced: by how rare a label is'),
  clip_grad_norm: z.number().positive().nullable().default(null).describe('largest norm of all gradients'),
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe("of all dropout layers (default: the network's own)"),
  sync_batch_norm: z
    .boolean()
    .default(false)
    .describe('batch norm over the clips of all processes, instead of each its own'),
  ema_decay: z
    .number()
    .gt(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe('of an average of the weights, which is then what is validated, saved and exported'),
};

const evaluation = {
  eval_clips: count
    .default(1)
    .describe('clips along time whose predictions eval, test and predict average; training validates one'),
  eval_crops: count.default(1).describe('crops of each, along the longer side of the frame'),
};

export const RunConfig = z.strictObject({
  ...run,
  ...data,
  ...preprocessKeys,
  ...training,
  ...evaluation,
});

/** What a file may say: everything is optional. */
export type RunConfigInput = z.input<typeof RunConfig>;
/** Every key with its value, names of run and test list included. */
export type RunConfig = z.output<typeof RunConfig> & { model_name: string };

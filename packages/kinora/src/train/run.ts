/** One run from configuration to checkpoints: reads the lists, makes or resumes the training, trains epoch by epoch. */
import { availableParallelism } from 'node:os';
import type { PreprocessSpec } from '@kinora/clip';
import { type Device, type distributed, type KinoraError, kinoraError } from '@kinora/torch';
import { effectiveConfig, namingKeysOf, type RunConfig, type RunConfigInput } from '../config/index.js';
import { renderedSet } from '../data/synth/rendered.js';
import { fingerprintTensors } from '../model/weights.js';
import { type Progress, silent } from '../progress.js';
import type { TrainingProgress } from '../run/checkpoint.js';
import type { Link } from '../run/generations.js';
import { type RunFolder, runFolderOf, withRunFolder } from '../run/run-folder.js';
import type { ClipAugmentation } from './augmented.js';
import { type Beginning, begin, findBeginning, NOTHING } from './beginning.js';
import { closeLoaders, type Loaders, openLoaders, readClips, type TrainingClips } from './clips.js';
import { TrainingLoop } from './loop.js';
import { describeProfile, StepProfile } from './profile.js';
import { type Ranks, withRanks } from './ranks/ranks.js';
import { FolderWriter, noWriter } from './run-writer.js';
import { Training } from './training.js';

/** What a training run takes besides its configuration. */
export interface TrainOptions {
  /**
   * `true` or `'last'` resumes from the last checkpoint, with exactly the losses of an uninterrupted run; `'best'` resumes from
   * the best one and discards later epochs. Default: false, which requires that the run does not exist yet.
   */
  readonly resume?: boolean | Link;
  /** Where the network is trained. Default: `cpu`. */
  readonly device?: Device;
  /** Receives progress, and one line per epoch: `{ ...silent, log: console.log }` prints those. Default: `silent`. */
  readonly progress?: Progress;
  /** Stops after the current step and saves a checkpoint. Default: none. */
  readonly signal?: AbortSignal;
  /**
   * An augmentation of your own, for training clips only, after those of the configuration. It draws from a stream of the
   * configuration's seed, so that a run repeats and resumes exactly; to resume, pass it again. Default: none.
   */
  readonly augment?: ClipAugmentation | undefined;
  /**
   * Stops when so many epochs are finished, in all; resumed without it, the run continues as if it had not stopped. Default: the
   * configured end.
   */
  readonly untilEpoch?: number | undefined;
  /** Reports at the end where the time of the steps went, and what to change. Default: false. */
  readonly profile?: boolean;
  /** Launches a step before it reads the loss of the last one, which keeps a GPU busy; results are the same. Default: on a GPU. */
  readonly runsAhead?: boolean | undefined;
  /**
   * For several processes that share every batch: each calls this with the same configuration, inside
   * `distributed.Rendezvous.together`. After an error, end the process: a message that it waits for may never come. Default:
   * one process.
   */
  readonly rendezvous?: distributed.Rendezvous | undefined;
}

/** What a run reached, and where its folder is. */
export interface RunSummary {
  /** Paths of what the run has written; `folder.path` is the run folder. */
  readonly folder: RunFolder;
  /** Optimizer steps since the run began, those before a resume included. */
  readonly steps: number;
  /** Finished epochs. */
  readonly epochs: number;
  /**
   * The best epoch: its validation top-1 in [0, 1], its loss and its number, counted from 1. Without validation clips,
   * the figures are those of training; null if no epoch was finished.
   */
  readonly best: TrainingProgress['best'];
  /** With several processes: a hash of the final weights, the same in all of them. */
  readonly weights?: string;
}

/**
 * Trains as `input` says, in the run folder `outputDir/name`, and leaves a configuration, checkpoints, metrics and
 * TensorBoard events there.
 *
 * @param input what differs from the defaults (`{ name: 'mine', trainFolder: 'data/mine' }`), or a complete configuration;
 *   without a `name` the run is called `configuration`
 * @throws KinoraError `train/busy` while this process trains another run; `config/*` for a configuration that is not valid, `data/*` for its lists; where the run exists
 *   already and `resume` is not set; `train/locked` while another process trains in its folder; `train/not-finite` when training diverges: the last checkpoint is kept in any case
 */
export async function trainRun(
  input: RunConfig | RunConfigInput,
  options: TrainOptions = {},
): Promise<RunSummary> {
  const config = effectiveConfig(input);
  return onlyTraining(config.name, () => inItsFolder(config, options));
}

/** Trains a network while this process trains no other. Throws `train/busy`. */
export async function onlyTraining<T>(name: string, train: () => Promise<T>): Promise<T> {
  if (training !== undefined) throw alreadyTraining(name, training);
  training = name;
  try {
    return await train();
  } finally {
    training = undefined;
  }
}

/** The run that this process trains: two at once would draw from one stream of random numbers, and neither would repeat. */
let training: string | undefined;

const alreadyTraining = (name: string, other: string): KinoraError =>
  kinoraError('train/busy', name, {
    expected: 'no other training in this process',
    received: `${other}, which is still training`,
    hint: 'wait for it, or train each run in a process of its own',
  });

function inItsFolder(config: RunConfig, options: TrainOptions): Promise<RunSummary> {
  return namingKeysOf(config, () => {
    if ((options.rendezvous?.place.rank ?? 0) > 0) return trainHere(config, NOTHING, options);
    return withRunFolder(runFolderOf(config), async () => {
      const beginning = findBeginning(config, options.resume ?? false);
      return trainHere(config, beginning, options);
    });
  });
}

function trainHere(config: RunConfig, beginning: Beginning, options: TrainOptions): Promise<RunSummary> {
  const clips = readClips(config);
  return withRanks(options, clips, (ranks) => train(clips, beginning, ranks, options));
}

async function train(
  clips: TrainingClips,
  beginning: Beginning,
  ranks: Ranks,
  { device = 'cpu', progress = silent, ...options }: TrainOptions,
): Promise<RunSummary> {
  const { config } = clips;
  const leads = ranks.rank === 0;
  const resumed = beginning.from === 'checkpoint';
  const writer = leads ? new FolderWriter(config, resumed, progress) : noWriter;
  const profile = options.profile && leads ? new StepProfile(device) : undefined;
  const part = { index: ranks.rank, count: ranks.size };
  const loaders = openLoaders(clips, { onBadClip: writer.badClip, part, augment: options.augment });
  const stepsPerEpoch = loaders.train.batchesPerEpoch;
  let training: Training | undefined;
  try {
    training = new Training(clips, { stepsPerEpoch, device, ranks, lap: profile?.lap });
    const notes = begin(beginning, training);
    await ranks.begin(training);
    // Nothing is written before this: a run that is refused stays as it was.
    const found = writer.open(training, beginning);
    for (const line of [...notes, ...found, ...openingLines(training, loaders, resumed)]) writer.log(line);
    try {
      await new TrainingLoop(training, loaders, writer, options.runsAhead, options.untilEpoch).run();
    } finally {
      for (const line of profile ? profileLines(profile, training, loaders) : []) writer.log(line);
    }
    return summary(training, options.rendezvous !== undefined);
  } finally {
    writer.close();
    await closeLoaders(loaders);
    training?.dispose();
  }
}

/** What is trained here, where it differs from what was asked for, and what was probably meant otherwise. */
function openingLines(
  { config, spec, device, ranks, precision, progress }: Training,
  { train, val }: Loaders,
  resumed: boolean,
): string[] {
  const clips = `${train.clips} training clips, ${val?.clips ?? 'no'} validation clips`;
  const from = resumed ? `, from step ${progress.step}` : '';
  const where = ranks.size === 1 ? device : `${ranks.size} processes, rank 0 on ${device}`;
  const opening = `${config.model} on ${where}: ${clips}, ${train.batchesPerEpoch} steps an epoch${from}`;
  return [
    ...(precision.note && precision.used === 'float32' ? [precision.note] : []),
    ...orientationWarning(config, spec),
    opening,
  ];
}

/** Synthetic clips show people mirrored. Training does not depend on it, so that nothing else would show that it was not said. */
function orientationWarning(config: RunConfig, { mirrored, flipMap }: PreprocessSpec): string[] {
  const rendered = mirrored || Object.keys(flipMap).length === 0 ? undefined : renderedSet(config);
  if (rendered === undefined) return [];
  return [
    `warning: kinora synth rendered the clips of ${rendered}, which show people as a mirror does, but mirrored is false: in front of a camera, labels of left and right will be swapped; train with --set mirrored=true`,
  ];
}

function profileLines(profile: StepProfile, { config, device }: Training, { train }: Loaders): string[] {
  const { batchSize } = config;
  const { workers } = train;
  return describeProfile(profile, { batchSize, workers, cores: availableParallelism(), device });
}

function summary({ config, network, progress }: Training, shared: boolean): RunSummary {
  const { step, epoch, best } = progress;
  const weights = shared && { weights: fingerprintTensors(network.parameters()) };
  return {
    folder: runFolderOf(config),
    steps: step,
    epochs: epoch,
    best: best && { ...best, epoch: best.epoch + 1 },
    ...weights,
  };
}

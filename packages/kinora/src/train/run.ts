/** One run from configuration to checkpoints: folder, lists, network, loop; anew, or from where it was left. */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Device, type distributed, serialize } from '@kinora/torch';
import { effectiveConfig, preprocessSpec, type RunConfig, type RunConfigInput } from '../config/index.js';
import { flipMapFor } from '../data/lists/labels.js';
import { badClipReporter } from '../data/lists/write-lists.js';
import type { ClipLoader } from '../data/load/loader.js';
import { evaluationLoader, readSplit, trainingLoader } from '../data/splits.js';
import { withLock } from '../files/lock.js';
import { findNetwork } from '../model/registry.js';
import { type Progress, silent } from '../progress.js';
import { saveCheckpoint, saveTar, type TrainingProgress, wantsTar } from '../run/checkpoint.js';
import { type Link, linked } from '../run/generations.js';
import { makeRunFolder, type RunFolder, runFolderOf } from '../run/run-folder.js';
import { augmented, type ClipAugmentation } from './augmented.js';
import { type Beginning, begin, findBeginning, fresh, initialise, NOTHING } from './beginning.js';
import { trainLoop } from './loop.js';
import { describeProfile, type Lap, type ProfileFacts, StepProfile } from './profile.js';
import { rankFacts } from './ranks/facts.js';
import { Ranks } from './ranks/ranks.js';
import { fingerprintWeights } from './ranks/share.js';
import { loggedProgress, noRunLog, openRunLog } from './run-log.js';
import {
  disposeTraining,
  evaluatedNetwork,
  listFingerprints,
  newTraining,
  type Training,
  trainingClips,
} from './training.js';

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

export interface RunSummary {
  /** Paths of what the run has written; `folder.path` is the run folder. */
  readonly folder: RunFolder;
  /** Optimizer steps since the run began, those before a resume included. */
  readonly steps: number;
  /** Finished epochs. */
  readonly epochs: number;
  /**
   * The best epoch: its validation top-1 in [0, 1], its loss and its number, counted from 0. Without validation clips,
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
 * @throws KinoraError `config/*` for a configuration that is not valid, `data/*` for its lists; where the run exists
 *   already and `resume` is not set; `train/not-finite` when training diverges: the last checkpoint is kept in any case
 */
export async function trainRun(
  input: RunConfig | RunConfigInput,
  options: TrainOptions = {},
): Promise<RunSummary> {
  const config = effectiveConfig(input);
  const { rendezvous, device = 'cpu', signal } = options;
  if (rendezvous === undefined)
    return trainLists(config, findBeginning(config, options.resume ?? false), options);
  const { effective, trainList, valList } = readLists(config);
  const facts = rankFacts(effective, listFingerprints(trainList, valList));
  return Ranks.together(rendezvous, { config, device, facts, signal }, async (ranks) => {
    const beginning = ranks.leads ? findBeginning(config, options.resume ?? false) : NOTHING;
    return trainLists(config, beginning, { ...options, signal: ranks.stop }, ranks);
  });
}

const ONE_TRAINING = { code: 'train/locked', expected: 'no other training in this run folder' };

async function trainLists(
  config: RunConfig,
  beginning: Beginning,
  { device = 'cpu', signal, runsAhead, augment, ...options }: TrainOptions,
  ranks?: Ranks,
): Promise<RunSummary> {
  const leads = ranks?.leads ?? true;
  const resumed = beginning.from === 'checkpoint';
  const folder = runFolderOf(config);
  const progress = leads ? loggedProgress(options.progress ?? silent, folder.log) : silent;
  const onBadClip = leads ? badClipReporter(folder.badClips, resumed, progress) : () => undefined;
  const { trainList, valList, effective, spec } = readLists(config);
  const reading = { flow: findNetwork(config.model).flow, ...(ranks && { part: ranks.part }) };
  const loader = trainingLoader(trainList, spec, config, onBadClip, reading);
  const trainLoader = augment === undefined ? loader : augmented(loader, augment, config.seed);
  const valLoader = valList && evaluationLoader(valList, spec, config, onBadClip, reading);
  const clips = trainingClips(trainList, valList, trainLoader.batchesPerEpoch);
  const training = newTraining(effective, spec, device, clips);
  try {
    const notes = initialise(beginning, training);
    const parts = { training, trainLoader, valLoader, folder, progress, signal, ranks, runsAhead };
    if (!leads) return await follow(training, parts);
    makeRunFolder(folder);
    return await withLock(join(folder.path, 'training.lock'), ONE_TRAINING, async () => {
      const state = begin(beginning, training, progress);
      await ranks?.begin(training, state);
      for (const note of notes) progress.log(note);
      const { precision } = training.settings;
      if (precision?.note && precision.used === 'float32') progress.log(precision.note);
      progress.log(openingLine(training, parts, resumed ? state : undefined));
      const profile = options.profile ? new StepProfile(device) : undefined;
      await trainFrom(state, resumed, { ...parts, lap: profile?.lap }).finally(() => {
        if (profile === undefined) return;
        for (const line of describeProfile(profile, profileFacts(training, trainLoader))) progress.log(line);
      });
      return summary(parts, state);
    });
  } finally {
    await Promise.all([trainLoader.close(), valLoader?.close()]);
    disposeTraining(training);
  }
}

function summary({ folder, training, ranks }: RunParts, { step, epoch, best }: TrainingProgress): RunSummary {
  const weights = ranks && { weights: fingerprintWeights(training.network) };
  return { folder, steps: step, epochs: epoch, best, ...weights };
}

interface RunParts {
  readonly training: Training;
  readonly trainLoader: ClipLoader;
  readonly valLoader: ClipLoader | undefined;
  readonly folder: RunFolder;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
  readonly runsAhead: boolean | undefined;
  readonly lap?: Lap | undefined;
  readonly ranks: Ranks | undefined;
}

async function trainFrom(state: TrainingProgress, resumed: boolean, parts: RunParts): Promise<void> {
  const { training, folder } = parts;
  const { config } = training;
  const network = evaluatedNetwork(training);
  writeJson(folder.config, config);
  if (!resumed) rmSync(folder.badClips, { force: true });
  // A kill may have come between the last checkpoint and the tutorial's files.
  if (resumed && wantsTar(config)) saveTar(config, network, state, lastIsBest(folder));
  const log = openRunLog(folder, resumed ? state : undefined);
  const save = (now: TrainingProgress, isBest: boolean) => {
    log.flush();
    saveCheckpoint(folder.checkpoints, isBest ? ['last', 'best'] : ['last'], training, now);
    if (wantsTar(config)) saveTar(config, network, now, isBest);
  };
  try {
    await trainLoop(shared(training, parts.ranks), state, {
      ...parts,
      log,
      save,
      afterEpoch: comparingNotes(parts),
    });
  } finally {
    log.close();
  }
}

const profileFacts = ({ config, device }: Training, { workers }: ClipLoader): ProfileFacts => ({
  batchSize: config.batchSize,
  workers,
  cores: availableParallelism(),
  device,
});
/** What the ranks above 0 do: train on their parts, from where rank 0 stands; they write nothing. */
async function follow(training: Training, parts: RunParts): Promise<RunSummary> {
  const state = await parts.ranks!.begin(training, fresh());
  const quiet = { log: noRunLog, save: () => undefined, afterEpoch: comparingNotes(parts) };
  await trainLoop(shared(training, parts.ranks), state, { ...parts, ...quiet });
  return summary(parts, state);
}

const shared = (training: Training, ranks: Ranks | undefined): Training =>
  ranks === undefined
    ? training
    : { ...training, settings: { ...training.settings, ranks: ranks.forSteps(training) } };

/** Ranks make sure that they are still one, and rank 0 lists the bad clips of all. */
function comparingNotes({ training, ranks, trainLoader, valLoader }: RunParts) {
  return async (): Promise<void> => {
    await ranks?.compareWeights(training);
    for (const loader of [trainLoader, valLoader]) if (loader) await ranks?.tellBadClips(loader);
  };
}

const lastIsBest = ({ checkpoints }: RunFolder): boolean =>
  linked(checkpoints, 'last') === linked(checkpoints, 'best');

/** The clips, and what the configuration amounts to once the labels are known. */
function readLists(config: RunConfig) {
  const trainList = readSplit(config, 'train');
  const valList = readSplit(config, 'val', trainList.labels);
  const effective = { ...config, flipMap: completeFlipMap(config, trainList.labels) };
  return { trainList, valList, effective, spec: preprocessSpec(effective, trainList.labels) };
}

/** What the configuration leaves unsaid about mirrored clips is read off the label names. */
function completeFlipMap(config: RunConfig, labels: readonly string[]): RunConfig['flipMap'] {
  return { ...flipMapFor(labels), ...config.flipMap };
}

function openingLine(
  { config, device }: Training,
  { trainLoader, valLoader, ranks }: RunParts,
  resumed: TrainingProgress | undefined,
): string {
  const clips = `${trainLoader.clips} training clips, ${valLoader?.clips ?? 'no'} validation clips`;
  const from = resumed === undefined ? '' : `, from step ${resumed.step}`;
  const where = ranks === undefined ? device : `${ranks.size} processes, rank 0 on ${device}`;
  return `${config.model} on ${where}: ${clips}, ${trainLoader.batchesPerEpoch} steps an epoch${from}`;
}

function writeJson(path: string, value: unknown): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  serialize.writeAtomically(path, (sink) => sink.write(bytes));
}

/** One run from configuration to checkpoints: folder, lists, network, loop; anew, or from where it was left. */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Device, serialize } from '@kinora/torch';
import { preprocessSpec, type RunConfig } from '../config/index.js';
import { flipMapFor } from '../data/labels.js';
import type { ClipLoader } from '../data/loader.js';
import { type Progress, silent } from '../progress.js';
import { badClipReporter } from './bad-clip-list.js';
import { begin, findBeginning, initialise } from './beginning.js';
import { saveCheckpoint, type TrainingProgress } from './checkpoint.js';
import { evaluationLoader, readSplit, trainingLoader } from './data.js';
import { type Link, linked } from './generations.js';
import { withRunLock } from './lock.js';
import { trainLoop } from './loop.js';
import { describeProfile, type Lap, type ProfileFacts, StepProfile } from './profile.js';
import { makeRunFolder, type RunFolder, runFolderOf } from './run-folder.js';
import { loggedProgress, openRunLog } from './run-log.js';
import { saveTar, wantsTar } from './starting-point.js';
import { disposeTraining, evaluatedNetwork, newTraining, type Training, trainingClips } from './training.js';

export interface TrainOptions {
  /**
   * Go on from the run's last checkpoint, with the very losses that an uninterrupted run has; or from its best one, giving
   * up what came after.
   */
  readonly resume?: boolean | Link;
  readonly device?: Device;
  readonly progress?: Progress;
  /** Stops after the step in work, and saves. */
  readonly signal?: AbortSignal;
  /** Tells at the end where the time of the steps went, and what to change. */
  readonly profile?: boolean;
}

export interface RunSummary {
  readonly folder: RunFolder;
  readonly steps: number;
  /** Finished epochs. */
  readonly epochs: number;
  readonly best: TrainingProgress['best'];
}

/**
 * Trains as `config` says, in `output_dir/model_name`. Throws where that run exists already and `resume` is not set,
 * and `train/not-finite` when training diverges; the last checkpoint is kept in any case.
 */
export async function trainRun(config: RunConfig, options: TrainOptions = {}): Promise<RunSummary> {
  const { resume = false, device = 'cpu', signal } = options;
  const beginning = findBeginning(config, resume);
  const resumed = beginning.from === 'checkpoint';
  const folder = runFolderOf(config);
  const progress = loggedProgress(options.progress ?? silent, folder.log);
  const onBadClip = badClipReporter(folder.badClips, resumed, progress);
  const { trainList, valList, effective, spec } = readLists(config);
  const trainLoader = trainingLoader(trainList, spec, config, onBadClip);
  const valLoader = valList && evaluationLoader(valList, spec, config, onBadClip);
  const facts = trainingClips(trainList, valList, trainLoader.batchesPerEpoch);
  const training = newTraining(effective, spec, device, facts);
  try {
    const notes = initialise(beginning, training);
    makeRunFolder(folder);
    return await withRunLock(folder.path, async () => {
      const state = begin(beginning, training, progress);
      for (const note of notes) progress.log(note);
      progress.log(openingLine(training, trainLoader, valLoader, resumed ? state : undefined));
      const profile = options.profile ? new StepProfile(device) : undefined;
      const parts = { training, trainLoader, valLoader, folder, progress, signal, lap: profile?.lap };
      await trainFrom(state, resumed, parts).finally(() => {
        if (profile === undefined) return;
        for (const line of describeProfile(profile, profileFacts(training, trainLoader))) progress.log(line);
      });
      return { folder, steps: state.step, epochs: state.epoch, best: state.best };
    });
  } finally {
    await Promise.all([trainLoader.close(), valLoader?.close()]);
    disposeTraining(training);
  }
}

interface RunParts {
  readonly training: Training;
  readonly trainLoader: ClipLoader;
  readonly valLoader: ClipLoader | undefined;
  readonly folder: RunFolder;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
  readonly lap: Lap | undefined;
}

async function trainFrom(
  state: TrainingProgress,
  resumed: boolean,
  { training, folder, ...parts }: RunParts,
): Promise<void> {
  const { config } = training;
  const network = evaluatedNetwork(training);
  writeJson(folder.config, config);
  if (!resumed) rmSync(folder.badClips, { force: true });
  // A kill may have come between the last checkpoint and the starting point's files.
  if (resumed && wantsTar(config)) saveTar(config, network, state, lastIsBest(folder));
  const log = openRunLog(folder, resumed ? state : undefined);
  const save = (now: TrainingProgress, isBest: boolean) => {
    log.flush();
    saveCheckpoint(folder.checkpoints, isBest ? ['last', 'best'] : ['last'], training, now);
    if (wantsTar(config)) saveTar(config, network, now, isBest);
  };
  try {
    await trainLoop(training, state, { ...parts, log, save });
  } finally {
    log.close();
  }
}

const profileFacts = ({ config, device }: Training, { workers }: ClipLoader): ProfileFacts => ({
  batchSize: config.batch_size,
  workers,
  cores: availableParallelism(),
  device,
});

const lastIsBest = ({ checkpoints }: RunFolder): boolean =>
  linked(checkpoints, 'last') === linked(checkpoints, 'best');

/** The clips, and what the configuration amounts to once the labels are known. */
function readLists(config: RunConfig) {
  const trainList = readSplit(config, 'train');
  const valList = readSplit(config, 'val', trainList.labels);
  const effective = { ...config, flip_map: completeFlipMap(config, trainList.labels) };
  return { trainList, valList, effective, spec: preprocessSpec(effective, trainList.labels) };
}

/** What the configuration leaves unsaid about mirrored clips is read off the label names. */
function completeFlipMap(config: RunConfig, labels: readonly string[]): RunConfig['flip_map'] {
  return { ...flipMapFor(labels), ...config.flip_map };
}

function openingLine(
  { config, device }: Training,
  trainLoader: ClipLoader,
  valLoader: ClipLoader | undefined,
  resumed: TrainingProgress | undefined,
): string {
  const clips = `${trainLoader.clips} training clips, ${valLoader?.clips ?? 'no'} validation clips`;
  const from = resumed === undefined ? '' : `, from step ${resumed.step}`;
  return `${config.model} on ${device}: ${clips}, ${trainLoader.batchesPerEpoch} steps an epoch${from}`;
}

function writeJson(path: string, value: unknown): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  serialize.writeAtomically(path, (sink) => sink.write(bytes));
}

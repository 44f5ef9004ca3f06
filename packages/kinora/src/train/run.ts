/** One run from configuration to checkpoints: folder, lists, network, loop; anew, or from where it was left. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Device, KinoraError, serialize } from '@kinora/torch';
import { preprocessSpec, type RunConfig } from '../config/index.js';
import { type BadClip, writeBadClips } from '../data/bad-clips.js';
import { flipMapFor } from '../data/labels.js';
import type { ClipLoader } from '../data/loader.js';
import { readWeights } from '../model/weights.js';
import { type Progress, silent } from '../progress.js';
import {
  isCheckpoint,
  readState,
  restoreCheckpoint,
  saveCheckpoint,
  type TrainingProgress,
} from './checkpoint.js';
import { evaluationLoader, readSplit, trainingLoader } from './data.js';
import { type Link, sweep } from './generations.js';
import { trainLoop } from './loop.js';
import { makeRunFolder, type RunFolder, runFolderOf } from './run-folder.js';
import { loggedProgress, openRunLog } from './run-log.js';
import { saveTar, wantsTar } from './starting-point.js';
import { noSums } from './sums.js';
import { disposeTraining, newTraining, type Training } from './training.js';

export interface TrainOptions {
  /** Go on from the run's last checkpoint, with the very losses that an uninterrupted run has. */
  readonly resume?: boolean;
  readonly device?: Device;
  readonly progress?: Progress;
  /** Stops after the step in work, and saves. */
  readonly signal?: AbortSignal;
}

export interface RunSummary {
  readonly folder: RunFolder;
  readonly steps: number;
  /** Finished epochs. */
  readonly epochs: number;
  readonly best: TrainingProgress['best'];
}

/** Whether the run was begun, so that it can be resumed. */
export const hasCheckpoint = (config: RunConfig): boolean =>
  isCheckpoint(join(runFolderOf(config).checkpoints, 'last'));

/**
 * Trains as `config` says, in `output_dir/model_name`. Throws where that run exists already and `resume` is not set,
 * and `train/not-finite` when training diverges; the last checkpoint is kept in any case.
 */
export async function trainRun(config: RunConfig, options: TrainOptions = {}): Promise<RunSummary> {
  const { resume = false, device = 'cpu', signal } = options;
  const folder = runFolderOf(config);
  const last = join(folder.checkpoints, 'last');
  const begun = hasCheckpoint(config);
  if (begun && !resume) throw runExists(folder);
  const trainList = readSplit(config, 'train');
  const valList = readSplit(config, 'val', trainList.labels);
  const flipMap = completeFlipMap(config, trainList.labels);
  const effective = { ...config, flip_map: flipMap };
  const spec = preprocessSpec(effective, trainList.labels);

  makeRunFolder(folder);
  sweep(folder.checkpoints);
  const progress = loggedProgress(options.progress ?? silent, folder.log);
  const onBadClip = badClipReporter(folder, progress);
  const trainLoader = trainingLoader(trainList, spec, config, onBadClip);
  const valLoader = valList && evaluationLoader(valList, spec, config, onBadClip);
  const training = newTraining(effective, spec, device, trainLoader.batchesPerEpoch);
  const state = begun ? restore(last, training, progress) : start(training, resume, progress);
  const log = openRunLog(folder, begun ? state.step : undefined);
  try {
    if (!begun) writeJson(folder.config, effective);
    progress.log(openingLine(training, trainLoader, valLoader, begun ? state : undefined));
    const save = (now: TrainingProgress, isBest: boolean) => {
      log.flush();
      const links: Link[] = isBest ? ['last', 'best'] : ['last'];
      saveCheckpoint(folder.checkpoints, links, training, now);
      if (wantsTar(config)) saveTar(config, training.network, now, isBest);
    };
    await trainLoop(training, state, { trainLoader, valLoader, log, progress, signal, save });
    return { folder, steps: state.step, epochs: state.epoch, best: state.best };
  } finally {
    log.close();
    await Promise.all([trainLoader.close(), valLoader?.close()]);
    disposeTraining(training);
  }
}

/** What the configuration leaves unsaid about mirrored clips is read off the label names. */
function completeFlipMap(config: RunConfig, labels: readonly string[]): RunConfig['flip_map'] {
  return { ...flipMapFor(labels), ...config.flip_map };
}

/** A new beginning; with `resume` and a weights file in the configuration, from those weights. */
function start({ config, network }: Training, resume: boolean, progress: Progress): TrainingProgress {
  const state = { step: 0, epoch: 0, batch: 0, sums: noSums(), best: null };
  if (!resume) return state;
  const { checkpoint } = config;
  if (checkpoint === null || !existsSync(checkpoint)) throw nothingToResume(config);
  const weights = readWeights(checkpoint);
  network.loadStateDict(weights);
  for (const tensor of weights.values()) tensor.dispose();
  progress.log(`weights from ${checkpoint}; it holds no optimizer of ours, which starts anew`);
  return state;
}

function restore(path: string, training: Training, progress: Progress): TrainingProgress {
  const saved = readState(path);
  restoreCheckpoint(path, saved, training);
  const changed = changedKeys(saved.config, training.config);
  if (changed.length > 0) progress.log(`resuming with other settings than before: ${changed.join(', ')}`);
  return saved.progress;
}

/** Keys that do not change what is computed. */
const HARMLESS = new Set([
  'num_workers',
  'print_freq',
  'num_epochs',
  'max_steps',
  'save_steps',
  'output_dir',
]);

function changedKeys(before: Readonly<Record<string, unknown>>, now: RunConfig): string[] {
  const text = (value: unknown) => JSON.stringify(value);
  return Object.entries(now)
    .filter(([key, value]) => !HARMLESS.has(key) && text(before[key]) !== text(value))
    .map(([key, value]) => `${key} ${text(before[key])} -> ${text(value)}`);
}

/** Tells each bad clip once and keeps the list in the run folder. */
function badClipReporter(folder: RunFolder, progress: Progress): (clip: BadClip) => void {
  const found: BadClip[] = [];
  return (clip) => {
    found.push(clip);
    progress.log(`bad clip ${clip.id}: ${clip.reason}`);
    writeBadClips(folder.badClips, found);
  };
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

function runExists(folder: RunFolder): KinoraError {
  return new KinoraError({
    code: 'train/run-exists',
    where: folder.path,
    expected: 'a run that does not exist yet',
    received: 'one with checkpoints',
    hint: 'go on with --resume, or choose another name with --set model_name=...',
  });
}

function nothingToResume(config: RunConfig): KinoraError {
  return new KinoraError({
    code: 'train/nothing-to-resume',
    where: runFolderOf(config).path,
    expected: 'a checkpoint to go on from',
    received: 'none',
    hint: 'train without --resume first',
  });
}

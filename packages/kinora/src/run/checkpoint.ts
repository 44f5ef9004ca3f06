/**
 * What a checkpoint holds: `model.safetensors`, `optimizer.safetensors` and `checkpoint.json` (configuration,
 * preprocessing spec and the trainer's state), enough for a new process to resume with the very same bits. Where weights
 * are averaged, the model is the average, and `weights.safetensors` holds those that are being trained.
 */
import { existsSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { PreprocessSpec } from '@kinora/clip';
import {
  type Device,
  getRngState,
  type KinoraError,
  kinoraError,
  type optim,
  serialize,
  setRngState,
  type Tensor,
} from '@kinora/torch';
import * as z from 'zod';
import { preprocessSchema } from '../config/clip-schema.js';
import { canonical, effectiveConfig, type RunConfig } from '../config/index.js';
import { MEBIBYTE, readBounded } from '../files/bounded.js';
import { checkWeights } from '../model/finite.js';
import type { Network } from '../model/network.js';
import { fromFolder, generations, isFolder, type Link, linked, pointAt, publish } from './generations.js';
import { isPackaged, packagedWeights } from './packaged.js';
import { checkModelPath, noModel, runFolder, runFolderOf } from './run-folder.js';

const finite = z.number();
const sumsSchema = z.object({ clips: finite, loss: finite, top1: finite, top5: finite });

const progressSchema = z.object({
  /** Optimizer steps made. */
  step: z.int().min(0),
  /** Epoch in work, from 0, and the batches of it that are done. */
  epoch: z.int().min(0),
  batch: z.int().min(0),
  /** Sums over those batches. */
  sums: sumsSchema,
  /** Best validation top-1 so far, its loss, and the epoch it came from; null before the first validation. */
  best: z.object({ top1: finite, loss: finite, epoch: z.int() }).nullable(),
});
/** Where training stands. */
export type TrainingProgress = z.infer<typeof progressSchema>;

const fingerprintSchema = z.object({ clips: z.int(), sha256: z.string() });
const listsSchema = z.object({ train: fingerprintSchema, val: fingerprintSchema.nullable() });
/** The lists that a run is trained and validated on. */
export type ListFingerprints = z.infer<typeof listsSchema>;

const precisions = ['float32', 'bf16', 'fp16'] as const;
const precisionSchema = z.object({
  /** As configured, and what this device gains from. */
  asked: z.enum(precisions),
  used: z.enum(precisions),
  device: z.enum(['cpu', 'cuda']),
  scaler: z.object({ scale: z.number(), goodSteps: z.int() }).nullable(),
  /** Memory format of the clips; default: contiguous. */
  layout: z.enum(['contiguous_format', 'channels_last_3d']).optional(),
});
/** Precision and memory format of a run's steps. */
export type PrecisionState = z.infer<typeof precisionSchema>;

const stateSchema = z.object({
  format: z.literal('kinora-checkpoint'),
  version: z.literal(1),
  config: z.record(z.string(), z.unknown()),
  spec: preprocessSchema as z.ZodType<PreprocessSpec>,
  lists: listsSchema.optional(),
  /** A hash of the weights of the network that it learns from. */
  teacher: z.string().optional(),
  progress: progressSchema,
  schedule: z.record(z.string(), z.unknown()),
  optimizer: z.object({
    optimizer: z.string(),
    groups: z.array(z.looseObject({ params: z.int() })),
    steps: z.array(z.int()),
  }),
  precision: precisionSchema.optional(),
  /** Generator states by device, base64. */
  random: z.record(z.string(), z.string()),
});
export type CheckpointState = z.infer<typeof stateSchema>;

const MODEL = 'model.safetensors';
const WEIGHTS = 'weights.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
const STATE = 'checkpoint.json';

/** What a checkpoint saves and restores. */
export interface Trained {
  readonly network: Network;
  /** Moving average of the weights, where one is kept. */
  readonly average: { readonly network: Network } | null;
  readonly optimizer: optim.Optimizer;
  readonly schedule: { state(): optim.ScheduleState; restore(state: optim.ScheduleState): void };
  readonly config: RunConfig;
  readonly spec: PreprocessSpec;
  readonly lists: ListFingerprints;
  /** The network whose answers are learned, where there is one. */
  readonly teacher: { readonly fingerprint: string } | null;
  readonly device: Device;
  readonly precision: { readonly state: PrecisionState; restore(saved: PrecisionState | undefined): void };
  progress: TrainingProgress;
}

/**
 * Publishes a generation of everything; see generations.ts for what survives a failure. Throws `train/not-finite` rather
 * than replace good weights by broken ones.
 */
export function saveCheckpoint(folder: string, links: readonly Link[], trained: Trained): void {
  const { network, average, optimizer, spec, lists, config, schedule, device, progress } = trained;
  checkWeights(network);
  const { tensors, settings } = optimizer.stateDict();
  const state: CheckpointState = {
    format: 'kinora-checkpoint',
    version: 1,
    config,
    spec,
    lists,
    ...(trained.teacher && { teacher: trained.teacher.fingerprint }),
    progress,
    schedule: schedule.state(),
    optimizer: settings as CheckpointState['optimizer'],
    precision: trained.precision.state,
    random: randomStates(device),
  };
  const metadata = { format: 'pt', model: config.model, spec: JSON.stringify(spec) };
  publish(folder, generationName(progress), links, (path) => {
    serialize.saveSafetensors(join(path, MODEL), (average?.network ?? network).stateDict(), metadata);
    if (average !== null) serialize.saveSafetensors(join(path, WEIGHTS), network.stateDict(), metadata);
    serialize.saveSafetensors(join(path, OPTIMIZER), tensors);
    const text = new TextEncoder().encode(`${JSON.stringify(state, null, 1)}\n`);
    serialize.writeAtomically(join(path, STATE), (sink) => sink.write(text));
  });
}

const generationName = ({ step }: TrainingProgress): string => `step-${String(step).padStart(8, '0')}`;

export const isCheckpoint = (path: string): boolean => existsSync(join(path, STATE));
export const modelFile = (path: string): string => join(path, MODEL);

/** Most bytes of a state. */
const LIMIT = 64 * MEBIBYTE;

/** Reads the state of a generation. Throws `checkpoint/*` naming the file where it is damaged or of another kind. */
export function readState(path: string): CheckpointState {
  const file = join(path, STATE);
  let value: unknown;
  try {
    value = JSON.parse(
      readBounded(file, { expected: 'the state of a checkpoint', limit: LIMIT }).toString('utf8'),
    );
  } catch (cause) {
    throw unreadable(file, cause);
  }
  const result = stateSchema.safeParse(value);
  if (result.success) return { ...result.data, config: canonical(result.data.config, file) };
  const issue = result.error.issues[0]!;
  throw kinoraError('checkpoint/damaged', `${file}, ${issue.path.join('.')}`, {
    expected: issue.message,
    hint: 'use the other checkpoint of the run (last or best)',
  });
}

/**
 * The path of the checkpoint that a link of a run's folder of checkpoints stands for. Where a copy has dropped the link, it is
 * found among the generations: the newest whole one, and the one that the newest calls the best.
 */
export function findCheckpoint(folder: string, link: Link): string | undefined {
  const path = join(folder, link);
  if (isCheckpoint(path)) return path;
  if (link === 'last') return wholeGenerations(folder)[0];
  const last = findCheckpoint(folder, 'last');
  const best = last === undefined ? null : stateOf(last)?.progress.best;
  if (!best) return undefined;
  return wholeGenerations(folder).find((generation) => {
    const { epoch, batch } = readState(generation).progress;
    return batch === 0 && epoch === best.epoch + 1;
  });
}

/** The paths of the generations that can be read to their end, the newest first. */
const wholeGenerations = (folder: string): string[] =>
  generations(folder)
    .map((name) => join(folder, name))
    .filter((path) => stateOf(path) !== undefined);

/** Undefined where the checkpoint is not whole. */
function stateOf(path: string): CheckpointState | undefined {
  try {
    return checkWhole(path);
  } catch {
    return undefined;
  }
}

/** Throws what is wrong with a checkpoint: a file that is missing, damaged or shorter than its header says. */
export function checkWhole(path: string): CheckpointState {
  const state = readState(path);
  const files = [MODEL, OPTIMIZER, ...(existsSync(join(path, WEIGHTS)) ? [WEIGHTS] : [])];
  for (const file of files) serialize.withFile(join(path, file), serialize.parseSafetensors);
  return state;
}

/**
 * Makes the checkpoint at `path` the last one: later ones are discarded at the next sweep. Puts back the links that a copy
 * has dropped or turned into folders.
 */
export function makeLast(folder: string, path: string): void {
  const best = findCheckpoint(folder, 'best');
  const moved = new Map<string, string>();
  for (const link of ['best', 'last'] as const)
    if (isFolder(folder, link) && isCheckpoint(join(folder, link))) {
      const name = generationName(readState(join(folder, link)).progress);
      moved.set(join(folder, link), fromFolder(folder, link, name));
    }
  const generationOf = (found: string): string =>
    moved.get(found) ?? linked(folder, basename(found) as Link) ?? basename(found);
  // Read before a link moves: `path` may be a link itself.
  const targets = { best: best && generationOf(best), last: generationOf(path) };
  for (const link of ['best', 'last'] as const) {
    const target = targets[link];
    if (target !== undefined && linked(folder, link) !== target) pointAt(folder, link, target);
  }
}

const checkpointsOf = (config: RunConfig): string => runFolderOf(config).checkpoints;

/** Whether the run was begun: it has generations, whole or not. */
export const hasCheckpoint = (config: RunConfig): boolean =>
  isCheckpoint(join(checkpointsOf(config), 'last')) || generations(checkpointsOf(config)).length > 0;

/** The state in which the run was last saved; undefined where none is whole. */
export function lastState(config: RunConfig): CheckpointState | undefined {
  const path = findCheckpoint(checkpointsOf(config), 'last');
  return path === undefined ? undefined : readState(path);
}

/**
 * Whether the run has come to its end: it has made its `maxSteps` and was validated after them. A run that counts epochs
 * instead counts as finished between epochs.
 */
export function hasFinished(config: RunConfig): boolean {
  const state = lastState(config);
  if (state === undefined) return false;
  const { progress, config: own } = state;
  const { maxSteps } = own as { maxSteps?: number | null };
  return progress.batch === 0 && progress.step >= (maxSteps ?? 0);
}

export const configOf = (state: CheckpointState, where: string): RunConfig =>
  effectiveConfig(state.config, where);

/**
 * Puts a saved generation back into network, optimizer, schedule and generators. The optimizer keeps the settings it was
 * made with (first rate, decay): the configuration decides them, a checkpoint only remembers. An average that was not kept
 * so far begins at the weights.
 */
export function restoreCheckpoint(path: string, state: CheckpointState, trained: Trained): void {
  const { network, average, optimizer, schedule, device } = trained;
  const settings = { ...state.optimizer, groups: settingsOf(state, trained) };
  const averaged = existsSync(join(path, WEIGHTS));
  withTensors(join(path, averaged ? WEIGHTS : MODEL), (tensors) => network.loadStateDict(tensors));
  withTensors(modelFile(path), (tensors) => average?.network.loadStateDict(tensors));
  withTensors(join(path, OPTIMIZER), (tensors) => optimizer.loadStateDict({ tensors, settings }));
  schedule.restore(state.schedule);
  trained.precision.restore(state.precision);
  trained.progress = state.progress;
  const generators = randomDevices(device).filter((name) => name in state.random);
  for (const name of generators) setRngState(Buffer.from(state.random[name]!, 'base64'), name);
}

/** What the schedule moves is the checkpoint's, until it moves again. */
function settingsOf(state: CheckpointState, { optimizer, config }: Trained) {
  const moved = config.schedule.name === 'one_cycle' ? ['lr', 'betas', 'momentum'] : ['lr'];
  return optimizer.stateDict().settings.groups.map((group, i) => {
    const saved = Object.entries(state.optimizer.groups[i] ?? {});
    return { ...group, ...Object.fromEntries(saved.filter(([key]) => moved.includes(key))) };
  });
}

/** Reads a tensor file for as long as `use` needs it. */
export function withTensors<T>(file: string, use: (tensors: Map<string, Tensor>) => T): T {
  const tensors = serialize.loadSafetensors(file);
  try {
    return use(tensors);
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

/** A run may go on on another device; what was drawn on the first one then does not matter. */
const randomDevices = (device: Device): Device[] => (device === 'cpu' ? ['cpu'] : ['cpu', device]);

function randomStates(device: Device): Record<string, string> {
  const states = randomDevices(device).map((name) => [
    name,
    Buffer.from(getRngState(name)).toString('base64'),
  ]);
  return Object.fromEntries(states);
}

function unreadable(file: string, cause: unknown): KinoraError {
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return kinoraError(missing ? 'checkpoint/missing' : 'checkpoint/damaged', file, {
    expected: 'the state of a checkpoint',
    received: missing ? 'no such file' : described(cause as NodeJS.ErrnoException),
    hint: missing
      ? 'give the folder of a run or of one of its checkpoints'
      : 'use the other checkpoint of the run (last or best)',
    cause,
  });
}

/** The system's words; those of a parser quote the file, which may be anything. */
const described = (cause: NodeJS.ErrnoException): string =>
  cause instanceof SyntaxError ? 'something other than JSON' : cause.message;

/**
 * Checkpoints as the tutorial writes them, for configurations that ask for its files: `checkpoint.pth.tar` and
 * `model_best.pth.tar` holding `{epoch, arch, state_dict, best_prec1}`, which its `--eval_only` line and PyTorch read.
 */

/** Whether the configuration names such a file: to read, as there; they are written where all of the run is. */
export const wantsTar = ({ checkpoint }: RunConfig): boolean =>
  checkpoint !== null && extname(checkpoint) === '.tar';

export function saveTar({ config, network, average, progress }: Trained, isBest: boolean): void {
  const model = average?.network ?? network;
  const content = {
    epoch: progress.epoch,
    arch: config.model,
    state_dict: new Map([...model.stateDict()].map(([name, tensor]) => [`module.${name}`, tensor])),
    best_prec1: 100 * (progress.best?.top1 ?? 0),
  };
  const { path } = runFolderOf(config);
  serialize.saveTorch(join(path, 'checkpoint.pth.tar'), content);
  if (isBest) serialize.saveTorch(join(path, 'model_best.pth.tar'), content);
}

/**
 * The file of weights that a path means: itself, or the model of a checkpoint, for a run folder of its best one; for the name of
 * a package its model. Throws `model/missing`, `model/package`.
 */
export function weightsFile(path: string): string {
  if (isPackaged(path)) return packagedWeights(path);
  checkModelPath(path);
  if (!statSync(path).isDirectory()) return path;
  if (isCheckpoint(path)) return modelFile(path);
  // An ensemble has no checkpoints: its weights lie in the folder itself.
  if (existsSync(modelFile(path))) return modelFile(path);
  const { checkpoints } = runFolder(path);
  const found = findCheckpoint(checkpoints, 'best') ?? findCheckpoint(checkpoints, 'last');
  if (found === undefined) throw noModel(path, 'a folder without checkpoints');
  return modelFile(found);
}

/**
 * RUN, the first argument of every command that uses a trained network: a run folder or a checkpoint file; and the
 * configuration that it implies.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from '@kinora/torch';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { canonicalKey, loadConfig, type RunConfig } from '../../config/index.js';
import { keyGroups } from '../../config/schema.js';
import type { Progress } from '../../progress.js';
import { weightsFile } from '../../run/checkpoint.js';
import { specInside } from '../../run/open.js';
import { isPackaged } from '../../run/packaged.js';
import { checkModelPath, configOfRunFolder, runFolderOf } from '../../run/run-folder.js';
import { chooseDevice } from '../../train/device/choice.js';
import { nameKeysAs } from './failure.js';
import { interruptible } from './interrupt.js';
import type { ConfigOptions, DeviceOptions } from './options.js';
import { createProgress } from './progress.js';

/** Description of RUN in the help. */
export const RUN =
  'run folder, checkpoint file or package with a model, such as runs/demo or @kinora/gestures';

/** The configuration of --config, with the changes of --set. */
export async function configOf({ config, set = [] }: ConfigOptions, command: string): Promise<RunConfig> {
  if (config !== undefined) return nameKeysAs(await loadConfig(config, { set }));
  throw kinoraError('usage/no-config', `kinora ${command}`, '--config with a JSON file', 'nothing', {
    hint: `for example kinora ${command} --config configs/demo.json`,
  });
}

/**
 * The configuration for RUN, with the changes of --set: that of the run folder; for a checkpoint inside a run folder,
 * the same with this checkpoint; for a checkpoint elsewhere, that of --config. Without RUN, --config identifies the
 * run.
 */
export async function configOfRun(
  run: string | undefined,
  { config, set = [] }: ConfigOptions,
  command: string,
): Promise<RunConfig> {
  if (run === undefined && config === undefined) throw noRun(command);
  if (run === undefined) return configOf({ config: config!, set }, command);
  const folder = runFolderAround(run);
  if (folder === run && config !== undefined) throw runAndConfig(command, run);
  if (config !== undefined)
    return configOf({ config, set: [`checkpoint=${JSON.stringify(run)}`, ...set] }, command);
  if (folder === undefined) throw notInRun(run);
  const checkpoint = folder === run ? null : run;
  return configOfRunFolder(folder, { checkpoint, set });
}

/** Runs the work of `kinora COMMAND RUN` on a device, with progress in the terminal; Ctrl+C stops it. */
export async function workOnRun<Result>(
  command: string,
  run: string | undefined,
  flags: ConfigOptions & DeviceOptions,
  work: (
    config: RunConfig,
    options: { device: Device; progress: Progress; signal: AbortSignal },
  ) => Promise<Result>,
): Promise<{ result: Result; progress: Progress }> {
  const config = await configOfRun(run, flags, command);
  refusePreprocessing(config, flags.set ?? [], command);
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const result = await interruptible((signal) => work(config, { device, progress, signal }));
  return { result, progress };
}

/**
 * Throws `usage/preprocessing` for a `--set` that would change the preprocessing of a trained network: weights bring the one
 * that they were trained with, and only a file without one takes the configuration's.
 */
function refusePreprocessing(config: RunConfig, set: readonly string[], command: string): void {
  const place =
    config.checkpoint !== null && existsSync(config.checkpoint)
      ? config.checkpoint
      : runFolderOf(config).path;
  const keys = set.map((setting) => canonicalKey(setting.split('=', 1)[0]!).split('.')[0]!);
  if (!keys.some((key) => key in keyGroups.preprocessing) || !existsSync(place)) return;
  const spec = specInside(weightsFile(place));
  if (spec === undefined) return;
  const [now, trained] = [config, spec].map((of) => ({ ...of }) as Record<string, unknown>);
  const changed = keys.find(
    (key) =>
      key in keyGroups.preprocessing &&
      key !== 'flipMap' &&
      JSON.stringify(now![key]) !== JSON.stringify(trained![key]),
  );
  if (changed === undefined) return;
  throw kinoraError('usage/preprocessing', `kinora ${command} --set ${changed}`, {
    expected: `${JSON.stringify(trained![changed])}, with which the network was trained`,
    received: JSON.stringify(now![changed]),
    hint: `leave it out; to average several clips or crops of a video, use --set evalClips=... and evalCrops=...`,
  });
}

/** The configuration of a run folder. Throws for a checkpoint, for commands that need the whole run. */
export async function configOfFolder(run: string): Promise<RunConfig> {
  const folder = runFolderAround(run);
  if (folder !== run) throw notInRun(run, folder);
  return configOfRunFolder(run);
}

/** RUN itself, or the run folder that contains a checkpoint: run/checkpoints/step-.../model.safetensors at the deepest. */
export function runFolderAround(run: string): string | undefined {
  if (isPackaged(run)) return undefined;
  checkModelPath(run);
  const isFolder = statSync(run).isDirectory();
  if (isFolder && hasConfig(run)) return run;
  return ['..', '../..', '../../..']
    .slice(0, isFolder ? 2 : 3)
    .map((up) => join(run, up))
    .find((path) => hasConfig(path) && hasWeights(path));
}

const hasConfig = (path: string): boolean => existsSync(join(path, 'config.json'));
/** A folder of configurations has no checkpoints. */
const hasWeights = (path: string): boolean =>
  ['checkpoints', 'model.safetensors'].some((name) => existsSync(join(path, name)));

const noRun = (command: string): KinoraError =>
  kinoraError('usage/no-run', `kinora ${command}`, {
    expected: 'RUN, a run folder or a checkpoint file, or the --config of a run',
    received: 'nothing',
    hint: `for example kinora ${command} runs/demo`,
  });

const runAndConfig = (command: string, run: string): KinoraError =>
  kinoraError('usage/run-and-config', `kinora ${command}`, {
    expected: `${run} without --config: a run folder has its own configuration`,
    received: 'both',
    hint: 'change keys of it with --set key=value',
  });

const notInRun = (run: string, folder?: string): KinoraError =>
  kinoraError('run/no-config', run, {
    expected: 'a run folder, which has a config.json',
    received: folder === undefined ? 'neither a run folder nor a file inside one' : 'a checkpoint inside one',
    hint: folder === undefined ? 'give the configuration with --config' : `use ${folder}`,
  });

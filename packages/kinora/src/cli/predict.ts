/** `kinora predict`: the likeliest labels of clips, as bars or as JSON lines. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Device, KinoraError } from '@kinora/torch';
import { Command } from 'commander';
import type { Views } from '../clip/view.js';
import { need } from '../config/check.js';
import { loadConfig, preprocessSpec, type RunConfig } from '../config/index.js';
import { readLabels } from '../data/lists/labels.js';
import { type OpenedModel, openModel } from '../predict/open.js';
import { type Prediction, predictClip } from '../predict/predict.js';
import { silent } from '../progress.js';
import { chooseDevice } from '../train/device/choice.js';
import { runFolderOf } from '../train/save/run-folder.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  positiveInt,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { textBar } from './terminal/table.js';

interface PredictFlags extends ConfigOptions, DeviceOptions {
  checkpoint?: string;
  top: number;
  json?: boolean;
  evalClips?: number;
  evalCrops?: number;
}

export function predictCommand(): Command {
  const command = new Command('predict')
    .description('Name the gestures in clips: folders of JPEG frames or video files.')
    .argument('<path...>', 'folders of JPEG frames or video files')
    .option('--checkpoint <path>', 'run folder, checkpoint or weights file to use')
    .option('-k, --top <n>', 'labels to show', positiveInt, 5)
    .option('--json', 'print one JSON object a clip')
    .option('--eval-clips <n>', "clips along time to average (default: the run's eval_clips)", positiveInt)
    .option('--eval-crops <n>', "crops of each to average (default: the run's eval_crops)", positiveInt);
  return withDevice(withConfig(command))
    .addHelpText(
      'after',
      '\nExample:\n  $ kinora predict --checkpoint runs/demo data/gestures/clips/100001 hand.mp4',
    )
    .action(predict);
}

async function predict(paths: string[], flags: PredictFlags): Promise<void> {
  const source = await findModel(flags);
  // Remarks go to stderr: stdout holds results only.
  const device = chooseDevice(flags, { ...silent, log: remark });
  const model = openModel(source.path, { device, ...(source.spec && { spec: source.spec }) });
  const settings = { ...flags, device, views: await viewsOf(flags, source), alone: paths.length === 1 };
  let failures = 0;
  try {
    for (const path of paths) if (!(await answer(model, path, settings))) failures++;
  } finally {
    model.network.dispose();
  }
  if (failures > 0) throw unreadable(failures, paths.length);
}

/** Prints the answer for one clip. A clip that cannot be read fails the command if it is alone, and is told otherwise. */
async function answer(
  model: OpenedModel,
  path: string,
  {
    top,
    json = false,
    device,
    views,
    alone,
  }: PredictFlags & { device: Device; views: Views; alone: boolean },
): Promise<boolean> {
  try {
    const best = (await predictClip(model, path, device, views)).slice(0, top);
    process.stdout.write(json ? `${JSON.stringify({ path, top: best })}\n` : describePrediction(path, best));
    return true;
  } catch (error) {
    if (alone || !(error instanceof KinoraError)) throw error;
    if (json) process.stdout.write(`${JSON.stringify({ path, error: error.message })}\n`);
    else remark(error.message);
    return false;
  }
}

const BAR = 28;

/** The path, then a line with bar and percentage for each label. */
export function describePrediction(path: string, best: readonly Prediction[]): string {
  const width = Math.max(...best.map(({ label }) => label.length));
  const lines = best.map(({ label, probability }) => {
    const percent = `${(100 * probability).toFixed(1)}%`.padStart(6);
    return `  ${label.padEnd(width)}  ${percent}  ${textBar(probability, BAR)}`.trimEnd();
  });
  return `${path}\n${lines.join('\n')}\n`;
}

/** The weights named by --checkpoint, or those of the run that --config describes, which also says their preprocessing. */
async function findModel({ checkpoint, config: file, set = [] }: PredictFlags) {
  const config = file === undefined ? undefined : await loadConfig(file, { set });
  const path = checkpoint ?? config?.checkpoint ?? (config && runFolderOf(config).path);
  if (path === undefined) throw noModel();
  if (config === undefined) return { path };
  return {
    path,
    config,
    spec: () => preprocessSpec(config, readLabels(need(config, 'labels_csv', 'prediction'))),
  };
}

/** What the flags say, else the configuration, else the run that the weights lie in. */
async function viewsOf(
  { evalClips, evalCrops }: PredictFlags,
  { path, config }: { path: string; config?: RunConfig },
): Promise<Views> {
  const file = join(path, 'config.json');
  const own = config ?? (existsSync(file) ? await loadConfig(file) : undefined);
  return { clips: evalClips ?? own?.eval_clips ?? 1, crops: evalCrops ?? own?.eval_crops ?? 1 };
}

function remark(line: string): void {
  process.stderr.write(`kinora: ${line}\n`);
}

const noModel = (): KinoraError =>
  new KinoraError({
    code: 'usage/no-model',
    where: 'kinora predict',
    expected: '--checkpoint with a run folder, a checkpoint or a weights file',
    received: 'nothing',
    hint: 'for example --checkpoint runs/demo',
  });

const unreadable = (failures: number, clips: number): KinoraError =>
  new KinoraError({
    code: 'predict/unreadable',
    expected: 'clips that can be read',
    received: `${failures} of ${clips} that cannot`,
  });

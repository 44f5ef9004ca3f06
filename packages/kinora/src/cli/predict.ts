/** `kinora predict`: the most likely labels of clips, as bars or as JSON lines. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PreprocessSpec, Views } from '@kinora/clip';
import { type Device, KinoraError, kinoraError } from '@kinora/torch';
import { Command } from 'commander';
import { need } from '../config/check.js';
import { loadConfig, preprocessSpec, type RunConfig } from '../config/index.js';
import { readLabels } from '../data/lists/labels.js';
import { percent } from '../figures/words.js';
import { onOneLine } from '../files/printable.js';
import { type Prediction, predictClip } from '../predict/predict.js';
import { silent } from '../progress.js';
import { type OpenedModel, openModel } from '../run/open.js';
import { GESTURES, isPackaged } from '../run/packaged.js';
import { chooseDevice } from '../train/device/choice.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  FormerRunOption,
  positiveInt,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { configOf, RUN, runFolderAround } from './terminal/run-argument.js';
import { textBar } from './terminal/table.js';

interface PredictFlags extends ConfigOptions, DeviceOptions {
  top: number;
  json?: boolean;
  mirrored?: boolean;
  evalClips?: number;
  evalCrops?: number;
}

export function predictCommand(): Command {
  const command = new Command('predict')
    .description('Predict the labels of clips.')
    .usage('[options] [RUN] <CLIP...>')
    .argument(
      '<CLIP...>',
      `folders of JPEG frames or video files; before them RUN: ${RUN} (default: ${GESTURES})`,
    )
    .addOption(new FormerRunOption('--checkpoint'))
    .option('-k, --top <n>', 'labels to show', positiveInt, 5)
    .option('--json', 'print one JSON object per clip')
    .option(
      '--mirrored',
      "the clips show people as a mirror does, as many phones' selfie videos do (default: as the clips do that RUN was trained on)",
    )
    .option('--no-mirrored', 'the clips show people as a camera films them, not as a mirror does')
    .option(
      '--eval-clips <n>',
      "clips along the video to average (default: the run's evalClips)",
      positiveInt,
    )
    .option('--eval-crops <n>', "crops of each clip to average (default: the run's evalCrops)", positiveInt);
  return withDevice(withConfig(command))
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora predict data/demo/clips/1\n  $ kinora predict runs/demo data/demo/clips/1\n  $ kinora predict runs/demo data/demo/clips/1 data/demo/clips/2 --top 3 --json\n  $ kinora predict --no-mirrored webcam.mp4',
    )
    .action(predict);
}

async function predict(given: string[], flags: PredictFlags): Promise<void> {
  const { run, paths } = runAndClips(given);
  const config = await configGiven(flags);
  // stdout holds results only.
  const device = chooseDevice(flags, { ...silent, log: remark });
  const model = openModel(run, { device, ...(config && { spec: () => specOf(config) }) });
  const settings = { ...flags, device, views: await viewsOf(flags, run, config), alone: paths.length === 1 };
  noteOrientation(model.spec, paths, flags);
  let failures = 0;
  try {
    for (const path of paths) if (!(await answer(model, path, settings))) failures++;
  } finally {
    model.network.dispose();
  }
  if (failures > 0) throw unreadable(failures, paths.length);
}

/** The first argument is a RUN if it is one, or where it is neither a run nor a clip and clips follow. */
function runAndClips(given: readonly string[]): { run: string; paths: readonly string[] } {
  const [first, ...others] = given as readonly [string, ...string[]];
  if (!isModel(first) && (existsSync(first) || others.length === 0)) return { run: GESTURES, paths: given };
  if (others.length > 0) return { run: first, paths: others };
  throw kinoraError('usage/no-clips', 'kinora predict', 'clips after the run', `only ${first}`, {
    hint: `for example kinora predict ${first} data/demo/clips/1`,
  });
}

/** A package, weights, or a folder of a run or a checkpoint. */
const isModel = (path: string): boolean =>
  isPackaged(path) ||
  /\.(safetensors|pt|pth|tar)$/.test(path) ||
  ['config.json', 'checkpoints', 'model.safetensors'].some((name) => existsSync(join(path, name)));

/** Videos are often films of a camera, which a network of mirrored people would take for the other direction. */
function noteOrientation(
  { mirrored }: PreprocessSpec,
  paths: readonly string[],
  flags: Pick<PredictFlags, 'mirrored'>,
): void {
  if (!mirrored || flags.mirrored !== undefined) return;
  const video = paths.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (video === undefined) return;
  remark(
    `${onOneLine(video)}: taken to show people as a mirror does, as this network's training clips do; if a camera filmed it unmirrored, pass --no-mirrored, or left and right are swapped`,
  );
}

/**
 * Prints the prediction for one clip. An unreadable clip fails the command if it is the only one; otherwise it is
 * reported.
 */
async function answer(
  model: OpenedModel,
  path: string,
  {
    top,
    json = false,
    mirrored,
    device,
    views,
    alone,
  }: PredictFlags & { device: Device; views: Views; alone: boolean },
): Promise<boolean> {
  try {
    const clip = { path, ...(mirrored !== undefined && { mirrored }) };
    const best = (await predictClip(model, clip, device, views)).slice(0, top);
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
    const share = percent(probability).padStart(7);
    return `  ${label.padEnd(width)}  ${share}  ${textBar(probability, BAR)}`.trimEnd();
  });
  return `${onOneLine(path)}\n${lines.join('\n')}\n`;
}

/** The configuration of --config, for weights without a preprocessing spec (PyTorch's files). */
async function configGiven(flags: PredictFlags): Promise<RunConfig | undefined> {
  if (flags.config !== undefined) return configOf(flags, 'predict');
  if (flags.set !== undefined) throw setWithoutConfig();
  return undefined;
}

const specOf = (config: RunConfig): PreprocessSpec =>
  preprocessSpec(config, readLabels(need(config, 'labelsFile', 'prediction')));

/** The views from the flags, otherwise from the configuration, otherwise from the run folder that RUN is or is inside. */
async function viewsOf(
  { evalClips, evalCrops }: PredictFlags,
  run: string,
  config: RunConfig | undefined,
): Promise<Views> {
  const file = join(runFolderAround(run) ?? run, 'config.json');
  const own = config ?? (existsSync(file) ? await loadConfig(file) : undefined);
  return { clips: evalClips ?? own?.evalClips ?? 1, crops: evalCrops ?? own?.evalCrops ?? 1 };
}

function remark(line: string): void {
  process.stderr.write(`kinora: ${line}\n`);
}

const setWithoutConfig = (): KinoraError =>
  kinoraError('usage/no-config', 'kinora predict', '--set only together with --config', '--set alone', {
    hint: 'RUN has its own preprocessing; --eval-clips and --eval-crops set the views',
  });

const unreadable = (failures: number, clips: number): KinoraError =>
  new KinoraError({
    code: 'predict/unreadable',
    expected: 'clips that can be read',
    received: `${failures} of ${clips} that cannot be read`,
  });

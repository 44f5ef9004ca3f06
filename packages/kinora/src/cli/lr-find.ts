/** `kinora lr-find`: a learning-rate range test. */
import { join } from 'node:path';
import { Command } from 'commander';
import { lrChart, rate } from '../figures/lr-chart.js';
import { fileTheme } from '../figures/theme.js';
import { plural } from '../figures/words.js';
import { writeRecord } from '../files/record.js';
import { reportFolder } from '../report/folder.js';
import { chooseDevice } from '../train/device/choice.js';
import { findLearningRate, type LrRange } from '../train/lr-range.js';
import { interruptible } from './terminal/interrupt.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  finiteNumber,
  positiveInt,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOf } from './terminal/run-argument.js';

interface LrFindFlags extends ConfigOptions, DeviceOptions {
  from: number;
  to: number;
  steps: number;
  out?: string;
}

const NOTES = `
The rate rises exponentially over the steps. Too low a rate leaves the loss where it is, too high a rate makes it rise; the rate
at which it falls fastest is suggested for "lr". Nothing is written into the run folder.

Example:
  $ kinora lr-find --config configs/demo.json --steps 40`;

export function lrFindCommand(): Command {
  const command = new Command('lr-find')
    .description('Find a learning rate: train for a few hundred steps at rising rates, and draw the loss.')
    .option('--from <rate>', 'first learning rate', finiteNumber, 1e-6)
    .option('--to <rate>', 'last learning rate', finiteNumber, 10)
    .option('--steps <n>', 'optimizer steps', positiveInt, 200)
    .option('--out <folder>', 'folder of the picture and the numbers (default: outputDir/NAME-lr-find)');
  return withDevice(withConfig(command)).addHelpText('after', NOTES).action(run);
}

async function run(flags: LrFindFlags): Promise<void> {
  const config = await configOf(flags, 'lr-find');
  const { from, to, steps, out = join(config.outputDir, `${config.name}-lr-find`) } = flags;
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const found = await interruptible((signal) =>
    findLearningRate(config, { from, to, steps, device, progress, signal }),
  );
  const { draw } = await reportFolder(out);
  draw('lr-find', lrChart(config.name, found.steps, found.suggested, fileTheme), ['png', 'svg']);
  writeRecord(join(out, 'lr-find.json'), { name: config.name, ...found, suggested: found.suggested ?? null });
  progress.log(describe(found));
  progress.log(`picture: ${join(out, 'lr-find.png')}`);
}

function describe({ steps, suggested, lowest, diverged }: LrRange): string {
  const end = diverged ? `, until the loss diverged at ${rate(steps.at(-1)!.lr)}` : '';
  const length = `${plural(steps.length, 'step')}${end}; lowest loss at ${rate(lowest)}`;
  if (suggested === undefined)
    return `${length}\nno suggestion: the loss does not fall; look at the picture, or use more --steps`;
  return `${length}\nthe loss falls fastest at ${rate(suggested)}: train with --set lr=${rate(suggested)}`;
}

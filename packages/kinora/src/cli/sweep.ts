/** `kinora sweep`: searches for settings, at random or by successive halving. */
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import { Command, Option } from 'commander';
import { shellQuote } from '../shell.js';
import { type Sweep, sweep } from '../sweep/sweep.js';
import { bestCommand, sweepHeadings, sweepRows, writeSweep } from '../sweep/write.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  positiveInt,
  wholeNumber,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOf } from './terminal/run-argument.js';
import { textTable } from './terminal/table.js';

interface SweepFlags extends ConfigOptions, DeviceOptions {
  trials: number;
  method: 'random' | 'halving';
  factor: number;
  epochs?: number;
  seed: number;
  jobs: number;
  out?: string;
}

const NOTES = `
SPACE is a JSON file of configuration keys, each with a range or a choice:
  { "lr": { "log": [0.0003, 0.03] }, "labelSmoothing": { "lin": [0, 0.2] }, "batchSize": { "choice": [8, 16] } }
"round": true beside a range draws whole numbers.

halving trains all trials for a few epochs, and the best third of them for three times as many, until the last have all their
epochs; each rung resumes the runs of the one before. Finished work is kept, interrupted work is resumed.

Example:
  $ kinora sweep space.json --config configs/demo.json --epochs 9`;

export function sweepCommand(): Command {
  const command = new Command('sweep')
    .description('Search for settings: train many trials, and write a table and a picture.')
    .argument('<SPACE>', 'search space, a JSON file')
    .option('--trials <n>', 'number of trials', positiveInt, 9)
    .addOption(
      new Option('--method <name>', 'train every trial to the end, or only the best')
        .choices(['random', 'halving'])
        .default('halving'),
    )
    .option('--factor <n>', 'of how many trials of a rung one goes on', factor, 3)
    .option('--epochs <n>', "epochs of the last rung (default: the configuration's)", positiveInt)
    .option('--seed <n>', 'random seed of the points', wholeNumber, 1)
    .option('--jobs <n>', 'trials trained in parallel, each with its share of the processors', positiveInt, 1)
    .option('--out <folder>', 'folder of the runs and the table (default: outputDir/NAME-sweep)');
  return withDevice(withConfig(command)).addHelpText('after', NOTES).action(run);
}

function factor(text: string): number {
  const value = positiveInt(text);
  if (value > 1) return value;
  throw kinoraError('usage/number', '--factor', 'a whole number above 1', text);
}

async function run(space: string, flags: SweepFlags): Promise<void> {
  const base = await configOf(flags, 'sweep');
  const { config, set = [], trials, method, epochs, seed, jobs } = flags;
  const { out = join(base.outputDir, `${base.name}-sweep`) } = flags;
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const setting = { config: config!, command: commandLine(space, flags) };
  const result = await interruptible((signal) =>
    sweep({
      config: config!,
      set,
      space,
      trials,
      method,
      factor: flags.factor,
      seed,
      jobs,
      runs: out,
      device,
      progress,
      signal,
      ...(epochs !== undefined && { epochs }),
      publish: (found) => writeSweep(out, found, setting),
    }),
  );
  await writeSweep(out, result, setting);
  const headings = sweepHeadings(result);
  progress.log(`\n${textTable(headings, sweepRows(result), headings.map((_, i) => i).slice(1))}`);
  const best = bestCommand(result, setting);
  if (best !== undefined) progress.log(`the best: ${best}`);
  progress.log(`table and picture: ${join(out, 'README.md')}`);
  checkFailures(result);
}

function commandLine(space: string, flags: SweepFlags): string {
  const { config, set = [], trials, method, factor, epochs, seed } = flags;
  const parts = [
    shellQuote(space),
    `--config ${shellQuote(config!)}`,
    ...set.map((one) => `--set ${shellQuote(one)}`),
    `--trials ${trials}`,
    ...(method === 'halving' ? [] : [`--method ${method}`]),
    ...(factor === 3 ? [] : [`--factor ${factor}`]),
    ...(epochs === undefined ? [] : [`--epochs ${epochs}`]),
    ...(seed === 1 ? [] : [`--seed ${seed}`]),
  ];
  return `kinora sweep ${parts.join(' ')}`;
}

/** The table has been written; this sets the exit code for failed trials. */
function checkFailures({ trials }: Sweep): void {
  const failed = trials.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return;
  throw kinoraError('sweep/failed', failed.map(({ plan }) => plan.config.name).join(', '), {
    expected: 'every trial to be finished',
    received: `${failed.length} of ${trials.length} that failed: ${failed[0]!.error}`,
    hint: 'run the same command again to retry them',
  });
}

/** `kinora compare`: trains and evaluates a list of networks on the same clips with the same budget. */
import { cpus } from 'node:os';
import { engineInfo, kinoraError, threads } from '@kinora/torch';
import { Command } from 'commander';
import { parseCandidates } from '../compare/candidate.js';
import { compare, type Row } from '../compare/compare.js';
import type { ComparePlan } from '../compare/plan.js';
import { writeComparison } from '../compare/write.js';
import { plural } from '../figures/words.js';
import { shellQuote } from '../shell.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  positiveInt,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { createProgress } from './terminal/progress.js';

interface CompareFlags extends ConfigOptions, DeviceOptions {
  steps?: number;
  epochs?: number;
  seeds: number[];
  test?: string;
  runs: string;
  out: string;
  measure?: boolean;
  jobs: number;
}

export function compareCommand(): Command {
  const command = new Command('compare')
    .description(
      'Train and evaluate networks on the same clips with the same budget; write a table and charts.\n' +
        'Finished runs are kept, interrupted ones are resumed.',
    )
    .argument(
      '<NETWORK...>',
      "names, patterns such as '*Small', or NAME:key=value,key=value to set keys for one",
    )
    .option('--steps <n>', 'optimizer steps per row (default: maxSteps of the configuration)', positiveInt)
    .option('--epochs <n>', 'epochs per row', positiveInt)
    .option('--seeds <numbers>', 'random seeds, one row each, such as 1,2,3', parseSeeds, [1])
    .option('--test <list>', 'labelled held-out list, evaluated once at the end')
    .option('--runs <folder>', 'folder of the run folders', 'runs/compare')
    .option('--out <folder>', 'folder for the table and charts (default: that of --runs)')
    .option('--measure', 'repeat the timing of the networks')
    .option('--jobs <n>', 'rows trained in parallel, each with its share of the processors', positiveInt, 1);
  return withDevice(withConfig(command))
    .addHelpText(
      'after',
      '\nExample:\n  $ kinora compare ConvColumnSmall SingleFrameSmall --config configs/compare.json',
    )
    .action(runCompare);
}

async function runCompare(words: string[], flags: CompareFlags): Promise<void> {
  const plan = planOf(words, flags);
  const { test, runs, out = runs, measure = false, jobs } = flags;
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const setting = {
    config: plan.config,
    ...(test !== undefined && { test }),
    machine: machine(),
    command: commandLine(words, flags),
  };
  const rows = await interruptible((signal) =>
    compare({
      ...plan,
      ...(test !== undefined && { test }),
      measure,
      jobs,
      device,
      progress,
      signal,
      publish: (rows) => writeComparison(out, rows, setting),
    }),
  );
  progress.log(`\n${plural(rows.length, 'row')}: ${out}/README.md`);
  checkFailures(rows);
}

function planOf(
  words: string[],
  { config, set = [], steps, epochs, seeds, runs }: CompareFlags,
): ComparePlan {
  if (config === undefined) {
    throw kinoraError('usage/no-config', 'kinora compare', {
      expected: '--config with what all networks share: data, budget, training options',
      received: 'nothing',
      hint: 'for example --config configs/compare.json',
    });
  }
  if (steps !== undefined && epochs !== undefined) {
    throw kinoraError('usage/budget', 'kinora compare', 'one budget', 'both --steps and --epochs');
  }
  const budget = steps !== undefined ? { steps } : epochs !== undefined ? { epochs } : undefined;
  return { config, candidates: parseCandidates(words), seeds, set, runs, ...(budget && { budget }) };
}

function parseSeeds(text: string): number[] {
  const seeds = text.split(',').map(Number);
  if (/^\d+(,\d+)*$/.test(text) && seeds.every(Number.isSafeInteger)) return [...new Set(seeds)];
  throw kinoraError('usage/number', '--seeds', 'whole numbers such as 1,2,3', JSON.stringify(text));
}

const machine = (): string =>
  `${cpus()[0]?.model.trim() ?? 'unknown processor'} (${plural(threads.get(), 'thread')}, libtorch ${engineInfo().version}, Node ${process.version.slice(1)})`;

/** The command line without the flags that name folders of this machine. */
function commandLine(words: readonly string[], flags: CompareFlags): string {
  const { config, set = [], steps, epochs, seeds, test } = flags;
  const parts = [
    ...words.map(shellQuote),
    ...(config === undefined ? [] : [`--config ${shellQuote(config)}`]),
    ...set.map((setting) => `--set ${shellQuote(setting)}`),
    ...(steps === undefined ? [] : [`--steps ${steps}`]),
    ...(epochs === undefined ? [] : [`--epochs ${epochs}`]),
    ...(seeds.join() === '1' ? [] : [`--seeds ${seeds}`]),
    ...(test === undefined ? [] : [`--test ${shellQuote(test)}`]),
  ];
  return `kinora compare ${parts.join(' ')}`;
}

/** The table has been written; this sets the exit code for failed rows. */
function checkFailures(rows: readonly Row[]): void {
  const failed = rows.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return;
  throw kinoraError('compare/failed', failed.map(({ plan }) => plan.config.name).join(', '), {
    expected: 'every row to be finished',
    received: `${failed.length} of ${rows.length} that failed: ${failed[0]!.error}`,
    hint: 'run the same command again to retry them',
  });
}

/** `kinora crossval`: cross-validation by person. */
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { type CrossvalResult, crossval, type Fold } from '../crossval/crossval.js';
import { foldSpread, writeCrossval } from '../crossval/report.js';
import { percent, plural, withEnds } from '../figures/words.js';
import { shellQuote } from '../shell.js';
import { chooseDevice } from '../train/device/choice.js';
import { interruptible } from './terminal/interrupt.js';
import {
  type ConfigOptions,
  type DeviceOptions,
  pattern,
  positiveInt,
  refuseFlags,
  wholeNumber,
  withConfig,
  withDevice,
} from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOf } from './terminal/run-argument.js';
import { textTable } from './terminal/table.js';

interface CrossvalFlags extends ConfigOptions, DeviceOptions {
  folds: number;
  leaveOnePersonOut?: boolean;
  subjects?: string;
  person?: RegExp;
  seed: number;
  jobs: number;
  out?: string;
}

const NOTES = `
Every clip of the training and validation lists is predicted by a network that was trained on other people. The networks are
trained to the end of their schedule without validation, so that the held-out people decide nothing. Finished folds are kept,
interrupted ones are resumed.

Examples:
  $ kinora crossval --config configs/demo.json --folds 3
  $ kinora labels runs/demo-crossval   # which labels look wrong`;

export function crossvalCommand(): Command {
  const command = new Command('crossval')
    .description('Cross-validate a configuration by person, and write a report.')
    .option('--folds <n>', 'number of folds, each of whole people', positiveInt, 5)
    .option('--leave-one-person-out', 'instead of --folds: a fold for each person')
    .option('--subjects <file>', 'person in each clip (default: subjects.csv beside the list)')
    .option('--person <pattern>', 'regular expression that finds the person in the name of a clip', pattern)
    .option('--seed <n>', 'random seed of the folds', wholeNumber, 1)
    .option('--jobs <n>', 'folds trained in parallel, each with its share of the processors', positiveInt, 1)
    .option('--out <folder>', 'folder of the runs and the report (default: outputDir/NAME-crossval)');
  return withDevice(withConfig(command)).addHelpText('after', NOTES).action(run);
}

async function run(flags: CrossvalFlags, command: Command): Promise<void> {
  if (flags.leaveOnePersonOut) refuseFlags(command, ['folds'], 'with --leave-one-person-out');
  if (flags.person !== undefined) refuseFlags(command, ['subjects'], 'with --person');
  const config = await configOf(flags, 'crossval');
  const { folds, leaveOnePersonOut, subjects, person, seed, jobs, out } = flags;
  const progress = createProgress();
  const device = chooseDevice(flags, progress);
  const result = await interruptible((signal) =>
    crossval(config, {
      folds: leaveOnePersonOut ? 'person' : folds,
      seed,
      jobs,
      device,
      progress,
      signal,
      ...(subjects !== undefined && { subjects }),
      ...(person !== undefined && { person }),
      ...(out !== undefined && { out }),
      publish: async (found) => void (await writeCrossval(found)),
    }),
  );
  const page = await writeCrossval(result);
  progress.log(`\n${describeCrossval(result)}`);
  if (page !== undefined)
    progress.log(`report: ${page}\nwhich labels look wrong: kinora labels ${shellQuote(result.out)}`);
  const failed = result.folds.filter(({ error }) => error !== undefined);
  if (failed.length > 0) throw foldsFailed(failed, result.folds.length);
}

/** Folds as a table, the mean and the worst person. */
export function describeCrossval({ folds, heldOut }: CrossvalResult): string {
  const rows = folds.map(({ plan, record, error }) => [
    plan.config.name,
    String(plan.rows.length),
    record?.minutes.toFixed(1) ?? '',
    record?.result === undefined ? (error === undefined ? 'to do' : 'failed') : percent(record.result.top1),
  ]);
  const table = textTable(['', 'clips', 'minutes', 'top-1'], rows, [1, 2, 3]);
  if (heldOut === undefined) return table;
  const { top1, people, summary } = heldOut;
  const { mean, deviation } = foldSpread(folds);
  const spread = Number.isFinite(deviation) ? ` (standard deviation ${percent(deviation)})` : '';
  const over = people === undefined ? 'clips' : plural(people.people.length, 'person', 'people');
  const [worst, best] = [people?.people[0], people?.people.at(-1)];
  return [
    `${table}mean of the folds: ${percent(mean)}${spread}`,
    `top-1 of ${plural(summary.clips, 'clip')}: ${withEnds(top1, { before: `95 % interval over ${over} ` })}`,
    ...(worst === undefined || best === undefined
      ? []
      : [
          `worst person: ${worst.person}, ${percent(worst.top1)} of ${plural(worst.clips, 'clip')}; best: ${best.person}, ${percent(best.top1)}`,
        ]),
  ].join('\n');
}

const foldsFailed = (failed: readonly Fold[], all: number): KinoraError =>
  kinoraError('crossval/failed', failed.map(({ plan }) => plan.config.name).join(', '), {
    expected: 'every fold to be finished',
    received: `${failed.length} of ${all} that failed: ${failed[0]!.error}`,
    hint: 'run the same command again to retry them',
  });

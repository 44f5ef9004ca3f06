/**
 * A sweep: trials of random points of a search space (Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR
 * 2012). With successive halving (Jamieson and Talwalkar, AISTATS 2016) all are trained for a few epochs, the best third of them
 * for three times as many, and so on: every rung resumes the runs of the one before. It can be killed at any time.
 */
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch';
import { loadConfig, type RunConfig } from '../config/index.js';
import { readSplit } from '../data/splits.js';
import { percent } from '../figures/words.js';
import { silent } from '../progress.js';
import { workOnAll } from '../trials/queue.js';
import { drawPoint, type Point, readSpace, type SearchSpace, settingOf } from './space.js';
import {
  type Rung,
  type RungOptions,
  readSweepTrial,
  rungAt,
  runRung,
  runRungInChild,
  type SweepRecord,
} from './trial.js';

export interface SweepOptions extends RungOptions {
  /** The configuration that all trials share, a JSON file. */
  readonly config: string;
  /** Its changes, as for `kinora train --set`. */
  readonly set?: readonly string[];
  /** The search space, a JSON file (space.ts). */
  readonly space: string;
  /** Number of trials. */
  readonly trials: number;
  /** `random` trains every trial to the end, `halving` only the best. Default: `halving`. */
  readonly method?: 'random' | 'halving';
  /** Of this many trials of a rung one goes on, for this many times the epochs. Default: 3. */
  readonly factor?: number;
  /** Epochs of the last rung. Default: the configuration's. */
  readonly epochs?: number;
  /** Random seed of the points. Default: 1. */
  readonly seed?: number;
  /** Folder of the run folders. */
  readonly runs: string;
  /** Trials trained side by side, each in a process with its share of the processors. Default: 1, in this process. */
  readonly jobs?: number;
  /** Called whenever a trial has changed. */
  readonly publish?: (sweep: Sweep) => Promise<void>;
}

export interface TrialPlan {
  /** From 1. */
  readonly number: number;
  readonly point: Point;
  /** The arguments for `kinora train --config FILE`, apart from the file. */
  readonly settings: readonly string[];
  readonly config: RunConfig;
}

export interface SweepTrial {
  readonly plan: TrialPlan;
  record?: SweepRecord;
  /** Why it failed. */
  error?: string;
}

export interface Sweep {
  readonly space: SearchSpace;
  /** Epochs of each rung, ascending. */
  readonly rungs: readonly number[];
  /** The best first: those that came furthest, and among them those with the highest accuracy. */
  readonly trials: readonly SweepTrial[];
}

/**
 * Trains all trials and returns them, the best first; a trial that failed keeps its error.
 * @throws KinoraError `sweep/space`, `sweep/no-validation`, `sweep/no-length`, `config/*`, `data/*`; the signal's reason after saving
 */
export async function sweep(options: SweepOptions): Promise<Sweep> {
  const { config: file, set = [], factor = 3, method = 'halving', jobs = 1, progress = silent } = options;
  const base = await loadConfig(file, { set });
  const space = await readSpace(options.space, file, set);
  if (readSplit(base, 'val') === undefined) throw noValidation(base);
  const epochs = lengthOf(base, options.epochs);
  const plans = await planTrials(options, space, epochs);
  const rungs = method === 'random' ? [epochs] : ladder(epochs, plans.length, factor);
  const trials: SweepTrial[] = plans.map((plan) => ({ plan }));
  const found = (): Sweep => ({ space, rungs, trials: ranked(trials) });
  let active: readonly SweepTrial[] = trials;
  for (const [i, until] of rungs.entries()) {
    progress.log(`\nrung ${i + 1} of ${rungs.length}: ${active.length} trials, up to epoch ${until}`);
    const publish = async () => options.publish?.(found());
    await workOnAll(active, { ...options, jobs, publish }, async (trial) => {
      const { config } = trial.plan;
      const before = readSweepTrial(config);
      if (before !== undefined) trial.record = before;
      if (rungAt(before, until) === undefined)
        trial.record =
          jobs === 1
            ? await runRung(config, until, options)
            : await runRungInChild(config, until, options, jobs);
      progress.log(`${config.name}: top-1 ${percent(rungAt(trial.record, until)!.top1)}`);
    });
    const done = active.filter(({ record, error }) => error === undefined && rungAt(record, until));
    active = ranked(done).slice(0, Math.max(1, Math.floor(active.length / factor)));
  }
  return found();
}

async function planTrials(
  { config: file, set = [], trials, seed = 1, runs }: SweepOptions,
  space: SearchSpace,
  epochs: number,
): Promise<TrialPlan[]> {
  const digits = String(trials).length;
  const plans: TrialPlan[] = [];
  for (let number = 1; number <= trials; number++) {
    const point = drawPoint(space, seed, number);
    const settings = [
      ...set,
      `outputDir=${runs}`,
      `name=trial-${String(number).padStart(digits, '0')}`,
      `epochs=${epochs}`,
      'maxSteps=null',
      ...Object.entries(point).map(([key, value]) => settingOf(key, value)),
    ];
    plans.push({ number, point, settings, config: await loadConfig(file, { set: settings }) });
  }
  return plans;
}

/** Epochs of the rungs: the last has `epochs`, each before it a `factor`-th, as long as there are trials to choose from. */
export function ladder(epochs: number, trials: number, factor: number): number[] {
  const rungs = [epochs];
  for (let left = Math.floor(trials / factor); left >= 1 && rungs[0]! > 1; left = Math.floor(left / factor))
    rungs.unshift(Math.max(1, Math.round(epochs / factor ** rungs.length)));
  return [...new Set(rungs)];
}

/** The last rung that a trial reached. */
export const lastRung = ({ record }: SweepTrial): Rung | undefined => record?.result?.rungs.at(-1);

function ranked(trials: readonly SweepTrial[]): SweepTrial[] {
  const key = (trial: SweepTrial): [number, number, number] => {
    const { epochs = 0, top1 = 0, loss = Number.POSITIVE_INFINITY } = lastRung(trial) ?? {};
    return [epochs, top1, -loss];
  };
  return [...trials].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    const at = x.findIndex((value, i) => value !== y[i]);
    return at < 0 ? a.plan.number - b.plan.number : y[at]! - x[at]!;
  });
}

function lengthOf(config: RunConfig, epochs = config.epochs): number {
  if (epochs > 0) return epochs;
  throw kinoraError(
    'sweep/no-length',
    config.name,
    'a number of epochs',
    'epochs -1, which ends with the schedule',
    {
      hint: 'give --epochs',
    },
  );
}

const noValidation = (config: RunConfig) =>
  kinoraError('sweep/no-validation', join(config.outputDir, config.name), {
    expected: 'validation clips, to choose by',
    received: 'a configuration without any',
    hint: 'give validationList, or a validationFolder other than the training one',
  });

/**
 * Searches for settings: learning-rate range tests and sweeps. Each has its configuration and lists in `trainings/`, as a run
 * has, and leaves what it found in `runs/`. Searches that the command line has made there count too.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { readRecord, writeRecord } from '../files/record.js';
import { readSpace, type SearchSpace, spaceSchema } from '../sweep/space.js';
import { type Project, pathsOf, runsWith } from './project.js';
import { nextRun, type Recipe, type TrainingPlan, writeTraining } from './recipe.js';
import type { Scan } from './scan.js';

/** What a search is queued as: the run's name and the words of its command line. */
export interface QueuedSearch {
  readonly run: string;
  readonly words: readonly string[];
}

type Base = Pick<TrainingPlan, 'settings' | 'initFrom'>;

/**
 * Writes `trainings/lr-find-<n>/`.
 * @param steps optimizer steps
 * @throws KinoraError as `writeTraining`
 */
export function writeLrFind(project: Project, scan: Scan, base: Base, steps: number): QueuedSearch {
  const run = nextRun(project, 'lr-find');
  const config = writeTraining(project, scan, { ...base, run });
  const words = ['lr-find', '--config', config, ...(steps === 200 ? [] : ['--steps', String(steps)])];
  return { run, words: [...words, '--out', `runs/${run}`] };
}

export interface SweepPlan {
  readonly space: SearchSpace;
  readonly trials: number;
  readonly method: 'random' | 'halving';
}

/**
 * Writes `trainings/sweep-<n>/` with the search space as `space.json`. Nothing is left of a search that is refused.
 * @throws KinoraError as `writeTraining`; `sweep/space`, `sweep/no-validation`
 */
export async function writeSweepPlan(
  project: Project,
  scan: Scan,
  base: Base,
  { space, trials, method }: SweepPlan,
): Promise<QueuedSearch> {
  if (project.layout === 'folders' && !scan.clips.some(({ part }) => part === 'validation'))
    throw kinoraError(
      'sweep/no-validation',
      'clips',
      'validation clips, to choose by',
      'training clips only',
      {
        hint: 'split the clips first',
      },
    );
  const run = nextRun(project, 'sweep');
  const { trainings } = pathsOf(project);
  const config = writeTraining(project, scan, { ...base, run });
  const file = `trainings/${run}/space.json`;
  try {
    writeRecord(join(project.folder, file), space);
    await readSpace(join(project.folder, file), join(project.folder, config), []);
  } catch (error) {
    rmSync(join(trainings, run), { recursive: true });
    throw error;
  }
  const words = ['sweep', file, '--config', config, '--trials', String(trials)];
  return {
    run,
    words: [...words, ...(method === 'halving' ? [] : ['--method', method]), '--out', `runs/${run}`],
  };
}

/** A search around the settings of a recipe: the learning rate matters most, then what keeps a network from overfitting. */
export function spaceAround({ settings: { lr = 0.001 } }: Pick<Recipe, 'settings'>): SearchSpace {
  return {
    lr: { log: [typeable(lr / 10), typeable(lr * 3)] },
    weightDecay: { log: [0.001, 0.1] },
    labelSmoothing: { lin: [0, 0.2] },
  };
}

const typeable = (value: number): number => Number(value.toPrecision(2));

const rangeSchema = z.object({
  steps: z.array(z.object({ lr: z.number(), loss: z.number(), smoothed: z.number() })).min(1),
  suggested: z.number().nullable(),
  lowest: z.number(),
  diverged: z.boolean(),
});
const sweepSchema = z.object({
  rungs: z.array(z.int()),
  space: spaceSchema,
  trials: z.array(
    z.object({
      name: z.string(),
      point: z.record(z.string(), z.json()),
      minutes: z.number().nullable(),
      rungs: z.array(z.object({ epochs: z.int(), top1: z.number(), loss: z.number() })),
      error: z.string().nullable(),
    }),
  ),
});

interface Found {
  /** Its folder in `runs/`. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}
export type FoundRange = Found & { readonly kind: 'lr-find' } & z.output<typeof rangeSchema>;
/** The best trial first. */
export type FoundSweep = Found & { readonly kind: 'sweep' } & z.output<typeof sweepSchema>;

/** What searches have found, the latest first, at most `most` of them. Records that cannot be read are left out. */
export function readSearches(project: Project, most: number): (FoundRange | FoundSweep)[] {
  return (['lr-find', 'sweep'] as const)
    .flatMap((kind) =>
      runsWith(project, `${kind}.json`).map(({ run, file, at }) => ({ name: run, kind, file, modified: at })),
    )
    .sort((a, b) => b.modified - a.modified)
    .slice(0, most)
    .flatMap(({ file, ...found }) => readFound(file, found) ?? []);
}

function readFound(
  file: string,
  { kind, ...found }: Found & { readonly kind: 'lr-find' | 'sweep' },
): FoundRange | FoundSweep | undefined {
  try {
    if (kind === 'lr-find') {
      const range = readRecord(file, rangeSchema);
      return range && { kind, ...found, ...range };
    }
    const sweep = readRecord(file, sweepSchema);
    return sweep && { kind, ...found, ...sweep };
  } catch (error) {
    if (error instanceof KinoraError) return undefined;
    throw error;
  }
}

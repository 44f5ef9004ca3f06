/**
 * The configuration for the clips of a project: which network and which settings, with a reason for each, and the folder
 * `trainings/<run>/` with the configuration and the lists that a run is trained with.
 *
 * A run keeps its own copy of the lists, because clips that come later would change the lists of a run that is to be resumed.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { effectiveConfig, type RunConfig, type RunConfigInput } from '../config/index.js';
import { writeRecord } from '../files/record.js';
import { findNetwork } from '../model/registry.js';
import { shellQuote } from '../shell.js';
import { NOBODY } from './names.js';
import { type Project, pathsOf } from './project.js';
import type { Scan, ScannedClip } from './scan.js';
import { writeLists } from './split.js';
import { type Start, startOf } from './start.js';

type Json = RunConfigInput[keyof RunConfigInput];

export interface Reason {
  readonly key: string;
  readonly value: Json;
  readonly reason: string;
}

export interface Recipe {
  readonly name: string;
  readonly settings: RunConfigInput;
  readonly reasons: readonly Reason[];
  readonly clips: {
    readonly train: number;
    readonly validation: number;
    readonly classes: number;
    readonly people: number;
  };
}

/** Steps that suffice for a network of this size on few clips: below, the loss still falls. */
const STEPS = 1200;

/**
 * Chooses by the number of training clips; see docs/recipe.md for where the settings come from.
 * @param start weights to start from, which decide network and preprocessing
 */
export function recipeFor(scan: Scan, start?: Start): Recipe {
  const usable = scan.clips.filter(({ problem }) => problem === undefined);
  const chosen = chosenOf(usable);
  const train = chosen.filter(({ part }) => part !== 'validation');
  const count = train.length;
  const clips = {
    train: count,
    validation: chosen.length - count,
    classes: new Set(usable.map((clip) => clip.class)).size,
    people: new Set(usable.map(({ person = NOBODY }) => person)).size,
  };
  // A training needs one full batch.
  const batchSize = count < 64 ? Math.max(1, Math.min(8, count)) : count < 2000 ? 16 : 32;
  const epochs = Math.max(10, Math.min(60, Math.ceil((STEPS * batchSize) / Math.max(1, count))));
  const large = count >= 2000;
  const forNewWeights: Reason[] = [
    large
      ? reason('model', 'ConvColumn6', 'Thousands of clips can train a network of this size.')
      : reason('model', 'ConvColumnSmall', 'A small network learns from few clips, and trains on a laptop.'),
    reason('frames', 16, 'Sixteen frames show a whole gesture.'),
    reason('stride', 2, 'Every second frame: one clip spans about two and a half seconds.'),
    reason('pad', 'resize', 'Clips of any size fill the picture.'),
    reason('batchSize', batchSize, `${batchSize} clips a step suit ${count} training clips.`),
    reason(
      'epochs',
      epochs,
      `${epochs} passes over the clips are about ${Math.ceil((epochs * count) / batchSize)} steps.`,
    ),
    reason('optimizer', 'adamw', 'AdamW needs little tuning.'),
    reason('lr', large ? 0.001 : 0.003, 'The highest learning rate of the schedule.'),
    reason(
      'schedule',
      'one_cycle',
      'The learning rate rises and falls once, so that training ends at a known step.',
    ),
    reason('weightDecay', 0.01, 'Keeps the weights of small data sets small.'),
    reason('labelSmoothing', 0.1, 'Keeps the network from being too sure.'),
    reason(
      'augment',
      { rotation: 10, translate: 0.15, scale: [0.8, 1.2], brightness: 0.3, contrast: 0.3 },
      'Turned, moved, scaled, lighter and darker copies stand for people and rooms that are not in the clips.',
    ),
    ...(isUneven(train, scan.classes)
      ? [reason('sampler', 'balanced', 'Some classes have much fewer clips; each is shown equally often.')]
      : []),
    ...(clips.validation > 0 && !large
      ? [reason('patience', 25, 'Stops when 25 epochs in a row bring no better accuracy.')]
      : []),
  ];
  const reasons = start === undefined ? forNewWeights : startingFrom(start, forNewWeights);
  return {
    name: large ? 'many clips' : 'few clips',
    settings: Object.fromEntries(reasons.map(({ key, value }) => [key, value])),
    reasons,
    clips,
  };
}

const reason = <Key extends keyof RunConfigInput & string>(
  key: Key,
  value: RunConfigInput[Key],
  text: string,
): Reason => ({
  key,
  value,
  reason: text,
});

/** The recipe with the network and the preprocessing of the weights. Its learning rate suits them too (docs/workbench.md). */
function startingFrom(start: Start, recipe: readonly Reason[]): Reason[] {
  const { initFrom, packaged, settings } = start;
  const known: Readonly<Record<string, unknown>> = {
    ...effectiveConfig({}, 'defaults'),
    ...Object.fromEntries(recipe.map(({ key, value }) => [key, value])),
  };
  const { model, ...seen } = settings;
  const changed = [
    reason('model', model, 'The network that the weights belong to.'),
    ...Object.entries(seen)
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(known[key]))
      .map(
        ([key, value]): Reason => ({ key, value, reason: 'As this network saw the clips it learned from.' }),
      ),
  ];
  const others = recipe.map((one) => changed.find(({ key }) => key === one.key) ?? one);
  return [
    reason(
      'initFrom',
      initFrom,
      packaged
        ? 'This network comes with Kinora. It knows movements of hands, from rendered clips only; it gets a new classifier for your classes.'
        : 'What this run has learned. Its classifier is kept if the number of classes is the same, and is new otherwise.',
    ),
    ...others,
    ...changed.filter(({ key }) => !recipe.some((one) => one.key === key)),
  ];
}

function isUneven(clips: readonly ScannedClip[], classes: readonly string[]): boolean {
  const counts = classes
    .map((name) => clips.filter((clip) => clip.class === name).length)
    .filter((n) => n > 0);
  return counts.length > 1 && Math.max(...counts) > 3 * Math.min(...counts);
}

export interface TrainingPlan {
  readonly run: string;
  readonly settings: RunConfigInput;
  /** Whose weights it starts from: another run of the project, or a package such as `@kinora/gestures`. */
  readonly initFrom?: string | null;
}

/**
 * Writes `trainings/<run>/`, and returns its configuration's path in the project. Throws `train/run-exists`,
 * `project/no-clips`, `project/unknown-run`, `model/*` and `config/*`.
 */
export function writeTraining(project: Project, scan: Scan, plan: TrainingPlan): string {
  const { trainings, runs } = pathsOf(project);
  const { run } = plan;
  if (existsSync(join(runs, run)) || existsSync(join(trainings, run)))
    throw kinoraError('train/run-exists', run, 'the name of a run that does not exist yet', 'one that does', {
      hint: 'choose another name, or resume it',
    });
  const lists = listsFor(project, scan, run);
  const initFrom = plan.initFrom ?? null;
  const { settings } = recipeFor(scan, initFrom === null ? undefined : startOf(project, initFrom));
  const config = {
    ...settings,
    ...plan.settings,
    name: run,
    outputDir: 'runs',
    ...lists.keys,
    frameRate: plan.settings.frameRate ?? project.frameRate,
  };
  const complete = effectiveConfig(config as RunConfigInput, `trainings/${run}/config.json`);
  findNetwork(complete.model);
  mkdirSync(join(trainings, run), { recursive: true });
  lists.write();
  writeRecord(join(trainings, run, 'config.json'), config);
  return `trainings/${run}/config.json`;
}

/** `kind-1`, or the first such name that no run and no training has. */
export function nextRun(project: Project, kind: string): string {
  const { runs, trainings } = pathsOf(project);
  let n = 1;
  while ([runs, trainings].some((folder) => existsSync(join(folder, `${kind}-${n}`)))) n++;
  return `${kind}-${n}`;
}

/** The clips that the lists name, and all of them, for training, where there are no lists yet. */
function chosenOf(usable: readonly ScannedClip[]): readonly ScannedClip[] {
  const listed = usable.filter(({ part }) => part !== undefined);
  return listed.length > 0 ? listed : usable;
}

/** Copies of the lists for class folders; the project's own for projects of lists and packs. */
function listsFor(
  project: Project,
  scan: Scan,
  run: string,
): { keys: Partial<RunConfig>; write: () => void } {
  const inProject = (path: string) => path.slice(project.folder.length + 1);
  const paths = pathsOf(project);
  if (project.layout !== 'folders') {
    const { train, validation, labels } = project.lists ?? { train: 'train.csv' };
    const keys = {
      trainFolder: project.clips,
      trainList: train,
      ...(validation !== undefined && { validationList: validation }),
      ...(labels !== undefined && { labelsFile: labels }),
    };
    return { keys, write: () => undefined };
  }
  const usable = scan.clips.filter(({ problem }) => problem === undefined);
  const chosen = chosenOf(usable);
  const classes = new Set(chosen.filter(({ part }) => part !== 'validation').map((clip) => clip.class));
  if (classes.size < 2)
    throw kinoraError(
      'project/no-clips',
      'clips',
      'training clips of at least two classes',
      `those of ${classes.size}`,
      {
        hint: 'record or add clips of another class',
      },
    );
  const folder = join(paths.trainings, run);
  const own = {
    train: join(folder, 'train.csv'),
    validation: join(folder, 'validation.csv'),
    labels: join(folder, 'labels.csv'),
    subjects: join(folder, 'subjects.csv'),
  };
  const validates = chosen.some(({ part }) => part === 'validation');
  return {
    keys: {
      trainFolder: project.clips,
      trainList: inProject(own.train),
      ...(validates && { validationList: inProject(own.validation) }),
      labelsFile: inProject(own.labels),
    },
    write: () => writeLists(project, scan.classes, chosen, ({ part }) => part ?? 'train', own),
  };
}

export const trainCommand = (run: string): string =>
  `kinora train --config ${shellQuote(`trainings/${run}/config.json`)}`;

/** Throws `project/unknown-run` for a run that the project does not have. */
export function checkRun(project: Project, run: string): void {
  if (existsSync(join(pathsOf(project).runs, run, 'config.json'))) return;
  throw noRun(run);
}

export const noRun = (run: string): KinoraError =>
  kinoraError('project/unknown-run', 'run', 'a run of the project', JSON.stringify(run.slice(0, 80)));

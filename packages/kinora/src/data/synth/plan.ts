/**
 * Which clips a data set has: their numbers, labels, splits and people, and the lists that say so. The plan is a
 * function of the recipe alone, so any number of workers can render it, in any order, over several runs.
 */

import { permutation, randomStream } from '@kinora/clip';
import { kinoraError } from '@kinora/torch';
import { type ClipRequest, type Variety, varieties } from './clip.js';
import { gestureLabels, playback } from './labels.js';
import { frameHeight } from './scene/scene.js';
import { wideActivities } from './wide/activities.js';

/** The recipe of a data set: the same recipe gives the same bytes. */
export interface SynthRecipe {
  /** Version of the renderer, raised whenever the same request gives different pixels. */
  readonly renderer: number;
  /** The same seed gives the same bytes. Default: 1. */
  readonly seed: number;
  /** Training clips per class. Default: 60. */
  readonly train: number;
  /** Validation clips per class. Default: 12. */
  readonly validation: number;
  /** Test clips per class. Default: 4. */
  readonly test: number;
  /** People in all splits together, at least 3: about 70 % in training, 20 % in validation, 10 % in the test split. Default: 150. */
  readonly people: number;
  /** Height of the frames in pixels, 24 to 800; any height shows the same scenes. Default: 100, as in Jester. */
  readonly height: number;
  /**
   * `jester`: people at one distance in front of calm walls. `wide`: people, clothes, rooms, cameras, light and timing from far
   * wider ranges, for networks that are to serve with videos of real people; it has fifteen times as many training clips of
   * "Doing other things" as of each gesture, and `activities.csv`. Default: `jester`.
   */
  readonly variety: Variety;
}

export const defaultRecipe: SynthRecipe = {
  renderer: 1,
  seed: 1,
  train: 60,
  validation: 12,
  test: 4,
  people: 150,
  height: frameHeight,
  variety: 'jester',
};

/** The recipe as it is stored. Jester's height and variety are left out: sets that are older than these settings have the same text. */
export function storedRecipe({ height, variety, ...recipe }: SynthRecipe): object {
  return {
    ...recipe,
    ...(height !== frameHeight && { height }),
    ...(variety !== 'jester' && { variety }),
  };
}

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

export interface PlannedClip {
  /** Folder name: a number that does not reveal the label. */
  readonly id: string;
  readonly split: Split;
  readonly request: ClipRequest;
}

/** Training clips of "Doing other things" for each clip of a gesture, in the wide variety: it has many different things to do. */
const OTHER_SHARE = 15;
const OTHER = 'Doing other things';

/** Random streams that random.ts does not use. */
const streams = { numbers: 1000, people: 1001 };

/** All clips of a recipe, sorted by id. */
export function planClips(recipe: SynthRecipe): PlannedClip[] {
  checkRecipe(recipe);
  const groups = peopleOf(recipe);
  const clips = splits.flatMap((split, s) =>
    gestureLabels.flatMap((label) => {
      // The two gestures of an order-only pair are played by the same people, equally often.
      const played = gestureLabels.indexOf(playback(label).played);
      const group = groups[split];
      const order = permutation(group.length, randomStream(recipe.seed, streams.people, played, s));
      const cast = (k: number) => group[order[k % group.length]!]!;
      const mixed = recipe.variety === 'wide' && label === OTHER;
      const length = recipe[split] * (mixed && split === 'train' ? OTHER_SHARE : 1);
      return Array.from({ length }, (_, k) => ({
        ...{ split, label, person: cast(k) },
        ...(mixed && { activity: wideActivities[k % wideActivities.length]! }),
      }));
    }),
  );
  const numbers = permutation(clips.length, randomStream(recipe.seed, streams.numbers));
  return clips
    .map(({ split, label, person, ...doing }, i) => {
      const number = numbers[i]! + 1;
      const { seed, height, variety } = recipe;
      const wide = variety === 'jester' ? {} : { variety, ...doing };
      return { id: String(number), split, request: { seed, person, take: number, label, height, ...wide } };
    })
    .sort((a, b) => a.request.take - b.request.take);
}

/** The people of each split; nobody is in two. */
export function peopleOf({ people }: Pick<SynthRecipe, 'people'>): Record<Split, number[]> {
  const test = Math.max(1, Math.round(0.1 * people));
  const validation = Math.max(1, Math.round(0.2 * people));
  const ids = Array.from({ length: people }, (_, i) => i);
  const train = people - test - validation;
  return {
    train: ids.slice(0, train),
    validation: ids.slice(train, train + validation),
    test: ids.slice(-test),
  };
}

/**
 * Contents of the lists beside the clips by file name, in Jester's format: `id;label` for training and validation, `id`
 * alone for the test split, one label per line. `test-key.csv` has the labels of the test split, for scoring, and
 * `subjects.csv` the person of every clip. Sets of the wide variety also have `activities.csv`, and with it
 * `train-activities.csv` and `validation-activities.csv`: the labels with what is done in "Doing other things".
 */
export function listFiles(clips: readonly PlannedClip[]): Record<string, string> {
  const of = (split: Split) => clips.filter((clip) => clip.split === split);
  const labelled = ({ id, request }: PlannedClip) => `${id};${request.label}`;
  const fine = ({ id, request }: PlannedClip) => `${id};${request.activity ?? request.label}`;
  return {
    ...(clips.some(({ request }) => request.activity !== undefined) && {
      'activities.csv': lines([...gestureLabels.filter((label) => label !== OTHER), ...wideActivities]),
      'train-activities.csv': lines(of('train').map(fine)),
      'validation-activities.csv': lines(of('validation').map(fine)),
    }),
    'labels.csv': lines(gestureLabels),
    'train.csv': lines(of('train').map(labelled)),
    'validation.csv': lines(of('validation').map(labelled)),
    'test.csv': lines(of('test').map(({ id }) => id)),
    'test-key.csv': lines(of('test').map(labelled)),
    'subjects.csv': lines([
      'id;label;subject;split',
      ...clips.map((clip) => `${labelled(clip)};${clip.request.person};${clip.split}`),
    ]),
  };
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');

function checkRecipe(recipe: SynthRecipe): void {
  if (!varieties.includes(recipe.variety)) {
    throw kinoraError('synth/recipe', 'synthetic data set, variety', {
      expected: `one of ${varieties.join(', ')}`,
      received: String(recipe.variety),
    });
  }
  const limits = { seed: 0, train: 1, validation: 0, test: 0, people: 3, height: 24 };
  for (const [name, least] of Object.entries(limits)) {
    const value = recipe[name as keyof typeof limits];
    const most = name === 'height' ? 800 : Number.MAX_SAFE_INTEGER;
    if (Number.isSafeInteger(value) && value >= least && value <= most) continue;
    throw kinoraError('synth/recipe', `synthetic data set, ${name}`, {
      expected: `a whole number of at least ${least}${name === 'height' ? ` and at most ${most}` : ''}`,
      received: String(value),
    });
  }
}

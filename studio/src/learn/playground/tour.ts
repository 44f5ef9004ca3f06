/** The guided tour: what to read, what it sets up, what to look at. */
import type { Setting } from './engine/setting.js';

export type Part = 'clips' | 'outcome' | 'kernels' | 'settings' | 'slow';

export interface TourStep {
  readonly title: string;
  /** One or two short paragraphs. */
  readonly text: readonly string[];
  /** The part of the figure that is marked. */
  readonly part: Part;
  /** Choices to make first; the others are those of the defaults. */
  readonly setting: Partial<Setting>;
  /** Steps to have trained when it begins. */
  readonly trained: number;
  /** Steps that its button trains up to. */
  readonly train?: number;
  /** Whether its button makes one step in slow motion. */
  readonly slowly?: boolean;
}

export const TOUR: readonly TourStep[] = [
  {
    title: 'Two films, the same pictures',
    text: [
      'Watch the two small films. The second shows exactly the pictures of the first, last one first. One hand moves right, the other moves left.',
      'No single picture tells you which film it is from. Only the order does. Can a network learn to see order?',
    ],
    part: 'clips',
    setting: {},
    trained: 0,
  },
  {
    title: 'Let two networks try',
    text: [
      'Both start from random weights, and see the same 16 clips at every step. They differ in one thing: kernels of the 3D network span three frames, kernels of the 2D network only one.',
      'Train 120 steps and watch the two lines. One leaves 50 %, the other can’t.',
    ],
    part: 'outcome',
    setting: {},
    trained: 0,
    train: 120,
  },
  {
    title: 'What the kernels became',
    text: [
      'Each tile is one kernel of the first layer, played as a film. It began as noise. Now look at the small picture with time running downwards: where it has a slope, the kernel follows something that moves.',
      'The bar below a tile shows which direction makes it answer. Nobody told it to look for directions.',
    ],
    part: 'kernels',
    setting: {},
    trained: 120,
  },
  {
    title: 'Why 2D has to guess',
    text: [
      'A 2D network looks at each picture alone and averages what it found. An average doesn’t know the order, so both films get the same answer, and one of the two answers is wrong. Always 50 %.',
      'More training can’t help. Here your own network is 2D as well: train it and see.',
    ],
    part: 'outcome',
    setting: { depth: 1 },
    trained: 0,
    train: 120,
  },
  {
    title: 'One step in slow motion',
    text: [
      'How does a weight know where to go? Make one step and open it up. For every weight, the network adds up products: what the weight saw, times the error it helped to cause.',
      'Go through the five parts below, and move the box through the clip.',
    ],
    part: 'slow',
    setting: {},
    trained: 20,
    slowly: true,
  },
  {
    title: 'Break it',
    text: [
      'A common trick to get more clips is to mirror half of them. But a mirror turns right into left, and the labels stay as they were: half of them are now wrong.',
      'Train and watch the 3D network fall back to guessing. Then choose “up or down”: there, the same mirror does no harm. The playground is yours.',
    ],
    part: 'settings',
    setting: { augmentation: 'mirror' },
    trained: 0,
    train: 120,
  },
];

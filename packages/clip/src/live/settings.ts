/**
 * The settings of live recognition: how often to predict, over what to average, and when a gesture starts and ends.
 * They travel with a model (`postprocess.ts`) and can be changed while a recognizer runs.
 */
import { type KinoraError, kinoraError } from '../error.js';

/** From predictions to gestures. Times are in seconds on the source's clock. */
export interface LiveSettings {
  /** Seconds between predictions; rounded to whole frames of the spec's rate. */
  readonly stride: number;
  /** Seconds of predictions that are averaged. */
  readonly window: number;
  /** Averaged probability at which a gesture starts, in (0, 1]. */
  readonly threshold: number;
  /** Thresholds of labels that have their own. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** How far below its threshold the probability may fall before the gesture ends. */
  readonly hysteresis: number;
  /** Seconds after a gesture in which none starts. */
  readonly coolDown: number;
  /** Labels that are no gesture. */
  readonly ignored: readonly string[];
  /** Seconds that a network looks at which samples whole videos evenly; the others have a length of their own. 3 if left out. */
  readonly span?: number;
}

/** Settings of a model that has none of its own. */
export const defaultLiveSettings: LiveSettings = {
  stride: 1 / 6,
  window: 0.5,
  threshold: 0.6,
  hysteresis: 0.2,
  coolDown: 0.5,
  // Of the Jester data set; the last one is that of gestures taught in the studio.
  ignored: ['No gesture', 'Doing other things', 'Nothing'],
};

/** Lowest and highest value of each number. */
const RANGES = {
  stride: [0.01, 60],
  window: [0, 60],
  threshold: [0.01, 1],
  hysteresis: [0, 1],
  coolDown: [0, 60],
  span: [0.1, 60],
} as const;

/** Settings with these changes. Throws `recognizer/settings` naming the one that is impossible. */
export function withChanges(settings: LiveSettings, changes: Partial<LiveSettings>): LiveSettings {
  for (const [name, value] of Object.entries(changes)) check(name, value);
  return { ...settings, ...changes };
}

function check(name: string, value: unknown): void {
  if (name === 'ignored') {
    if (Array.isArray(value) && value.every((label) => typeof label === 'string')) return;
    throw impossible(name, 'a list of labels', value);
  }
  if (name === 'thresholds') {
    checkThresholds(value);
    return;
  }
  if (!Object.hasOwn(RANGES, name))
    throw impossible(name, `one of ${[...Object.keys(RANGES), 'ignored', 'thresholds'].join(', ')}`, name);
  const [low, high] = RANGES[name as keyof typeof RANGES];
  if (value === undefined && name === 'span') return;
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw impossible(name, `a number from ${low} to ${high}`, value);
}

function checkThresholds(value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw impossible('thresholds', 'numbers by label', value);
  const [low, high] = RANGES.threshold;
  for (const [label, one] of Object.entries(value))
    if (typeof one !== 'number' || !(one >= low && one <= high))
      throw impossible(`thresholds.${label}`, `a number from ${low} to ${high}`, one);
}

const impossible = (name: string, expected: string, value: unknown): KinoraError =>
  kinoraError('recognizer/settings', `settings.${name}`, expected, JSON.stringify(value) ?? String(value));

/**
 * From predictions to gestures: the settings, the average of the last predictions, and a state machine of two states
 * with a threshold to start, a lower one to end (hysteresis) and a pause after each gesture (cool-down).
 */
import { type KinoraError, kinoraError } from '@kinora/clip';
import type { Gesture, Ranked, Settings } from '../types.js';

/** Settings that `createRecognizer` starts from. */
export const defaultSettings: Settings = {
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
export function withChanges(settings: Settings, changes: Partial<Settings>): Settings {
  for (const [name, value] of Object.entries(changes)) check(name, value);
  return { ...settings, ...changes };
}

function check(name: string, value: unknown): void {
  if (name === 'ignored') {
    if (Array.isArray(value) && value.every((label) => typeof label === 'string')) return;
    throw impossible(name, 'a list of labels', value);
  }
  if (!Object.hasOwn(RANGES, name))
    throw impossible(name, `one of ${[...Object.keys(RANGES), 'ignored'].join(', ')}`, name);
  const [low, high] = RANGES[name as keyof typeof RANGES];
  if (value === undefined && name === 'span') return;
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw impossible(name, `a number from ${low} to ${high}`, value);
}

const impossible = (name: string, expected: string, value: unknown): KinoraError =>
  kinoraError('recognizer/settings', `settings.${name}`, expected, JSON.stringify(value) ?? String(value));

interface Vote {
  readonly time: number;
  readonly probabilities: Float32Array;
}

/** The average of the last predictions: what `settings.window` means. */
export class Smoother {
  #votes: Vote[] = [];

  /** Adds a prediction and returns the mean of those less than `window` seconds old. */
  add(time: number, probabilities: Float32Array, window: number): Float32Array {
    this.#votes = this.#votes.filter((vote) => vote.time < time && vote.time > time - window);
    this.#votes.push({ time, probabilities });
    const mean = new Float32Array(probabilities.length);
    for (const vote of this.#votes)
      for (let i = 0; i < mean.length; i++) mean[i]! += vote.probabilities[i]! / this.#votes.length;
    return mean;
  }

  reset(): void {
    this.#votes = [];
  }
}

interface Current {
  readonly label: string;
  readonly started: number;
  readonly score: number;
}

export class GestureTracker {
  #current: Current | undefined;
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** Takes the ranking at a moment, the likeliest first, and returns what started or ended with it, if anything. */
  update(time: number, ranking: readonly Ranked[], settings: Settings): Gesture | undefined {
    return this.#current === undefined
      ? this.#start(time, ranking[0], settings)
      : this.#follow(time, ranking, settings);
  }

  /** Ends what lasts, for instance because the source has ended. */
  finish(time: number): Gesture | undefined {
    const { label, started, score } = this.#current ?? {};
    this.#current = undefined;
    if (label === undefined) return undefined;
    return { phase: 'ended', label, started: started!, score: score!, ended: Math.max(time, started!) };
  }

  #start(time: number, best: Ranked | undefined, settings: Settings): Gesture | undefined {
    if (best === undefined || best.score < settings.threshold || time < this.#quietUntil) return undefined;
    if (settings.ignored.includes(best.label)) return undefined;
    this.#current = { label: best.label, started: time, score: best.score };
    return { phase: 'started', ...this.#current, ended: null };
  }

  #follow(time: number, ranking: readonly Ranked[], settings: Settings): Gesture | undefined {
    const { label, started, score } = this.#current!;
    const now = ranking.find((one) => one.label === label)?.score ?? 0;
    if (now >= settings.threshold - settings.hysteresis) {
      this.#current = { label, started, score: Math.max(score, now) };
      return undefined;
    }
    this.#quietUntil = time + settings.coolDown;
    return this.finish(time);
  }
}

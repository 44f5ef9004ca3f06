/**
 * From predictions to gestures: the average of the last predictions, and a state machine of two states with a threshold
 * to start, a lower one to end (hysteresis) and a pause after each gesture (cool-down). The recognizer runs it live, and
 * `kinora eval --stream` and `kinora tune` score the same code.
 */
import type { LiveSettings } from './settings.js';

/** A label and its score. */
export interface Ranked {
  readonly label: string;
  /** In [0, 1]. */
  readonly score: number;
}

/** Given twice: when a gesture starts, and when it is over. */
export interface Gesture {
  readonly phase: 'started' | 'ended';
  readonly label: string;
  /** The highest smoothed probability so far. */
  readonly score: number;
  /** Seconds on the source's clock. */
  readonly started: number;
  /** Null while it lasts. */
  readonly ended: number | null;
}

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

/** Labels with their scores, the likeliest first. */
export const rank = (labels: readonly string[], scores: Float32Array): Ranked[] =>
  labels.map((label, i): Ranked => ({ label, score: scores[i]! })).sort((a, b) => b.score - a.score);

interface Current {
  readonly label: string;
  readonly started: number;
  readonly score: number;
}

/** What of the settings decides when a gesture starts and ends. */
export type TrackerSettings = Pick<
  LiveSettings,
  'threshold' | 'thresholds' | 'hysteresis' | 'coolDown' | 'ignored'
>;

/** Rankings to gestures: one gesture at a time starts, lasts and ends. */
export class GestureTracker {
  #current: Current | undefined;
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** Takes the ranking at a moment, the likeliest first, and returns what started or ended with it, if anything. */
  update(time: number, ranking: readonly Ranked[], settings: TrackerSettings): Gesture | undefined {
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

  #start(time: number, best: Ranked | undefined, settings: TrackerSettings): Gesture | undefined {
    if (best === undefined || best.score < thresholdOf(best.label, settings) || time < this.#quietUntil)
      return undefined;
    if (settings.ignored.includes(best.label)) return undefined;
    this.#current = { label: best.label, started: time, score: best.score };
    return { phase: 'started', ...this.#current, ended: null };
  }

  #follow(time: number, ranking: readonly Ranked[], settings: TrackerSettings): Gesture | undefined {
    const { label, started, score } = this.#current!;
    const now = ranking.find((one) => one.label === label)?.score ?? 0;
    if (now >= thresholdOf(label, settings) - settings.hysteresis) {
      this.#current = { label, started, score: Math.max(score, now) };
      return undefined;
    }
    this.#quietUntil = time + settings.coolDown;
    return this.finish(time);
  }
}

const thresholdOf = (label: string, { threshold, thresholds }: TrackerSettings): number =>
  thresholds !== undefined && Object.hasOwn(thresholds, label) ? thresholds[label]! : threshold;

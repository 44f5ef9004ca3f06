/**
 * Averaged probabilities to gestures that start and end: a threshold to start, a lower one to end (hysteresis), and
 * a pause after each (cool-down). A state machine of two states; times are the source's.
 */
import type { Gesture, Ranked, Settings } from './types.js';

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

/**
 * A running source to the clips that a network is shown: frames are brought to the spec's rate by their timestamps, each
 * is prepared once, and every few ticks the clip that ends now is due. The recognizer predicts these clips live, and
 * `kinora eval --stream` scores the same ones.
 */
import { samplePositions } from '../sample.js';
import type { PreprocessSpec } from '../spec.js';
import type { LiveSettings } from './settings.js';
import { Ticks } from './ticks.js';

/** What of the settings decides when and over what to predict. */
export type Pace = Pick<LiveSettings, 'stride' | 'span'>;

/** A clip to predict now. */
export interface DueClip {
  /** uint8 RGB `[T, crop.height, crop.width, 3]`. */
  readonly clip: Uint8Array;
  /** Seconds on the source's clock up to which the clip reaches. */
  readonly time: number;
  /** Share of the clip that has been seen: below 1 in the first seconds, when its last frame is repeated. */
  readonly filled: number;
}

export class LiveClips {
  readonly #spec: PreprocessSpec;
  #pace: Pace;
  #ticks: Ticks;
  /** Prepared frames, one a tick, the newest last: at most as many as a clip spans. */
  #window: Uint8Array[] = [];
  #sinceDue = 0;

  constructor(spec: PreprocessSpec, pace: Pace) {
    this.#spec = spec;
    this.#pace = pace;
    this.#ticks = new Ticks(spec.frameRate);
  }

  configure(pace: Pace): void {
    this.#pace = pace;
  }

  /** Forgets every frame: the source's clock went back, or another source follows. */
  restart(): void {
    this.#ticks = new Ticks(this.#spec.frameRate);
    this.#window = [];
    this.#sinceDue = 0;
  }

  /**
   * The next frame appears at `time` (seconds), or the source ends then. Returns the clip that is due, if one is.
   * @param before returns the pixels `[crop.height, crop.width, 3]` of the frame before; called if it was on the screen
   *   at a tick
   */
  advance(time: number, before: (() => Uint8Array) | undefined): DueClip | undefined {
    const ticks = this.#ticks.advance(time);
    if (before === undefined || ticks === 0) return undefined;
    const length = clipTicks(this.#spec, this.#pace.span);
    const prepared = before();
    for (let i = 0; i < Math.min(ticks, length); i++) this.#window.push(prepared);
    this.#window.splice(0, Math.max(0, this.#window.length - length));
    this.#sinceDue += ticks;
    if (this.#sinceDue < strideTicks(this.#spec, this.#pace)) return undefined;
    this.#sinceDue = 0;
    return { clip: this.#clip(), time: this.#ticks.time, filled: this.#window.length / length };
  }

  #clip(): Uint8Array {
    const size = this.#window[0]!.length;
    const clip = new Uint8Array(clipFrames(this.#spec) * size);
    for (const [i, position] of samplePositions(this.#window.length, this.#spec).entries())
      clip.set(this.#window[position]!, i * size);
    return clip;
  }
}

/** Seconds that a network sees which samples whole videos evenly: the length of most gestures of the Jester data set. */
const UNIFORM_SPAN = 3;

/** Ticks of the spec's rate that a clip of a running source spans. */
export function clipTicks(spec: PreprocessSpec, span: number = UNIFORM_SPAN): number {
  const { sampling, frameRate, stride } = spec;
  return sampling === 'uniform' ? Math.max(1, Math.round(span * frameRate)) : clipFrames(spec) * stride;
}

/** Ticks between two predictions. */
export const strideTicks = ({ frameRate }: Pick<PreprocessSpec, 'frameRate'>, { stride }: Pace): number =>
  Math.max(1, Math.round(stride * frameRate));

/** Frames of a clip. */
export const clipFrames = ({ frames, clips }: PreprocessSpec): number => frames * clips;

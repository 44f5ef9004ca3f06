/**
 * A running source to predictions: frames are brought to the spec's rate by their timestamps, each is prepared once, and
 * every few ticks the clip that ends now is predicted. It sees frames only, never a video or a camera.
 */

import { samplePositions } from '@kinora/clip';
import { clipFrames, prepareChosen } from './clip.js';
import type { Core, RawPrediction } from './core.js';
import { Ticks } from './ticks.js';
import type { Frames, PreprocessSpec, Settings } from './types.js';

/** A frame whose pixels are fetched only if they are needed. */
export interface LiveFrame {
  /** Seconds on the source's clock. */
  readonly time: number;
  pixels(): Frames;
  /** Frees what holds the pixels. */
  release(): void;
}

export interface LivePrediction extends RawPrediction {
  readonly time: number;
  readonly filled: number;
}

/** What of the settings decides when and over what to predict. */
export type Pace = Pick<Settings, 'stride' | 'span'>;

/** Seconds that a network sees which samples whole videos evenly: the length of most gestures of the Jester data set. */
const UNIFORM_SPAN = 3;

export class Live {
  readonly #core: Core;
  readonly #spec: PreprocessSpec;
  #pace: Pace;
  #ticks: Ticks;
  #previous: LiveFrame | undefined;
  /** Prepared frames, one a tick, the newest last: at most as many as a clip spans. */
  #window: Uint8Array[] = [];
  #sincePrediction = 0;

  constructor(core: Core, pace: Pace) {
    this.#core = core;
    this.#spec = core.info.spec;
    this.#pace = pace;
    this.#ticks = new Ticks(this.#spec.frameRate);
  }

  configure(pace: Pace): void {
    this.#pace = pace;
  }

  /** Takes the next frame, and predicts where one is due. A clock that goes back (a video that loops) starts afresh. */
  async feed(frame: LiveFrame): Promise<LivePrediction | undefined> {
    const previous = this.#previous;
    if (previous !== undefined && frame.time <= previous.time) this.#restart();
    this.#previous = frame;
    return this.#pass(previous, frame.time);
  }

  /** The last frame stays on the screen until `time`. */
  async finish(time: number): Promise<LivePrediction | undefined> {
    const last = this.#previous;
    this.#previous = undefined;
    return this.#pass(last, time);
  }

  close(): void {
    this.#previous?.release();
    this.#previous = undefined;
  }

  #restart(): void {
    this.#ticks = new Ticks(this.#spec.frameRate);
    this.#window = [];
    this.#sincePrediction = 0;
  }

  /** The frame before was on the screen until `time`. */
  async #pass(before: LiveFrame | undefined, time: number): Promise<LivePrediction | undefined> {
    const ticks = this.#ticks.advance(time);
    try {
      if (before === undefined || ticks === 0) return undefined;
      const prepared = prepareChosen(before.pixels(), this.#spec);
      for (let i = 0; i < Math.min(ticks, this.#length); i++) this.#window.push(prepared);
    } finally {
      before?.release();
    }
    this.#window.splice(0, Math.max(0, this.#window.length - this.#length));
    this.#sincePrediction += ticks;
    if (this.#sincePrediction < Math.max(1, Math.round(this.#pace.stride * this.#spec.frameRate)))
      return undefined;
    this.#sincePrediction = 0;
    return this.#predict();
  }

  async #predict(): Promise<LivePrediction> {
    const { time } = this.#ticks;
    const filled = this.#window.length / this.#length;
    const positions = samplePositions(this.#window.length, this.#spec);
    const size = this.#window[0]!.length;
    const clip = new Uint8Array(clipFrames(this.#spec) * size);
    for (const [i, position] of positions.entries()) clip.set(this.#window[position]!, i * size);
    const [prediction] = await this.#core.predict(clip);
    return { ...prediction!, time, filled };
  }

  /** Ticks that a clip spans. */
  get #length(): number {
    const { sampling, frameRate, stride } = this.#spec;
    if (sampling === 'uniform') return Math.max(1, Math.round((this.#pace.span ?? UNIFORM_SPAN) * frameRate));
    return clipFrames(this.#spec) * stride;
  }
}

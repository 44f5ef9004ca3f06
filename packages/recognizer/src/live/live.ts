/**
 * A running source to predictions: frames are brought to the spec's rate by their timestamps, each is prepared once, and
 * every few ticks the clip that ends now is predicted. It sees frames only, never a video or a camera.
 */
import { type Frames, kinoraError, type PreprocessSpec, samplePositions } from '@kinora/clip';
import { clipFrames, clipTicks, prepareChosen } from '../inputs/clip.js';
import type { Predictor, RawPrediction } from '../runtime/predictor.js';
import type { Settings } from '../types.js';

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

/** Seconds, 30,000 years: beyond it ticks could not be counted exactly. */
const LATEST = 1e12;

export class Live {
  readonly #predictor: Predictor;
  readonly #spec: PreprocessSpec;
  #pace: Pace;
  #ticks: Ticks;
  #previous: LiveFrame | undefined;
  /** Prepared frames, one a tick, the newest last: at most as many as a clip spans. */
  #window: Uint8Array[] = [];
  #sincePrediction = 0;

  constructor(predictor: Predictor, pace: Pace) {
    this.#predictor = predictor;
    this.#spec = predictor.info.spec;
    this.#pace = pace;
    this.#ticks = new Ticks(this.#spec.frameRate);
  }

  configure(pace: Pace): void {
    this.#pace = pace;
  }

  /** Takes the next frame, and predicts where one is due. A clock that goes back (a video that loops) starts afresh. */
  async feed(frame: LiveFrame): Promise<LivePrediction | undefined> {
    const previous = this.#previous;
    if (!(Math.abs(frame.time) <= LATEST)) {
      frame.release();
      throw kinoraError('recognizer/frames', 'a frame', 'its time in seconds', `${frame.time}`);
    }
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
    const [prediction] = await this.#predictor.predict(clip);
    return { ...prediction!, time, filled };
  }

  /** Ticks that a clip spans. */
  get #length(): number {
    return clipTicks(this.#spec, this.#pace.span);
  }
}

/** One millionth of a second: timestamps that differ by rounding of their time base count as equal. */
const SAME = 1e-6;

/**
 * A running source at the spec's frame rate: which of its frames is on the screen at each tick. Gives what
 * `resampleByTime` gives for the whole video: a frame is known to be on the screen at a tick only once the next has come.
 */
export class Ticks {
  readonly #rate: number;
  /** Time of the first frame, which is tick 0. */
  #first: number | undefined;
  #next = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /**
   * A new frame appears at `time` (seconds). Returns how many ticks the frame before it was on the screen for: 0 where it
   * is not needed.
   */
  advance(time: number): number {
    if (this.#first === undefined) {
      this.#first = time;
      return 0;
    }
    const from = this.#next;
    // The frame before shows at tick k unless this one already does. A clock may leap, so the ticks are not counted one by one.
    this.#next = Math.max(from, Math.floor((time - SAME - this.#first) * this.#rate) - 1);
    while (this.#first + this.#next / this.#rate + SAME < time) this.#next++;
    return this.#next - from;
  }

  /** Time of the last tick that was filled. */
  get time(): number {
    return (this.#first ?? 0) + Math.max(0, this.#next - 1) / this.#rate;
  }
}

/**
 * A running source to predictions: frames are brought to the spec's rate by their timestamps, each is prepared once, and
 * every few ticks the clip that ends now is predicted. It sees frames only, never a video or a camera.
 */
import { type DueClip, type Frames, kinoraError, LiveClips, type Pace } from '@kinora/clip';
import { prepareChosen } from '../inputs/clip.js';
import type { LivePrediction } from '../runtime/prediction.js';
import type { Predictor } from '../runtime/predictor.js';

/** A frame whose pixels are fetched only if they are needed. */
export interface LiveFrame {
  /** Seconds on the source's clock. */
  readonly time: number;
  pixels(): Frames;
  /** Frees what holds the pixels. */
  release(): void;
}

/** Seconds, 30,000 years: beyond it ticks could not be counted exactly. */
const LATEST = 1e12;

export class Live {
  readonly #predictor: Predictor;
  readonly #clips: LiveClips;
  readonly #withClips: boolean;
  #previous: LiveFrame | undefined;

  /** @param withClips whether predictions carry the clip that they are of */
  constructor(predictor: Predictor, pace: Pace, withClips = false) {
    this.#predictor = predictor;
    this.#withClips = withClips;
    this.#clips = new LiveClips(predictor.info.spec, pace);
  }

  configure(pace: Pace): void {
    this.#clips.configure(pace);
  }

  /** Takes the next frame, and predicts where one is due. A clock that goes back (a video that loops) starts afresh. */
  async feed(frame: LiveFrame): Promise<LivePrediction | undefined> {
    const previous = this.#previous;
    if (!(Math.abs(frame.time) <= LATEST)) {
      frame.release();
      throw kinoraError('recognizer/frames', 'a frame', 'its time in seconds', `${frame.time}`);
    }
    if (previous !== undefined && frame.time <= previous.time) this.#clips.restart();
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

  /** The frame before was on the screen until `time`. */
  async #pass(before: LiveFrame | undefined, time: number): Promise<LivePrediction | undefined> {
    let due: DueClip | undefined;
    try {
      const { spec } = this.#predictor.info;
      due = this.#clips.advance(time, before && (() => prepareChosen(before.pixels(), spec)));
    } finally {
      before?.release();
    }
    if (due === undefined) return undefined;
    const [prediction] = await this.#predictor.predict(due.clip);
    const { time: until, filled, clip } = due;
    return { ...prediction!, time: until, filled, ...(this.#withClips && { clip }) };
  }
}

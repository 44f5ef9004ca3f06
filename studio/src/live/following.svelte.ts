/** Runs a network on a video and holds its current and recent predictions, gestures and rates, as state for the rooms. */
import type { BrowserRecognizer, Gesture, Prediction, Status } from '@kinora/recognizer';
import { type Moment, rate, remember } from './history.js';

export interface LoggedGesture extends Gesture {
  /** Counts up. */
  readonly id: number;
  /** Milliseconds of `performance.now()` at which it started and ended. */
  readonly from: number;
  readonly until: number | undefined;
}

/** Gestures that the log keeps. */
const LOGGED = 50;

export class Following {
  readonly #recognizer: BrowserRecognizer;
  readonly #clips: boolean;
  readonly #off: (() => void)[];
  #predictions: number[] = [];
  #frames: number[] = [];
  #stopFrames = (): void => {};
  #began = 0;
  #hiddenSince: number | undefined;
  prediction = $state.raw<Prediction>();
  moments = $state.raw<readonly Moment[]>([]);
  log = $state.raw<readonly LoggedGesture[]>([]);
  status = $state.raw<Status>({ state: 'idle', reason: 'no camera or video is open' });
  problem = $state('');
  remark = $state('');
  /** Per second: predictions, and frames of the source. */
  rates = $state.raw({ predictions: 0, frames: 0 });
  /** Milliseconds from opening the source to the first prediction. */
  first = $state<number>();

  /** @param clips whether predictions carry the clip that the network saw */
  constructor(recognizer: BrowserRecognizer, { clips = false } = {}) {
    this.#recognizer = recognizer;
    this.#clips = clips;
    this.#off = [
      recognizer.on('prediction', (prediction) => this.#predicted(prediction)),
      recognizer.on('gesture', (gesture) => this.#gesture(gesture)),
      recognizer.on('status', (status) => this.#setStatus(status)),
      recognizer.on('error', ({ message }) => {
        this.problem = message;
      }),
    ];
  }

  /** The ongoing gesture. */
  get current(): LoggedGesture | undefined {
    const [last] = this.log;
    return last?.until === undefined ? last : undefined;
  }

  attach(video: HTMLVideoElement): () => void {
    this.problem = '';
    this.prediction = undefined;
    this.moments = [];
    this.first = undefined;
    this.#began = performance.now();
    const left = new AbortController();
    this.#watch(video, left.signal);
    this.#countFrames(video);
    return () => {
      left.abort();
      this.#stopFrames();
      this.#end(performance.now());
    };
  }

  /** Resumes when the reader plays an ended video again. */
  #watch(video: HTMLVideoElement, left: AbortSignal): void {
    // A file is taken to be the recording of a camera.
    const mirror = this.#recognizer.info.spec.mirrored;
    const { detach, ended } = this.#recognizer.attach(video, { mirror, clips: this.#clips });
    left.addEventListener('abort', detach);
    void ended.then(() => {
      const again = (): void => this.#watch(video, left);
      if (left.aborted) return;
      this.#end(performance.now());
      if (video.paused) video.addEventListener('play', again, { once: true, signal: left });
      else again();
    });
  }

  close(): void {
    for (const off of this.#off) off();
  }

  #predicted(prediction: Prediction): void {
    const at = performance.now();
    this.first ??= at - this.#began;
    this.prediction = prediction;
    const { length } = prediction.smoothed;
    // Gestures that were taught meanwhile are other labels.
    const same = this.moments.filter(({ scores }) => scores.length === length);
    this.moments = remember(same, { at, scores: prediction.smoothed });
    this.#predictions = [...this.#predictions.slice(-60), at];
    this.rates = { predictions: rate(this.#predictions, at), frames: rate(this.#frames, at) };
  }

  #gesture(gesture: Gesture): void {
    const now = performance.now();
    const [last, ...earlier] = this.log;
    if (gesture.phase === 'started') {
      const id = (last?.id ?? 0) + 1;
      this.log = [{ ...gesture, id, from: now, until: undefined }, ...this.log].slice(0, LOGGED);
    } else if (last !== undefined && last.until === undefined)
      this.log = [{ ...last, ...gesture, until: now }, ...earlier];
  }

  /** Ends a gesture that is still ongoing when the source stops. */
  #end(now: number): void {
    const [last, ...earlier] = this.log;
    if (last !== undefined && last.until === undefined) this.log = [{ ...last, until: now }, ...earlier];
  }

  #setStatus(status: Status): void {
    this.status = status;
    if (document.hidden) this.#hiddenSince ??= performance.now();
    else if (this.#hiddenSince !== undefined) {
      const seconds = (performance.now() - this.#hiddenSince) / 1000;
      this.remark = `The tab was in the background for ${seconds.toFixed(0)} s. Browsers pause video there, so nothing was recognised. Keep the tab in front.`;
      this.#hiddenSince = undefined;
    }
  }

  #countFrames(video: HTMLVideoElement): void {
    this.#stopFrames();
    this.#frames = [];
    if (!('requestVideoFrameCallback' in video)) return;
    const next = (now: number): void => {
      this.#frames = [...this.#frames.slice(-120), now];
      handle = video.requestVideoFrameCallback(next);
    };
    let handle = video.requestVideoFrameCallback(next);
    this.#stopFrames = () => video.cancelVideoFrameCallback(handle);
  }
}

/**
 * What browser and Node share: predictions are smoothed and ranked, gestures start and end, listeners hear of it. How
 * clips are predicted and sources followed is each side's own business.
 */
import { defaultSettings, GestureTracker, Smoother, withChanges } from './gestures.js';
import type { LivePrediction } from './live.js';
import type { RawPrediction } from './predictor.js';
import type {
  Attachment,
  Backend,
  ModelInfo,
  Prediction,
  PredictOptions,
  Ranked,
  Recognizer,
  RecognizerEvents,
  Settings,
} from './types.js';

export abstract class BaseRecognizer<Source, Clip> implements Recognizer<Source, Clip> {
  abstract readonly backend: Backend;
  readonly info: ModelInfo;
  readonly #emitter = new Emitter();
  readonly #smoother = new Smoother();
  #gestures = new GestureTracker();
  #settings: Settings;
  #attachment: Attachment | undefined;

  constructor(info: ModelInfo, settings: Partial<Settings> = {}) {
    this.info = info;
    this.#settings = withChanges(defaultSettings, settings);
  }

  abstract prepare(clip: Clip): Promise<Uint8Array>;
  protected abstract rawPredictions(clips: Uint8Array, maps: readonly string[]): Promise<RawPrediction[]>;
  /** Begins to follow a source, which ends the attachment by itself when it is over. */
  protected abstract follow(source: Source): Attachment;
  /** Tells whoever predicts of other settings. */
  protected abstract settingsChanged(settings: Settings): void;
  protected abstract free(): Promise<void>;

  get settings(): Settings {
    return this.#settings;
  }

  configure(changes: Partial<Settings>): void {
    this.#settings = withChanges(this.#settings, changes);
    this.settingsChanged(this.#settings);
  }

  attach(source: Source): Attachment {
    this.#attachment?.detach();
    this.#smoother.reset();
    this.#gestures = new GestureTracker();
    this.#attachment = this.follow(source);
    return this.#attachment;
  }

  async predict(clip: Clip, options: PredictOptions = {}): Promise<Prediction> {
    const [prediction] = await this.predictPrepared(await this.prepare(clip), options);
    return prediction!;
  }

  async predictPrepared(clips: Uint8Array, { maps = [] }: PredictOptions = {}): Promise<Prediction[]> {
    const { frameRate, frames, clips: parts, stride } = this.info.spec;
    const time = (frames * parts * stride) / frameRate;
    const raw = await this.rawPredictions(clips, maps);
    return raw.map((one) => this.#prediction({ ...one, time, filled: 1 }, one.probabilities));
  }

  on<Name extends keyof RecognizerEvents>(
    event: Name,
    listener: (event: RecognizerEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(event, listener);
  }

  async close(): Promise<void> {
    this.#attachment?.detach();
    this.#emitter.clear();
    await this.free();
  }

  protected emit<Name extends keyof RecognizerEvents>(name: Name, event: RecognizerEvents[Name]): void {
    this.#emitter.emit(name, event);
  }

  /** A prediction of the attached source. */
  protected predicted(raw: LivePrediction): void {
    const smoothed = this.#smoother.add(raw.time, raw.probabilities, this.#settings.window);
    const prediction = this.#prediction(raw, smoothed);
    this.#emitter.emit('prediction', prediction);
    const gesture = this.#gestures.update(raw.time, prediction.top, this.#settings);
    if (gesture !== undefined) this.#emitter.emit('gesture', gesture);
  }

  /** The attached source is over. */
  protected sourceEnded(time: number): void {
    const gesture = this.#gestures.finish(time);
    if (gesture !== undefined) this.#emitter.emit('gesture', gesture);
  }

  #prediction(raw: LivePrediction, smoothed: Float32Array): Prediction {
    return { ...raw, smoothed, top: this.#ranking(smoothed) };
  }

  #ranking(scores: Float32Array): Ranked[] {
    return this.info.labels
      .map((label, i) => ({ label, score: scores[i]! }))
      .sort((a, b) => b.score - a.score);
  }
}

type Listener<Name extends keyof RecognizerEvents> = (event: RecognizerEvents[Name]) => void;

/** Listeners by event. One that throws does not keep the others from hearing. */
class Emitter {
  readonly #listeners = new Map<keyof RecognizerEvents, Set<(event: never) => void>>();

  on<Name extends keyof RecognizerEvents>(event: Name, listener: Listener<Name>): () => void {
    const own = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, own.add(listener));
    return () => own.delete(listener);
  }

  emit<Name extends keyof RecognizerEvents>(name: Name, event: RecognizerEvents[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])] as Listener<Name>[]) {
      try {
        listener(event);
      } catch (error) {
        // As a DOM event would: the error is reported, not swallowed.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}

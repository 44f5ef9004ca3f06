/**
 * What browser and Node share: predictions are smoothed and ranked, gestures start and end, listeners hear of it. How
 * clips are predicted and sources followed is each side's own business.
 */
import {
  defaultLiveSettings,
  type Gesture,
  GestureTracker,
  type KinoraError,
  kinoraError,
  rank,
  Smoother,
  withChanges,
} from '@kinora/clip';
import { type Abortable, abortable } from './abort.js';
import type { LivePrediction, RawPrediction } from './runtime/prediction.js';
import { type Head, predictHead } from './teaching/head.js';
import { checkHead, readHead } from './teaching/head-file.js';
import type {
  Attachment,
  AttachOptions,
  Backend,
  GestureFile,
  ModelInfo,
  ModelSource,
  Prediction,
  PredictOptions,
  PrepareOptions,
  Recognition,
  Recognizer,
  RecognizerEvents,
  Settings,
} from './types.js';

/** Frames one by one, for `recognizeFor`. */
export interface Feed<Frame> {
  /** Takes the frame shown at `time` (seconds), or drops it where too many wait. */
  push(frame: Frame, time: number): void;
  detach(): void;
}

/** Share of the clip that has to be seen before a taught gesture counts: heads are taught whole clips. */
const TAUGHT_FILLED = 0.75;

export abstract class BaseRecognizer<Source, Clip, Frame> implements Recognizer<Source, Clip, Frame> {
  abstract readonly backend: Backend;
  #info: ModelInfo;
  readonly #emitter = new Emitter();
  readonly #smoother = new Smoother();
  #gestures = new GestureTracker();
  #settings: Settings;
  #attachment: Attachment | undefined;
  #feed: { readonly feed: Feed<Frame>; last: number } | undefined;
  #problem: Error | undefined;
  #latest: Recognition = { top: [] };
  #head: Head | undefined;
  #closing: Promise<void> | undefined;

  constructor(info: ModelInfo, settings: Partial<Settings> = {}) {
    this.#info = info;
    this.#settings = withChanges(modelSettings(info), settings);
  }

  /** The clip's pixels, `[T, crop.height, crop.width, 3]`. */
  protected abstract pixels(clip: Clip, options: PrepareOptions): Promise<Uint8Array>;
  protected abstract rawPredictions(
    clips: Uint8Array,
    maps: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<RawPrediction[]>;
  /** Begins to follow a source, which ends the attachment by itself when it is over. */
  protected abstract follow(source: Source, options: Omit<AttachOptions, 'signal'>): Attachment;
  /** Begins to take frames. */
  protected abstract openFeed(failed: (error: Error) => void): Feed<Frame>;
  protected abstract readText(file: string | URL, signal: AbortSignal | undefined): Promise<string>;
  /** Tells whoever predicts of other settings. */
  protected abstract settingsChanged(settings: Settings): void;
  /** Runs another network from now on, and tells what it is. What was asked before is answered by the network before. */
  protected abstract replaceModel(model: ModelSource): Promise<ModelInfo>;
  protected abstract free(): Promise<void>;

  get info(): ModelInfo {
    return this.#info;
  }

  get settings(): Settings {
    return this.#settings;
  }

  get labels(): readonly string[] {
    return this.#head?.labels ?? this.info.labels;
  }

  configure(changes: Partial<Settings>): void {
    this.#checkOpen('configure()');
    this.#settings = withChanges(this.#settings, changes);
    this.settingsChanged(this.#settings);
  }

  attach(source: Source, { signal, ...options }: AttachOptions = {}): Attachment {
    this.#checkOpen('attach()');
    signal?.throwIfAborted();
    this.#startAfresh();
    const attachment = this.follow(source, options);
    this.#attachment = attachment;
    if (signal !== undefined) {
      const listening = new AbortController();
      signal.addEventListener('abort', () => attachment.detach(), { signal: listening.signal });
      void attachment.ended.then(() => listening.abort());
    }
    return attachment;
  }

  recognizeFor(frame: Frame, timestampMs: number): Recognition {
    this.#checkOpen('recognizeFor()');
    if (!Number.isFinite(timestampMs))
      throw kinoraError('recognizer/frames', 'recognizeFor()', 'a time in milliseconds', `${timestampMs}`, {
        hint: 'pass performance.now()',
      });
    const problem = this.#problem;
    if (problem !== undefined) {
      this.#startAfresh();
      throw problem;
    }
    if (this.#feed === undefined) {
      this.#startAfresh();
      const feed = this.openFeed((error) => {
        if (this.#feed?.feed !== feed) return;
        this.#problem = error;
        this.emit('error', error);
      });
      this.#feed = { feed, last: Number.NaN };
    }
    if (timestampMs !== this.#feed.last) this.#feed.feed.push(frame, timestampMs / 1000);
    this.#feed.last = timestampMs;
    return this.#latest;
  }

  async prepare(clip: Clip, options: PrepareOptions = {}): Promise<Uint8Array> {
    this.#checkOpen('prepare()');
    options.signal?.throwIfAborted();
    return abortable(this.pixels(clip, options), options.signal);
  }

  async predict(clip: Clip, options: PredictOptions = {}): Promise<Prediction> {
    const [prediction] = await this.predictPrepared(await this.prepare(clip, options), options);
    return prediction!;
  }

  async predictPrepared(
    clips: Uint8Array,
    { maps = [], signal }: PredictOptions = {},
  ): Promise<Prediction[]> {
    this.#checkOpen('predict()');
    signal?.throwIfAborted();
    const { frameRate, frames, clips: parts, stride } = this.info.spec;
    const time = (frames * parts * stride) / frameRate;
    const head = this.#head;
    const raw = await abortable(this.rawPredictions(clips, maps, signal), signal);
    return raw.map((one) => {
      const read = readBy(head, { ...one, time, filled: 1 });
      return prediction(read, read.probabilities, head?.labels ?? this.info.labels);
    });
  }

  async useGestures(gestures: GestureFile | null, { signal }: Abortable = {}): Promise<void> {
    this.#checkOpen('useGestures()');
    signal?.throwIfAborted();
    const head = gestures === null ? undefined : await abortable(this.#openHead(gestures, signal), signal);
    this.sourceEnded(this.#latest.prediction?.time ?? 0);
    this.#forget();
    this.#head = head;
  }

  async useModel(model: ModelSource, { signal }: Abortable = {}): Promise<void> {
    this.#checkOpen('useModel()');
    signal?.throwIfAborted();
    const before = this.labels;
    this.#info = await this.replaceModel(model);
    this.#head = undefined;
    if (before.join('\n') === this.labels.join('\n')) return;
    this.sourceEnded(this.#latest.prediction?.time ?? 0);
    this.#forget();
  }

  on<Name extends keyof RecognizerEvents>(
    event: Name,
    listener: (event: RecognizerEvents[Name]) => void,
    { signal }: Abortable = {},
  ): () => void {
    if (signal?.aborted === true) return () => {};
    const off = this.#emitter.on(event, listener);
    signal?.addEventListener('abort', off, { once: true });
    return () => {
      signal?.removeEventListener('abort', off);
      off();
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const attachment = this.#attachment;
    this.#detach();
    this.#emitter.clear();
    await attachment?.ended;
    await this.free();
  }

  protected emit<Name extends keyof RecognizerEvents>(name: Name, event: RecognizerEvents[Name]): void {
    this.#emitter.emit(name, event);
  }

  /** A prediction of the attached source. */
  protected predicted(raw: LivePrediction): void {
    const read = readBy(this.#head, raw);
    // Of the network before `useModel`, which had other labels.
    if (read.probabilities.length !== this.labels.length) return;
    const smoothed = this.#smoother.add(raw.time, read.probabilities, this.#settings.window);
    const made = prediction(read, smoothed, this.labels);
    const { gesture: before } = this.#latest;
    this.#latest = { top: made.top, prediction: made, ...(before && { gesture: before }) };
    this.#emitter.emit('prediction', made);
    if (this.#head === undefined || raw.filled >= TAUGHT_FILLED)
      this.#tell(this.#gestures.update(raw.time, made.top, this.#settings));
  }

  /** The attached source is over. */
  protected sourceEnded(time: number): void {
    this.#tell(this.#gestures.finish(time));
  }

  #tell(gesture: Gesture | undefined): void {
    if (gesture === undefined) return;
    const { gesture: _, ...latest } = this.#latest;
    this.#latest = gesture.phase === 'started' ? { ...latest, gesture } : latest;
    this.#emitter.emit('gesture', gesture);
  }

  #detach(): void {
    this.#attachment?.detach();
    this.#attachment = undefined;
    this.#feed?.feed.detach();
    this.#feed = undefined;
  }

  #startAfresh(): void {
    this.#detach();
    this.#problem = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#smoother.reset();
    this.#gestures = new GestureTracker();
    this.#latest = { top: [] };
  }

  async #openHead(gestures: GestureFile, signal: AbortSignal | undefined): Promise<Head> {
    if (gestures instanceof Blob)
      return readHead(
        await gestures.text(),
        gestures instanceof File ? gestures.name : 'gestures',
        this.info,
      );
    if (typeof gestures === 'string' || gestures instanceof URL)
      return readHead(await this.readText(gestures, signal), String(gestures), this.info);
    return checkHead(gestures, this.info.features);
  }

  #checkOpen(where: string): void {
    if (this.#closing !== undefined) throw closed(where);
  }
}

const closed = (where: string): KinoraError =>
  kinoraError('recognizer/closed', where, 'an open recognizer', 'one that was closed', {
    hint: 'open another with createRecognizer()',
  });

/** Settings that a recognizer of this model starts from: the defaults, with those laid over them that were fitted for the model. */
export const modelSettings = ({ postprocess }: Pick<ModelInfo, 'postprocess'>): Settings =>
  withChanges(defaultLiveSettings, postprocess.settings);

/** The answers of the head, where there is one, instead of the network's. */
const readBy = <Raw extends RawPrediction>(head: Head | undefined, raw: Raw): Raw =>
  head === undefined ? raw : { ...raw, probabilities: predictHead(head, raw.features) };

const prediction = (raw: LivePrediction, smoothed: Float32Array, labels: readonly string[]): Prediction => ({
  ...raw,
  smoothed,
  top: rank(labels, smoothed),
});

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

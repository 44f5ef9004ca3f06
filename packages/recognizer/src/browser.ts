/** @kinora/recognizer in browsers: onnxruntime-web in a worker; the page only hands over frames and hears of gestures. */
import { defaultLiveSettings, type KinoraError, kinoraError, withChanges } from '@kinora/clip';
import type { Abortable } from './abort.js';
import { absolute, type BrowserClip, clipPixels, mirrorsUnasked } from './inputs/browser-clip.js';
import { type FrameSink, followVideo } from './inputs/video-frames.js';
import { isPackageName } from './model/package-name.js';
import { BaseRecognizer, type Feed } from './recognizer.js';
import type { LivePrediction, RawPrediction } from './runtime/prediction.js';
import type {
  Attachment,
  AttachOptions,
  Backend,
  ModelInfo,
  ModelSource,
  PrepareOptions,
  Recognizer,
  Settings,
} from './types.js';
import { startWorker } from './worker/start-worker.js';
import { type OpenRequest, type Questions, WorkerClient } from './worker/worker-calls.js';

export { defaultLiveSettings as defaultSettings, GestureTracker, Smoother } from '@kinora/clip';
export { readModelInfo, readModelWeights } from './model/model-file.js';
export { modelSettings } from './recognizer.js';
export { type HeadOptions, NOTHING, predictHead, type TaughtClass, trainHead } from './teaching/head.js';
export { readHead, writeHead } from './teaching/head-file.js';
export { type Check, leaveOneOut } from './teaching/leave-one-out.js';
export * from './teaching/lesson-file.js';
export { type BrowserTrainer, createTrainer, type TrainerOptions } from './training/browser.js';
export type * from './training/types.js';
export type * from './types.js';

/** How to open a model in a page. `signal` gives up, and ends the worker. */
export interface RecognizerOptions extends Abortable {
  /** An ONNX file that `kinora export` wrote: its address (`model` of `@kinora/gestures` is one), its bytes, or a file of the reader's. */
  readonly model: ModelSource | ArrayBuffer;
  /** Left out or `auto`: WebGPU where it runs the network, else WebAssembly. */
  readonly backend?: 'auto' | 'wasm' | 'webgpu';
  /** Of WebAssembly; left out: those of the machine, at most 4. One where the page is not cross-origin isolated. */
  readonly threads?: number;
  readonly settings?: Partial<Settings>;
  /** Address of a copy of this package's `dist/runtime`, where the bundler does not place the .wasm files. */
  readonly runtime?: string | URL;
  /** Starts the worker, where the bundler does not understand `new Worker(new URL(...))`. */
  readonly worker?: () => Worker;
}

/** A `<video>` that plays a camera or a file. */
export type BrowserSource = HTMLVideoElement;
/** What `createImageBitmap` takes: a `<video>`, a canvas, an `ImageData`, an `ImageBitmap`, a `VideoFrame`. */
export type BrowserFrame = ImageBitmapSource;
export type { BrowserClip } from './inputs/browser-clip.js';
export { type SeekOptions, seekVideo } from './inputs/video-clip.js';
export type BrowserRecognizer = Recognizer<BrowserSource, BrowserClip, BrowserFrame>;

/**
 * Opens a model in a worker, so that the page never waits for the network.
 * @throws RecognizerError `recognizer/model` for what is no model of Kinora's, `recognizer/webgpu`, `recognizer/worker`
 */
export async function createRecognizer(options: RecognizerOptions): Promise<BrowserRecognizer> {
  const { model, backend = 'auto', threads, settings = {}, runtime, worker = startWorker, signal } = options;
  signal?.throwIfAborted();
  withChanges(defaultLiveSettings, settings);
  const source = addressOrBytes(model);
  const client = new WorkerClient<Questions>(worker());
  try {
    const ask: OpenRequest = {
      model: source,
      backend,
      threads,
      runtime: runtime === undefined ? undefined : absolute(runtime),
    };
    const opened = await client.ask('open', ask, { signal });
    return new InBrowser(client, opened.info, opened.backend, settings);
  } catch (error) {
    client.end();
    throw error;
  }
}

function addressOrBytes(model: RecognizerOptions['model']): string | Uint8Array | Blob {
  if (isPackageName(model)) throw onlyInNode(model);
  if (model instanceof ArrayBuffer) return new Uint8Array(model);
  return model instanceof Uint8Array || model instanceof Blob ? model : absolute(model);
}

/** A page knows addresses only; a bundler makes one of a package's file where it is imported. */
const onlyInNode = (name: string): KinoraError =>
  kinoraError(
    'recognizer/package',
    'createRecognizer()',
    "the address of a model, or a model's bytes",
    name,
    {
      hint: `in a page, import { model } from '${name}' and pass that; the name alone is for Node`,
    },
  );

/** Frames that may wait for the worker; more are dropped, so that a slow machine stays close to now. */
const MOST_WAITING = 4;

class InBrowser
  extends BaseRecognizer<BrowserSource, BrowserClip, BrowserFrame>
  implements BrowserRecognizer
{
  readonly backend: Backend;
  readonly #client: WorkerClient<Questions>;

  constructor(
    client: WorkerClient<Questions>,
    info: ModelInfo,
    backend: Backend,
    settings: Partial<Settings>,
  ) {
    super(info, settings);
    this.#client = client;
    this.backend = backend;
  }

  protected async pixels(clip: BrowserClip, { signal, mirror }: PrepareOptions): Promise<Uint8Array> {
    const mirrored = mirror ?? mirrorsUnasked(clip, this.info.spec);
    return clipPixels(clip, this.info.spec, signal, {
      picture: (bitmap) =>
        this.#client.ask('picture', { bitmap, mirror: mirrored }, { transfer: [bitmap], signal }),
      frames: (frames) => this.#client.ask('prepare', { frames, mirror: mirrored }, { signal }),
    });
  }

  protected rawPredictions(
    clips: Uint8Array,
    maps: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<RawPrediction[]> {
    return this.#client.ask('predict', { clips, maps }, { signal });
  }

  protected replaceModel(model: ModelSource): Promise<ModelInfo> {
    return this.#client.ask('use', { model: addressOrBytes(model) });
  }

  protected async readText(file: string | URL, signal: AbortSignal | undefined): Promise<string> {
    const address = absolute(file);
    const refuse = (received: string): never => {
      throw kinoraError('head/file', address, 'a file saved by Teach', received);
    };
    const response = await fetch(address, { signal: signal ?? null }).catch((cause) => {
      signal?.throwIfAborted();
      return refuse(String(cause));
    });
    if (!response.ok) refuse(`status ${response.status} ${response.statusText}`.trim());
    return response.text();
  }

  protected settingsChanged({ stride, span }: Settings): void {
    this.#client.ask('pace', { stride, ...(span === undefined ? {} : { span }) }).catch(this.#report);
  }

  protected openFeed(failed: (error: Error) => void): Feed<BrowserFrame> {
    this.#begin(failed);
    const left = new AbortController();
    const detach = (): void => left.abort();
    /** Frames of one feed come from one source. */
    let source: BrowserFrame | undefined;
    const sink = this.#sink(detach, left.signal, () => mirrorsUnasked(source, this.info.spec), failed);
    let queue: Promise<void> = Promise.resolve();
    return {
      push: (frame, time) => {
        if (!sink.wants() || isWithoutPicture(frame)) return;
        source = frame;
        const bitmap = createImageBitmap(frame);
        queue = queue
          .then(async () => {
            const ready = await bitmap;
            if (left.signal.aborted) ready.close();
            else sink.frame(time, ready);
          })
          .catch(failed);
      },
      detach,
    };
  }

  protected follow(video: BrowserSource, { mirror, clips = false }: AttachOptions): Attachment {
    if (!(video instanceof HTMLVideoElement)) throw noVideo(video);
    this.#begin(this.#report, clips);
    let over = (): void => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const left = new AbortController();
    const sink = this.#sink(
      () => detach(),
      left.signal,
      () => mirror ?? mirrorsUnasked(video, this.info.spec),
    );
    const stop = followVideo(video, this.info.spec.frameRate, sink);
    const detach = (): void => {
      stop();
      left.abort();
      over();
    };
    return { detach, ended };
  }

  protected async free(): Promise<void> {
    // A worker that has failed is gone, and has said so to whoever asked it.
    await this.#client.ask('close', undefined).catch(() => {});
    this.#client.end();
  }

  #begin(failed: (error: Error) => void, clips = false): void {
    const { stride, span } = this.settings;
    const pace = { stride, ...(span === undefined ? {} : { span }) };
    this.#client.ask('begin', { pace, clips }).catch(failed);
  }

  /** @param left fired by `detach`: what the worker answers after that is of a source that was left, and is dropped */
  #sink(
    detach: () => void,
    left: AbortSignal,
    mirrors: () => boolean,
    report: (error: Error) => void = this.#report,
  ): FrameSink {
    let waiting = 0;
    const tell = (prediction: LivePrediction | undefined): void => {
      if (prediction !== undefined && !left.aborted) this.predicted(prediction);
    };
    const failed = (error: Error): void => {
      if (left.aborted) return;
      detach();
      report(error);
    };
    return {
      wants: () => waiting < MOST_WAITING,
      frame: (time, bitmap) => {
        waiting++;
        this.#client
          .ask('frame', { time, bitmap, mirror: mirrors() }, { transfer: [bitmap] })
          .then(tell, failed)
          .finally(() => waiting--);
      },
      status: (status) => this.emit('status', status),
      ended: (time) => {
        const end = time + 1 / this.info.spec.frameRate;
        this.#client
          .ask('finish', { time: end })
          .then(tell, failed)
          .then(() => {
            if (left.aborted) return;
            this.sourceEnded(end);
            detach();
          });
      },
      failed,
    };
  }

  readonly #report = (error: Error): void => this.emit('error', error);
}

/** A video that has shown nothing yet: callers start their loop before it does. */
const isWithoutPicture = (frame: BrowserFrame): boolean =>
  frame instanceof HTMLVideoElement && (frame.readyState < HAVE_CURRENT_DATA || frame.videoWidth === 0);

/** `HTMLMediaElement.HAVE_CURRENT_DATA` */
const HAVE_CURRENT_DATA = 2;

const noVideo = (received: unknown): KinoraError =>
  kinoraError('recognizer/source', 'attach()', 'a <video> element', Object.prototype.toString.call(received));

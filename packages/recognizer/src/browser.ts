/** @kinora/recognizer in browsers: onnxruntime-web in a worker; the page only hands over frames and hears of gestures. */
import { type Frames, type KinoraError, kinoraError } from '@kinora/clip';
import type { LivePrediction } from './live.js';
import type { RawPrediction } from './predictor.js';
import { BaseRecognizer } from './recognizer.js';
import type { Attachment, Backend, ModelInfo, Recognizer, Settings } from './types.js';
import { type FrameSink, followVideo } from './video-frames.js';
import { WorkerClient } from './worker-calls.js';

export { defaultSettings, GestureTracker, Smoother } from './gestures.js';
export { readModelInfo, readModelWeights } from './model-file.js';
export type * from './types.js';

export interface RecognizerOptions {
  /** An ONNX file that `kinora export` wrote: its address, its bytes, or a file of the reader's. */
  readonly model: string | URL | ArrayBuffer | Uint8Array | Blob;
  /** Left out or `auto`: WebGPU where it runs the network, else WebAssembly. */
  readonly backend?: 'auto' | 'wasm' | 'webgpu';
  /** Of WebAssembly; left out: those of the machine, at most 4. One where the page is not cross-origin isolated. */
  readonly threads?: number;
  readonly settings?: Partial<Settings>;
  /** Folder of onnxruntime-web's .wasm and .mjs files, where the bundler does not place them. */
  readonly runtime?: string | URL;
  /** Starts the worker, where the bundler does not understand `new Worker(new URL(...))`. */
  readonly worker?: () => Worker;
}

/** A `<video>` that plays a camera or a file. */
export type BrowserSource = HTMLVideoElement;
export type BrowserRecognizer = Recognizer<BrowserSource, Frames>;

/**
 * Opens a model in a worker.
 * @throws RecognizerError `recognizer/model` for what is no model of Kinora's, `recognizer/webgpu`, `recognizer/worker`
 */
export async function createRecognizer(options: RecognizerOptions): Promise<BrowserRecognizer> {
  const { model, backend = 'auto', threads, settings = {}, runtime, worker = startWorker } = options;
  const client = new WorkerClient(worker());
  try {
    const opened = await client.ask('open', {
      model: addressOrBytes(model),
      backend,
      threads,
      runtime: runtime === undefined ? undefined : absolute(runtime),
    });
    return new InBrowser(client, opened.info, opened.backend, settings);
  } catch (error) {
    client.end();
    throw error;
  }
}

const startWorker = (): Worker => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

function addressOrBytes(model: RecognizerOptions['model']): string | Uint8Array | Blob {
  if (model instanceof ArrayBuffer) return new Uint8Array(model);
  return model instanceof Uint8Array || model instanceof Blob ? model : absolute(model);
}

/** Relative to the page, as everything else on it: the worker lies elsewhere. */
const absolute = (address: string | URL): string => new URL(address, document.baseURI).href;

/** Frames that may wait for the worker; more are dropped, so that a slow machine stays close to now. */
const MOST_WAITING = 4;

class InBrowser extends BaseRecognizer<BrowserSource, Frames> implements BrowserRecognizer {
  readonly backend: Backend;
  readonly #client: WorkerClient;

  constructor(client: WorkerClient, info: ModelInfo, backend: Backend, settings: Partial<Settings>) {
    super(info, settings);
    this.#client = client;
    this.backend = backend;
  }

  prepare(frames: Frames): Promise<Uint8Array> {
    return this.#client.ask('prepare', frames);
  }

  protected rawPredictions(clips: Uint8Array, maps: readonly string[]): Promise<RawPrediction[]> {
    return this.#client.ask('predict', { clips, maps });
  }

  protected settingsChanged({ stride, span }: Settings): void {
    this.#client.ask('pace', { stride, ...(span === undefined ? {} : { span }) }).catch(this.#report);
  }

  protected follow(video: BrowserSource): Attachment {
    if (!(video instanceof HTMLVideoElement)) throw noVideo(video);
    const { stride, span } = this.settings;
    this.#client.ask('begin', { stride, ...(span === undefined ? {} : { span }) }).catch(this.#report);
    let over = (): void => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
    });
    const stop = followVideo(
      video,
      this.info.spec.frameRate,
      this.#sink(() => detach()),
    );
    const detach = (): void => {
      stop();
      over();
    };
    return { detach, ended };
  }

  protected async free(): Promise<void> {
    await this.#client.ask('close', undefined).finally(() => this.#client.end());
  }

  #sink(detach: () => void): FrameSink {
    let waiting = 0;
    const tell = (prediction: LivePrediction | undefined): void => {
      if (prediction !== undefined) this.predicted(prediction);
    };
    const failed = (error: Error): void => {
      detach();
      this.#report(error);
    };
    return {
      wants: () => waiting < MOST_WAITING,
      frame: (time, bitmap) => {
        waiting++;
        this.#client
          .ask('frame', { time, bitmap }, [bitmap])
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
            this.sourceEnded(end);
            detach();
          });
      },
      failed,
    };
  }

  readonly #report = (error: Error): void => this.emit('error', error);
}

const noVideo = (received: unknown): KinoraError =>
  kinoraError('recognizer/source', 'attach()', 'a <video> element', Object.prototype.toString.call(received));

/** Training in a page: a worker holds clips and weights and runs the steps; the page decodes videos and hears of progress. */
import { absolute, type BrowserClip, clipPixels, mirrorsUnasked } from '../inputs/browser-clip.js';
import type { FileSource } from '../inputs/file-source.js';
import { startWorker } from '../worker/start-worker.js';
import { type Questions, WorkerClient } from '../worker/worker-calls.js';
import type { OpenTrainer, TrainerQuestions } from './calls.js';
import { type Ask, BaseTrainer, coreOptions, filesOf } from './trainer.js';
import type { Trainer, TrainerSettings, TrainingModel } from './types.js';

export interface TrainerOptions extends TrainerSettings {
  /**
   * What `kinora export --format onnx-train` wrote: the address of `NAME.train.onnx`, or the addresses, bytes or files of the
   * reader's of all that it wrote.
   */
  readonly model: TrainingModel<string | URL | ArrayBuffer | Uint8Array | Blob>;
  /**
   * Name of a database (IndexedDB) in which clips are kept as they are added, and the training after each epoch and when the
   * page is hidden. Opened again, the trainer has them and continues; a training that was cut off within an epoch repeats that
   * epoch's steps. Default: nothing is kept.
   */
  readonly store?: string;
  /** Address of a copy of this package's `dist/runtime`, where the bundler does not place the .wasm files. */
  readonly runtime?: string | URL;
  /** Starts the worker, where the bundler does not understand `new Worker(new URL(...))`. */
  readonly worker?: () => Worker;
}

export type BrowserTrainer = Trainer<BrowserClip>;

type Asked = TrainerQuestions<FileSource> & Pick<Questions, 'picture'>;

/**
 * Opens a training export in a worker, so that the page never waits for a step.
 * @throws RecognizerError `trainer/model` for what is none, `trainer/options`, `trainer/store`, `recognizer/worker`
 */
export async function createTrainer(options: TrainerOptions): Promise<BrowserTrainer> {
  const { model, threads, runtime, store, worker = startWorker, signal } = options;
  signal?.throwIfAborted();
  const core = coreOptions(options);
  const { files, named } = filesOf(model, (address) => absolute(address));
  const client = new WorkerClient<Asked>(worker());
  try {
    const ask: OpenTrainer<FileSource> = {
      ...core,
      files: {
        training: source(files.training),
        weights: source(files.weights),
        inference: source(files.inference),
        prefix: source(files.prefix),
      },
      where: named ?? 'the export',
      threads,
      runtime: runtime === undefined ? undefined : absolute(runtime),
      store,
    };
    const opened = await client.ask('openTrainer', ask, { signal });
    return new InBrowser(client, opened, store !== undefined);
  } catch (error) {
    client.end();
    throw error;
  }
}

function source(file: string | URL | ArrayBuffer | Uint8Array | Blob | undefined): FileSource | undefined {
  if (file === undefined || file instanceof Uint8Array || file instanceof Blob) return file;
  return file instanceof ArrayBuffer ? new Uint8Array(file) : absolute(file);
}

class InBrowser extends BaseTrainer<BrowserClip> implements BrowserTrainer {
  readonly #client: WorkerClient<Asked>;
  readonly #listening = new AbortController();

  constructor(
    client: WorkerClient<Asked>,
    opened: TrainerQuestions<FileSource>['openTrainer']['answer'],
    stored: boolean,
  ) {
    super(((name, ask, signal) => client.ask(name, ask as never, { signal })) as Ask, opened);
    this.#client = client;
    if (!stored) return;
    const { signal } = this.#listening;
    const store = (): void => {
      // A worker that has failed has told whoever asked it.
      if (document.visibilityState === 'hidden') client.ask('store', undefined).catch(() => {});
    };
    document.addEventListener('visibilitychange', store, { signal });
    window.addEventListener('pagehide', store, { signal });
  }

  protected pixels(clip: BrowserClip, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const mirror = mirrorsUnasked(clip, this.info.spec);
    return clipPixels(clip, this.info.spec, signal, {
      picture: (bitmap) => this.#client.ask('picture', { bitmap, mirror }, { transfer: [bitmap], signal }),
      frames: (frames) => this.#client.ask('prepareClip', frames, { signal }),
    });
  }

  protected free(): void {
    this.#listening.abort();
    this.#client.end();
  }
}

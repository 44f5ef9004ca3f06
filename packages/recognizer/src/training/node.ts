/** Training in Node: a thread holds clips and weights and runs the steps on onnxruntime-node. */
import { availableParallelism } from 'node:os';
import { Worker as Thread } from 'node:worker_threads';
import { clipPixels } from '../inputs/node-clip.js';
import type { NodeClip } from '../inputs/node-types.js';
import { WorkerClient } from '../worker/worker-calls.js';
import type { TrainerQuestions } from './calls.js';
import { type Ask, BaseTrainer, coreOptions, filesOf } from './trainer.js';
import type { Trainer, TrainerSettings, TrainingModel } from './types.js';

export interface TrainerOptions extends TrainerSettings {
  /** The path of `NAME.train.onnx` that `kinora export --format onnx-train` wrote, or the paths or bytes of its files. */
  readonly model: TrainingModel<string | URL | Uint8Array>;
}

export type NodeTrainer = Trainer<NodeClip>;

type Source = string | Uint8Array;
type Questions = TrainerQuestions<Source>;

/**
 * Opens a training export in a thread.
 * @throws RecognizerError `trainer/model` for what is none, `trainer/options`, `recognizer/runtime` without onnxruntime-node
 */
export async function createTrainer(options: TrainerOptions): Promise<NodeTrainer> {
  const { model, threads = Math.min(4, availableParallelism()), signal } = options;
  signal?.throwIfAborted();
  const core = coreOptions(options);
  const { files, named } = filesOf<string | URL | Uint8Array>(model, (path) => path);
  const thread = new Thread(new URL('./trainer-thread.js', import.meta.url));
  const client = new WorkerClient<Questions>(asWorker(thread));
  let waiting = 0;
  const ask = (async (name, question, cancelled) => {
    // A program that has nothing left to do may end although it has not closed its trainer.
    if (waiting++ === 0) thread.ref();
    try {
      return await client.ask(name, question as never, { signal: cancelled });
    } finally {
      if (--waiting === 0) thread.unref();
    }
  }) as Ask;
  const source = (file: string | URL | Uint8Array | undefined): Source | undefined =>
    file instanceof URL ? file.href : file;
  try {
    const opened = await ask(
      'openTrainer',
      {
        ...core,
        files: {
          training: source(files.training),
          weights: source(files.weights),
          inference: source(files.inference),
          prefix: source(files.prefix),
        } as never,
        where: named ?? 'the export',
        threads,
      },
      signal,
    );
    return new InNode(ask, client, opened);
  } catch (error) {
    client.end();
    throw error;
  }
}

/** As much of a browser's worker as `WorkerClient` uses. */
function asWorker(thread: Thread): Worker {
  const worker = {
    onmessage: (_: { data: unknown }): void => {},
    onerror: (_: { message: string }): void => {},
    onmessageerror: (): void => {},
    postMessage: (message: unknown, transfer: []) => thread.postMessage(message, transfer),
    terminate: () => void thread.terminate(),
  };
  thread.on('message', (data) => worker.onmessage({ data }));
  thread.on('error', ({ message }) => worker.onerror({ message }));
  thread.on('messageerror', () => worker.onmessageerror());
  return worker as unknown as Worker;
}

class InNode extends BaseTrainer<NodeClip> implements NodeTrainer {
  readonly #client: WorkerClient<Questions>;

  constructor(ask: Ask, client: WorkerClient<Questions>, opened: Questions['openTrainer']['answer']) {
    super(ask, opened);
    this.#client = client;
  }

  protected pixels(clip: NodeClip): Promise<Uint8Array> {
    return clipPixels(clip, this.info.spec, false);
  }

  protected free(): void {
    this.#client.end();
  }
}

/** What the page asks of the worker, what it answers, and the page's side of it. Pixels are transferred, never copied. */
import { type Frames, KinoraError, type KinoraErrorParts, kinoraError, type Pace } from '@kinora/clip';
import { abortable } from '../abort.js';
import type { WebOptions } from '../runtime/engine-web.js';
import type { LivePrediction, RawPrediction } from '../runtime/prediction.js';
import type { Backend, ModelInfo } from '../types.js';

export interface OpenRequest extends Pick<WebOptions, 'backend' | 'threads' | 'runtime'> {
  /** Bytes, a file, or an address to fetch. */
  readonly model: Uint8Array | Blob | string;
}

interface Mirrored {
  /** Whether pictures are mirrored before the network sees them. */
  readonly mirror: boolean;
}

/** Questions by name: what is asked, what is answered. */
export interface Questions {
  open: { ask: OpenRequest; answer: { info: ModelInfo; backend: Backend } };
  prepare: { ask: { frames: Frames } & Mirrored; answer: Uint8Array };
  /** One frame of a clip, to the network's pixels `[crop.height, crop.width, 3]`. */
  picture: { ask: { bitmap: ImageBitmap } & Mirrored; answer: Uint8Array };
  predict: { ask: { clips: Uint8Array; maps: readonly string[] }; answer: RawPrediction[] };
  /** Forgets what was seen and begins to follow a source. */
  begin: { ask: { pace: Pace; clips: boolean }; answer: undefined };
  pace: { ask: Pace; answer: undefined };
  frame: { ask: { time: number; bitmap: ImageBitmap } & Mirrored; answer: LivePrediction | undefined };
  /** The source is over: its last frame stays until `time`. */
  finish: { ask: { time: number }; answer: LivePrediction | undefined };
  /** Runs another network from now on. */
  use: { ask: Pick<OpenRequest, 'model'>; answer: ModelInfo };
  close: { ask: undefined; answer: undefined };
}

/** What may be asked of a worker, by name. */
export type Protocol<All> = { [Name in keyof All]: { ask: unknown; answer: unknown } };

export interface Asked<All extends Protocol<All>, Name extends keyof All = keyof All> {
  readonly id: number;
  readonly name: Name;
  readonly ask: All[Name]['ask'];
}

/** An answer that nobody waits for any more; what has not begun is left out. */
export interface Cancelled {
  readonly cancel: number;
}

export type Answered =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: KinoraErrorParts };

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

export class WorkerClient<All extends Protocol<All>> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #failure: KinoraError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<Answered>) => this.#settle(data);
    worker.onerror = ({ message }) => this.#fail(message || 'a worker that could not be loaded');
    worker.onmessageerror = () => this.#fail('a message that could not be read');
  }

  /**
   * Asks, handing over the memory of `transfer`. Rejects with the KinoraError that the worker met, or with the reason of
   * `signal`.
   */
  async ask<Name extends keyof All>(
    name: Name,
    ask: All[Name]['ask'],
    { transfer = [], signal }: { transfer?: Transferable[]; signal?: AbortSignal | undefined } = {},
  ): Promise<All[Name]['answer']> {
    if (this.#failure !== undefined) throw this.#failure;
    const id = this.#next++;
    const answer = new Promise<All[Name]['answer']>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, ask } satisfies Asked<All>, transfer);
    });
    try {
      return await abortable(answer, signal);
    } finally {
      if (this.#waiting.delete(id)) this.#worker.postMessage({ cancel: id } satisfies Cancelled);
    }
  }

  /** Ends the worker; whoever still waits is told. */
  end(): void {
    this.#fail('a recognizer that was closed');
    this.#worker.terminate();
  }

  #settle(answered: Answered): void {
    const waiting = this.#waiting.get(answered.id);
    this.#waiting.delete(answered.id);
    if ('error' in answered) waiting?.reject(new KinoraError(answered.error));
    else waiting?.resolve(answered.answer as never);
  }

  #fail(received: string): void {
    this.#failure = kinoraError('recognizer/worker', "the recognizer's worker", 'an answer', received);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/**
 * Reads clips in threads: what a file holds, pictures of it, what identifies its content, and parts of it as files of their
 * own. Requests wait in one queue; pictures that somebody looks at come before everything else.
 */
import { Worker } from 'node:worker_threads';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { endThreads } from '../data/decode/addon-threads.js';
import { fromThread, type ThreadError } from '../data/threads.js';

/** What a clip's file holds. */
export interface Facts {
  readonly frames: number;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
}

/** What a full decoding of a clip found. */
export interface Examination extends Facts {
  /** SHA-256 of the file; of a folder, of its frames in order. */
  readonly sha256: string;
  /** Grey differences between neighbours in 8 frames of 9 x 8 pixels: `[8, 8]` bytes in hexadecimal. */
  readonly sketch: string;
  /** Mean brightness of those frames, from 0 to 1, and how much it varies between pixels. */
  readonly brightness: number;
  readonly contrast: number;
  /** Mean change between successive frames, from 0 to 1. */
  readonly motion: number;
}

export interface StripRequest {
  readonly frames: number;
  readonly height: number;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** Requests by kind, and their answers. */
export interface Readings {
  probe: { ask: { readonly path: string; readonly rate: number }; answer: Facts };
  examine: { ask: { readonly path: string; readonly rate: number }; answer: Examination };
  strip: { ask: { readonly path: string; readonly rate: number } & StripRequest; answer: Uint8Array };
  frame: {
    ask: { readonly path: string; readonly rate: number; readonly at: number; readonly height: number };
    answer: Uint8Array;
  };
  cut: {
    ask: {
      readonly path: string;
      readonly rate: number;
      readonly start: number;
      readonly end: number;
      readonly to: string;
    };
    answer: Facts;
  };
}
export type Kind = keyof Readings;

export interface ReaderReply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: ThreadError;
}

interface Waiting {
  readonly id: number;
  readonly kind: Kind;
  readonly ask: Readings[Kind]['ask'];
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Kinds in the order in which they are served. */
const ORDER: readonly Kind[] = ['frame', 'strip', 'cut', 'probe', 'examine'];

const WORKER = new URL('./reader-worker.js', import.meta.url);
const LIMITS = { maxOldGenerationSizeMb: 256 };

export class ClipThreads {
  readonly #count: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  readonly #queues = new Map<Kind, Waiting[]>(ORDER.map((kind) => [kind, []]));
  #number = 0;
  #closed = false;

  /** @param threads started when they are first needed */
  constructor(threads = 2) {
    this.#count = threads;
  }

  read<K extends Kind>(kind: K, ask: Readings[K]['ask']): Promise<Readings[K]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#closed)
        return reject(kinoraError('project/closed', ask.path, 'an open project', 'a closed one'));
      const waiting = {
        id: this.#number++,
        kind,
        ask,
        reject,
        resolve: resolve as (answer: unknown) => void,
      };
      this.#queues.get(kind)!.push(waiting);
      this.#serve();
    });
  }

  /** Requests that are waiting or in work. */
  pending(kind: Kind): number {
    const working = [...this.#busy.values()].filter((waiting) => waiting.kind === kind).length;
    return this.#queues.get(kind)!.length + working;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closed = (one: Waiting) =>
      one.reject(kinoraError('project/closed', one.ask.path, 'an open project', 'a closed one'));
    for (const queue of this.#queues.values()) for (const one of queue.splice(0)) closed(one);
    const threads = [...this.#idle, ...this.#busy.keys()];
    for (const one of this.#busy.values()) closed(one);
    this.#busy.clear();
    this.#idle.length = 0;
    await endThreads(threads);
  }

  #serve(): void {
    for (;;) {
      const queue = ORDER.map((kind) => this.#queues.get(kind)!).find(({ length }) => length > 0);
      if (queue === undefined) return;
      const thread = this.#idle.pop() ?? (this.#busy.size < this.#count ? this.#start() : undefined);
      if (thread === undefined) return;
      const waiting = queue.shift()!;
      this.#busy.set(thread, waiting);
      thread.ref();
      thread.postMessage({ id: waiting.id, kind: waiting.kind, ask: waiting.ask });
    }
  }

  #start(): Worker {
    const thread = new Worker(WORKER, { execArgv: [], resourceLimits: LIMITS });
    thread.on('message', ({ answer, error }: ReaderReply) => {
      const waiting = this.#busy.get(thread);
      this.#busy.delete(thread);
      if (this.#closed) return;
      thread.unref();
      this.#idle.push(thread);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(fromThread(error));
      this.#serve();
    });
    const ended = (reason: string): void => {
      const waiting = this.#busy.get(thread);
      this.#busy.delete(thread);
      const at = this.#idle.indexOf(thread);
      if (at >= 0) this.#idle.splice(at, 1);
      waiting?.reject(died(waiting.ask.path, reason));
      if (!this.#closed) this.#serve();
    };
    thread.on('error', (error) => ended(error.message));
    thread.on('exit', (code) => ended(`code ${code}`));
    return thread;
  }
}

const died = (path: string, reason: string): KinoraError =>
  kinoraError('project/reader-died', path, 'the thread that reads it to answer', `its end (${reason})`);

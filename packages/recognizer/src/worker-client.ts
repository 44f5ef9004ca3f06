/** The page's side of the worker: questions and their answers. */
import { KinoraError } from './error.js';
import type { Answered, Question, Questions } from './messages.js';

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

export class WorkerClient {
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

  /** Asks, handing over the memory of `transfer`. Rejects with the KinoraError that the worker met. */
  ask<Name extends Question>(
    name: Name,
    ask: Questions[Name]['ask'],
    transfer: Transferable[] = [],
  ): Promise<Questions[Name]['answer']> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, ask }, transfer);
    });
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
    this.#failure = new KinoraError({
      code: 'recognizer/worker',
      where: "the recognizer's worker",
      expected: 'an answer',
      received,
    });
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

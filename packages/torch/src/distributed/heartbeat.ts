/**
 * Signs of life between ranks, from a native thread that no computation holds up. A rank that dies or stops is named to
 * all others; one that is stuck in a collective by then is ended after a grace time, with a line that says why.
 */
import type { Handle } from '../engine/native.js';
import { c10d } from './features.js';

export interface HeartbeatOptions {
  /** Where rank 0 keeps the store. */
  readonly host: string;
  readonly port: number;
  readonly rank: number;
  readonly size: number;
  /** Between two signs of life. Default 1 s. */
  readonly intervalMs?: number;
  /** Silence that counts as death. Default 12 s. */
  readonly limitMs?: number;
  /** From the verdict to the end of the process, should it be stuck. Default 8 s. */
  readonly graceMs?: number;
}

/** Why the ranks end. */
export interface Verdict {
  /** A sentence that names the rank. */
  readonly text: string;
  /** It has an error of its own; otherwise it died, or hangs, or cannot be reached. */
  readonly isError: boolean;
}

export class Heartbeat {
  readonly intervalMs: number;
  readonly #handle: Handle;
  readonly #verdict: Promise<Verdict>;
  #stopped = false;

  constructor({ host, port, rank, size, ...times }: HeartbeatOptions) {
    const { intervalMs = 1000, limitMs = 12_000, graceMs = 8000 } = times;
    this.intervalMs = intervalMs;
    let announce: (text: string, isError: boolean) => void = () => undefined;
    this.#verdict = new Promise((resolve) => {
      announce = (text, isError) => resolve({ text, isError });
    });
    this.#handle = c10d().startHeartbeat(host, port, rank, size, intervalMs, limitMs, graceMs, announce);
  }

  /** Settles when a rank has failed; never otherwise. */
  get verdict(): Promise<Verdict> {
    return this.#verdict;
  }

  /** Names this rank as the one that failed, by an error of its own, to all others. They hear of it within two intervals. */
  accuse(reason: string): void {
    if (!this.#stopped) c10d().accuse(this.#handle, reason);
  }

  /** From now on silence is no failure, neither of this rank nor of others. */
  stop(): void {
    if (!this.#stopped) c10d().stopHeartbeat(this.#handle);
    this.#stopped = true;
  }
}

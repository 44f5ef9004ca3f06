/**
 * Heartbeats between ranks, sent by a native thread that no computation can block. If a rank dies or hangs, all others
 * learn which one. A rank that is stuck in a collective by then is terminated after a grace period, and prints why.
 */
import type { Handle } from '../engine/native.js';
import { c10d } from './features.js';

export interface HeartbeatOptions {
  /** Where rank 0 keeps the store. */
  readonly host: string;
  readonly port: number;
  readonly rank: number;
  readonly size: number;
  /** Time between two heartbeats. Default: 1 s. */
  readonly intervalMs?: number;
  /** A rank without a heartbeat for this long counts as dead. Default: 12 s. */
  readonly limitMs?: number;
  /** Time from the detection of a failure until a stuck process is terminated. Default: 8 s. */
  readonly graceMs?: number;
}

/** Why the ranks stop. */
export interface RankFailure {
  /** A sentence that names the rank. */
  readonly text: string;
  /** Whether the rank reported an error; otherwise it died, hangs or cannot be reached. */
  readonly isError: boolean;
}

export class Heartbeat {
  readonly intervalMs: number;
  readonly #handle: Handle;
  readonly #failure: Promise<RankFailure>;
  #stopped = false;

  constructor({ host, port, rank, size, ...times }: HeartbeatOptions) {
    const { intervalMs = 1000, limitMs = 12_000, graceMs = 8000 } = times;
    this.intervalMs = intervalMs;
    let announce: (text: string, isError: boolean) => void = () => undefined;
    this.#failure = new Promise((resolve) => {
      announce = (text, isError) => resolve({ text, isError });
    });
    this.#handle = c10d().startHeartbeat(host, port, rank, size, intervalMs, limitMs, graceMs, announce);
  }

  /** Settles when a rank fails; never otherwise. */
  get failure(): Promise<RankFailure> {
    return this.#failure;
  }

  /** Reports an error of this rank to all others, which receive it within two intervals. */
  reportError(reason: string): void {
    if (!this.#stopped) c10d().reportError(this.#handle, reason);
  }

  /** From now on missing heartbeats count as no failure, neither of this rank nor of others. */
  stop(): void {
    if (!this.#stopped) c10d().stopHeartbeat(this.#handle);
    this.#stopped = true;
  }
}

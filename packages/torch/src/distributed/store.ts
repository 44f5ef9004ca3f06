/**
 * Key-value stores shared by all ranks (torch.distributed.TCPStore, FileStore, PrefixStore), used to connect, to
 * compare settings and to detect failures. Values are text. Calls are short and synchronous, except waiting.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Handle } from '../engine/native.js';
import { type KinoraError, kinoraError } from '../error.js';
import { c10d } from './features.js';

export interface TcpStoreOptions {
  readonly host: string;
  /** 0 picks a free one, on the rank that serves the store. */
  readonly port: number;
  /** Whether this process serves the store; exactly one does, usually rank 0. */
  readonly isServer: boolean;
  /** Linux: whether a served store accepts connections from this host only. Default: false. */
  readonly thisHostOnly?: boolean;
  /** How long to try to connect, and to wait for a value. Default: 60 s. */
  readonly timeoutMs?: number;
}

/** One of the ranks that use a store. */
export interface Participant {
  readonly rank: number;
  readonly size: number;
}

const POLL_FIRST = 10; // ms
const POLL_MOST = 200; // ms

export class Store {
  readonly #handle: Handle;

  private constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** @throws KinoraError `distributed/port-in-use`, `distributed/unreachable` */
  static async tcp(options: TcpStoreOptions): Promise<Store> {
    const { host, port, isServer, thisHostOnly = false, timeoutMs = 60_000 } = options;
    try {
      return new Store(await c10d().newTcpStore(host, port, isServer, timeoutMs, thisHostOnly));
    } catch (cause) {
      throw isServer ? cannotServe(port, cause) : unreachable(host, port, timeoutMs, cause);
    }
  }

  /**
   * A store in a file on a disk that all ranks share. The file must not exist, or must be left from a group that has
   * ended.
   */
  static file(path: string, worldSize: number): Store {
    return new Store(c10d().newFileStore(path, worldSize));
  }

  /** The same store, with `prefix/` before every key. */
  prefixed(prefix: string): Store {
    return new Store(c10d().newPrefixStore(prefix, this.#handle));
  }

  /** The port of a TCP store; null for others. */
  get port(): number | null {
    return c10d().storePort(this.#handle);
  }

  /** @internal */
  get handle(): Handle {
    return this.#handle;
  }

  /** @throws KinoraError `distributed/store-lost` if its host is gone, as all other calls do */
  set(key: string, value: string): void {
    this.#ask((store) => c10d().storeSet(store, key, value));
  }

  /** The value of an existing key; call `wait` first if it may not exist yet. */
  get(key: string): string {
    return this.#ask((store) => c10d().storeGet(store, key));
  }

  /** Adds to a counter, which starts at 0, and returns its new value. */
  add(key: string, amount: number): number {
    return this.#ask((store) => c10d().storeAdd(store, key, amount));
  }

  has(...keys: string[]): boolean {
    return this.#ask((store) => c10d().storeCheck(store, keys));
  }

  delete(key: string): boolean {
    return this.#ask((store) => c10d().storeDelete(store, key));
  }

  /** Waits until all keys exist, without blocking the event loop. Returns those that are still missing at the timeout. */
  async wait(keys: readonly string[], timeoutMs: number): Promise<string[]> {
    const end = Date.now() + timeoutMs;
    let missing = [...keys];
    for (let pause = POLL_FIRST; ; pause = Math.min(2 * pause, POLL_MOST)) {
      missing = missing.filter((key) => !this.has(key));
      if (missing.length === 0 || Date.now() > end) return missing;
      await sleep(pause);
    }
  }

  /**
   * Reports that this rank has reached the end called `name`; rank 0, which serves the store, waits there for all
   * ranks. Returns quietly if rank 0 has stopped waiting and the store is gone.
   */
  async gather(name: string, { rank, size }: Participant, timeoutMs: number): Promise<void> {
    try {
      this.set(`${name}/${rank}`, '');
    } catch (error) {
      if ((error as KinoraError).code === STORE_LOST) return;
      throw error;
    }
    const all = Array.from({ length: size }, (_, each) => `${name}/${each}`);
    if (rank === 0) await this.wait(all, timeoutMs);
  }

  #ask<T>(question: (store: Handle) => T): T {
    try {
      return question(this.#handle);
    } catch (cause) {
      throw storeLost(cause);
    }
  }

  close(): void {
    c10d().releaseStore(this.#handle);
  }
}

const STORE_LOST = 'distributed/store-lost';

const firstLine = (cause: unknown): string => String((cause as Error).message).split('\n', 1)[0]!;

const storeLost = (cause: unknown): KinoraError =>
  kinoraError(STORE_LOST, 'the store of rank 0', {
    expected: 'a reply',
    received: (cause as Partial<KinoraError>).parts?.received ?? firstLine(cause),
    cause,
  });

function cannotServe(port: number, cause: unknown): KinoraError {
  const text = firstLine(cause);
  const taken = /already in use|errno: (98|48)\b|EADDRINUSE/i.test(text);
  return kinoraError(taken ? 'distributed/port-in-use' : 'distributed/store', 'MASTER_PORT', {
    expected: 'a port on which rank 0 can serve the store',
    received: taken ? `${port}, which another program uses` : `${port}: ${text}`,
    hint: 'choose another port, the same on all ranks',
    cause,
  });
}

function unreachable(host: string, port: number, timeoutMs: number, cause: unknown): KinoraError {
  return kinoraError('distributed/unreachable', 'MASTER_ADDR and MASTER_PORT', {
    expected: `the store of rank 0 at ${host}:${port}`,
    received: `no reply within ${Math.round(timeoutMs / 1000)} s`,
    hint: 'check that rank 0 is running, that the address is right and that no firewall blocks the port',
    cause,
  });
}

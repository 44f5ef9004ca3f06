/**
 * Collectives between ranks (torch.distributed.ProcessGroup). Every rank must call the same collectives in the same
 * order, with tensors of the same shape and dtype: on the CPU over Gloo, on CUDA over NCCL. `Work` is a collective in
 * flight.
 */
import type { Handle } from '../engine/native.js';
import { type KinoraError, kinoraError } from '../error.js';
import { ops } from '../ops/ops.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Backend, c10d, checkBackend } from './features.js';
import type { Store } from './store.js';

export type ReduceOp = 'sum' | 'product' | 'min' | 'max';

export interface GroupOptions {
  readonly backend: Backend;
  readonly store: Store;
  /** From 0 to size - 1, each once. */
  readonly rank: number;
  readonly size: number;
  /** Time limit for each collective and for the initial connection. Default: 30 minutes, as in PyTorch. */
  readonly timeoutMs?: number;
  /** An address of this host that the other ranks can reach; used only by Gloo. Default: what the host name resolves to. */
  readonly address?: string;
}

const HALF_AN_HOUR = 30 * 60 * 1000;

export class ProcessGroup {
  readonly backend: Backend;
  readonly rank: number;
  readonly size: number;
  /** @internal */
  readonly handle: Handle;

  private constructor(handle: Handle, { backend, rank, size }: GroupOptions) {
    this.handle = handle;
    this.backend = backend;
    this.rank = rank;
    this.size = size;
  }

  /** Connects to the other ranks. @throws KinoraError `distributed/no-backend`, `distributed/rank`, `distributed/group` */
  static async create(options: GroupOptions): Promise<ProcessGroup> {
    const { backend, store, rank, size, timeoutMs = HALF_AN_HOUR, address = '' } = options;
    checkBackend(backend);
    checkRank(rank, size);
    try {
      const handle = await c10d().newGroup(store.handle, backend, rank, size, timeoutMs, address);
      return new ProcessGroup(handle, options);
    } catch (cause) {
      throw groupFailed(options, cause);
    }
  }

  /** In place: the sum (or product, minimum, maximum) over all ranks, bit-identical on each. */
  allReduce(tensor: Tensor, op: ReduceOp = 'sum'): Work {
    return this.#work('all_reduce', c10d().allReduce(this.handle, tensor.handle, op));
  }

  /** In place: the tensor of rank `root`. */
  broadcast(tensor: Tensor, root = 0): Work {
    return this.#work('broadcast', c10d().broadcast(this.handle, tensor.handle, root));
  }

  /** One tensor per rank, in rank order. */
  allGather(tensor: Tensor): Work<Tensor[]> {
    const gathered = Array.from({ length: this.size }, () => ops.empty_like(tensor));
    const outputs = gathered.map(({ handle }) => handle);
    return this.#work('all_gather', c10d().allGather(this.handle, outputs, tensor.handle), gathered);
  }

  /** Done when every rank has reached it. */
  barrier(): Work {
    return this.#work('barrier', c10d().barrier(this.handle));
  }

  close(): void {
    c10d().releaseGroup(this.handle);
  }

  #work(name: string, handle: Handle): Work;
  #work<T>(name: string, handle: Handle, result: T): Work<T>;
  #work(name: string, handle: Handle, result?: unknown): Work<unknown> {
    return new Work(handle, `${name} on rank ${this.rank} of ${this.size}`, result);
  }
}

export function checkRank(rank: number, size: number): void {
  if (Number.isInteger(size) && size >= 1 && Number.isInteger(rank) && rank >= 0 && rank < size) return;
  throw kinoraError('distributed/rank', 'rank', {
    expected:
      size >= 1 ? `a whole number from 0 to ${size - 1}, below the world size` : 'a world of at least 1 rank',
    received: `${rank} of ${size}`,
  });
}

function groupFailed({ backend, rank, size, address }: GroupOptions, cause: unknown): KinoraError {
  const { received } = (cause as Partial<KinoraError>).parts ?? {};
  return kinoraError('distributed/group', `rank ${rank} of ${size}${address ? `, at ${address}` : ''}`, {
    expected: `to reach every other rank over ${backend}`,
    received: received ?? String((cause as Error).message).split('\n', 1)[0]!,
    hint: 'GLOO_SOCKET_IFNAME and NCCL_SOCKET_IFNAME choose the network interface',
    cause,
  });
}

/** Name of a collective in error messages: `all_reduce on rank 1 of 2`. */
export type WorkName = string;

export class Work<T = void> {
  readonly #handle: Handle;
  readonly #name: WorkName;
  readonly #result: T;
  #released = false;

  /** @internal */
  constructor(handle: Handle, name: WorkName, result: T) {
    this.#handle = handle;
    this.#name = name;
    this.#result = result;
  }

  get isDone(): boolean {
    return this.#released || c10d().isWorkDone(this.#handle);
  }

  /**
   * Blocks until the collective is done (on CUDA: until later operators on the tensors are ordered after it). @throws
   * KinoraError `distributed/collective`
   */
  wait(): T {
    if (this.#released) return this.#result;
    try {
      c10d().waitWork(this.#handle);
    } catch (cause) {
      throw collectiveFailed(this.#name, cause);
    } finally {
      this.#release();
    }
    return this.#result;
  }

  /** The same without blocking the event loop. @throws KinoraError `distributed/collective` */
  async done(): Promise<T> {
    if (this.#released) return this.#result;
    try {
      await c10d().promiseOfWork(this.#handle);
    } catch (cause) {
      throw collectiveFailed(this.#name, cause);
    } finally {
      this.#release();
    }
    return this.#result;
  }

  #release(): void {
    if (!this.#released) c10d().releaseWork(this.#handle);
    this.#released = true;
  }
}

/** Gloo's errors begin with a position in its source. */
const SOURCE = /^.*?\[?\S*\/gloo\/\S+:\d+\]\s*/;

export function collectiveFailed(where: WorkName, cause: unknown): KinoraError {
  const { received } = (cause as Partial<KinoraError>).parts ?? {};
  const text = received ?? String((cause as Error).message);
  return kinoraError('distributed/collective', where, {
    expected: 'every rank to take part',
    received: text.split('\n', 1)[0]!.replace(SOURCE, ''),
    cause,
  });
}

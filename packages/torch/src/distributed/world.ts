/**
 * The ranks that train together, from coming together to going apart: store, agreement, process groups, heartbeat, and
 * what is said when one of them fails.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromTypedArray } from '../create.js';
import { KinoraError } from '../error.js';
import { scope } from '../scope.js';
import { agree, type Facts } from './agreement.js';
import type { Place } from './environment.js';
import type { Backend } from './features.js';
import { checkRank, ProcessGroup } from './group.js';
import { Heartbeat, type HeartbeatOptions } from './heartbeat.js';
import { Store } from './store.js';

export interface JoinOptions {
  /** For tensors; the control group is always Gloo. */
  readonly backend: Backend;
  /** What must be the same on all ranks. */
  readonly facts?: Facts;
  /** How long to wait for the others at first. Default 5 minutes: a cluster starts its hosts one by one. */
  readonly joinTimeoutMs?: number;
  readonly heartbeat?: Pick<HeartbeatOptions, 'intervalMs' | 'limitMs' | 'graceMs'>;
}

const FIVE_MINUTES = 300_000;
const VERDICT_MS = 25_000; // beyond the silence that counts as death, and one exchange
const LEAVE_MS = 10_000;

export class World {
  readonly #store: Store;
  readonly #heartbeat: Heartbeat;
  #told = 0;

  private constructor(
    readonly place: Place,
    /** Carries gradients: Gloo for CPUs, NCCL for GPUs. */
    readonly group: ProcessGroup,
    /** Carries small facts between CPUs, whatever the device. */
    readonly control: ProcessGroup,
    store: Store,
    heartbeat: Heartbeat,
  ) {
    this.#store = store;
    this.#heartbeat = heartbeat;
  }

  get rank(): number {
    return this.place.rank;
  }
  get size(): number {
    return this.place.worldSize;
  }

  /** @throws KinoraError `distributed/...`: one line for each way in which ranks can miss each other */
  static async join(place: Place, options: JoinOptions): Promise<World> {
    const { rank, worldSize: size, host, port } = place;
    const { backend, facts = {}, joinTimeoutMs: timeoutMs = FIVE_MINUTES } = options;
    checkRank(rank, size);
    const store = await Store.tcp({ host, port, isServer: rank === 0, timeoutMs });
    takeSeat(store, rank);
    await agree(store.prefixed('agreement'), { rank, size }, facts, timeoutMs);
    const address = await ownAddress(host, port);
    const common = { rank, size, address };
    const control = await ProcessGroup.create({
      ...common,
      backend: 'gloo',
      store: store.prefixed('control'),
    });
    const group =
      backend === 'gloo'
        ? control
        : await ProcessGroup.create({ ...common, backend, store: store.prefixed('group') });
    const heartbeat = new Heartbeat({ host, port, rank, size, ...options.heartbeat });
    return new World(place, group, control, store, heartbeat);
  }

  /** Sums of each number over all ranks, in float64, with the same bits on every rank. */
  sum(values: readonly number[]): number[] {
    return scope(() => {
      const sums = fromTypedArray(Float64Array.from(values), [values.length]);
      this.control.allReduce(sums).wait();
      return Array.from(sums.toTypedArray() as Float64Array);
    });
  }

  /** The text of rank 0, on every rank. */
  async fromLead(text: string): Promise<string> {
    const key = `told/${this.#told++}`;
    if (this.rank === 0) this.#store.set(key, text);
    await this.#need([key]);
    return this.#store.get(key);
  }

  /** The texts of all ranks, in their order, on rank 0; nothing on the others. */
  async toLead(text: string): Promise<string[]> {
    const key = `told/${this.#told++}`;
    this.#store.set(`${key}/${this.rank}`, text);
    if (this.rank !== 0) return [];
    const keys = Array.from({ length: this.size }, (_, rank) => `${key}/${rank}`);
    await this.#need(keys);
    const texts = keys.map((each) => this.#store.get(each));
    for (const each of keys) this.#store.delete(each);
    return texts;
  }

  /** Without an end of its own: a rank that does not come any more is the heartbeat's business. */
  async #need(keys: readonly string[]): Promise<void> {
    await this.#store.wait(keys, Number.POSITIVE_INFINITY);
  }

  /** Rejects when another rank fails while this one waits for something else; never settles otherwise. */
  get failure(): Promise<never> {
    return this.#heartbeat.verdict.then((verdict) => {
      throw rankFailed(this.place, verdict);
    });
  }

  /**
   * What to report for an error of this rank. One of a collective only shows that another rank has failed: that one is
   * waited for and named. Any other is this rank's own, and the others are told.
   */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof KinoraError)) return this.#accuse(error);
    if (error.code === 'distributed/rank-failed') return this.#linger(error);
    if (error.code !== 'distributed/collective') return this.#accuse(error);
    const verdict = await this.#verdictWithin(VERDICT_MS);
    await this.#linger(error);
    return verdict === undefined ? error : rankFailed(this.place, verdict, error);
  }

  /** Ends it together: waits until all have come so far. */
  async leave(): Promise<void> {
    await this.control.barrier().done();
    await this.#close('left');
  }

  /** Ends it alone, after an error that has been explained. */
  abandon(): void {
    this.#heartbeat.stop();
  }

  /** The heartbeat keeps no process alive; the timer does, while somebody waits here. */
  async #verdictWithin(timeMs: number): Promise<string | undefined> {
    const timer = new AbortController();
    try {
      const late = sleep(timeMs, undefined, { signal: timer.signal }).catch(() => undefined);
      return await Promise.race([this.#heartbeat.verdict, late]);
    } finally {
      timer.abort();
    }
  }

  async #accuse(error: unknown): Promise<unknown> {
    const text = error instanceof Error ? error.message : String(error);
    this.#heartbeat.accuse(`rank ${this.rank} failed: ${text.split('\n', 1)[0]}`);
    return this.#linger(error);
  }

  /**
   * Time for a failure to be written down and read: the others learn of it from the store, which goes when rank 0 does.
   */
  async #linger(error: unknown): Promise<unknown> {
    const intervals = this.rank === 0 ? 3 : 1.5;
    await sleep(Math.max(1000, intervals * this.#heartbeat.intervalMs));
    return error;
  }

  /** Rank 0 goes last: it keeps the store that the others still talk to. */
  async #close(key: string): Promise<void> {
    this.#heartbeat.stop();
    this.#store.set(`${key}/${this.rank}`, '');
    const others = Array.from({ length: this.size }, (_, rank) => `${key}/${rank}`);
    if (this.rank === 0) await this.#store.wait(others, LEAVE_MS);
  }
}

function takeSeat(store: Store, rank: number): void {
  if (store.add(`seat/${rank}`, 1) === 1) return;
  throw new KinoraError({
    code: 'distributed/rank-taken',
    where: 'RANK',
    expected: 'every process to have a rank of its own',
    received: `another process with rank ${rank}`,
  });
}

/** The address that this host uses towards rank 0, which is one that the others can reach. Sends nothing. */
async function ownAddress(host: string, port: number): Promise<string> {
  const socket = createSocket(/:/.test(host) ? 'udp6' : 'udp4');
  try {
    socket.connect(port, host);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    return ''; // then the host's name decides
  } finally {
    socket.close();
  }
}

const rankFailed = ({ rank, worldSize }: Place, verdict: string, cause?: unknown): KinoraError =>
  new KinoraError({
    code: 'distributed/rank-failed',
    where: `rank ${rank} of ${worldSize}`,
    expected: 'all ranks to go on',
    received: verdict,
    hint: 'start again with --resume, from the last checkpoint',
    ...(cause !== undefined && { cause }),
  });

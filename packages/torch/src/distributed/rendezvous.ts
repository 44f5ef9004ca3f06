/**
 * How ranks connect: each contacts the store of rank 0, claims its rank and starts sending heartbeats. If a rank fails,
 * before all have joined or during training, all others report which one.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { KinoraError, kinoraError } from '../error.js';
import { agree, type Facts } from './agreement.js';
import type { Place } from './environment.js';
import type { Backend } from './features.js';
import { checkRank, ProcessGroup } from './group.js';
import { Heartbeat, type HeartbeatOptions, type RankFailure } from './heartbeat.js';
import { Store } from './store.js';
import { World } from './world.js';

export interface RendezvousOptions {
  /** How long to wait for the other ranks. Default: 5 minutes, because a cluster may start its hosts one by one. */
  readonly joinTimeoutMs?: number;
  readonly heartbeat?: Pick<HeartbeatOptions, 'intervalMs' | 'limitMs' | 'graceMs'>;
  /** Called with an error as soon as it occurs; `run` throws it only after the other ranks have had time to read it. */
  readonly onError?: (error: unknown) => void;
}

export interface JoinOptions {
  /** For tensors; the control group is always Gloo. */
  readonly backend: Backend;
  /** What must be the same on all ranks. */
  readonly facts?: Facts;
}

const FIVE_MINUTES = 300_000;
const FAILURE_MS = 25_000; // longer than the heartbeat's limit plus one exchange
/**
 * How long to wait for ranks that have not joined yet when one fails. Of the 30 s, detecting a death has already taken
 * 12.
 */
const LATE_MS = { error: 20_000, death: 10_000 };

/** Errors that are only a consequence of another rank's failure. */
const SYMPTOMS = ['distributed/collective', 'distributed/store-lost'];
/** Errors that occur on all ranks at once. */
const COMMON = ['distributed/rank-failed', 'distributed/rank-lost', 'distributed/differs'];

export class Rendezvous {
  readonly place: Place;
  readonly #store: Store;
  readonly #heartbeat: Heartbeat;
  readonly #timeoutMs: number;
  #joined = false;

  private constructor(place: Place, store: Store, heartbeat: Heartbeat, timeoutMs: number) {
    this.place = place;
    this.#store = store;
    this.#heartbeat = heartbeat;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs `work` as one rank. When any rank fails, `work` is abandoned and all ranks throw: the failed one its own
   * error, the others an error that names it.
   */
  static async run<T>(
    place: Place,
    work: (rendezvous: Rendezvous) => Promise<T>,
    options: RendezvousOptions = {},
  ): Promise<T> {
    const rendezvous = await Rendezvous.#open(place, options);
    try {
      return await Promise.race([work(rendezvous), rendezvous.#failure]);
    } catch (error) {
      const explained = await rendezvous.#explain(error);
      options.onError?.(explained);
      await rendezvous.#abandon(explained);
      throw explained;
    }
  }

  static async #open(place: Place, options: RendezvousOptions): Promise<Rendezvous> {
    const { rank, worldSize: size, host, port, thisHostOnly } = place;
    const { joinTimeoutMs: timeoutMs = FIVE_MINUTES, heartbeat: times } = options;
    checkRank(rank, size);
    const store = await Store.tcp({ host, port, isServer: rank === 0, thisHostOnly, timeoutMs });
    // Before the first request: whatever listens on that port may never reply.
    const heartbeat = new Heartbeat({ host, port, rank, size, ...times });
    try {
      claimRank(store, rank);
    } catch (error) {
      heartbeat.stop();
      throw error;
    }
    return new Rendezvous(place, store, heartbeat, timeoutMs);
  }

  /**
   * Waits for all other ranks, which must have the same facts.
   * @throws KinoraError `distributed/...` if a rank is missing or differs, or if the ranks cannot connect
   */
  async join({ backend, facts = {} }: JoinOptions): Promise<World> {
    const { rank, worldSize: size, host, port } = this.place;
    const store = this.#store;
    await agree(store.prefixed('agreement'), { rank, size }, facts, this.#timeoutMs);
    this.#joined = true;
    const common = { rank, size, address: await ownAddress(host, port) };
    const create = (kind: Backend, name: string) =>
      ProcessGroup.create({ ...common, backend: kind, store: store.prefixed(name) });
    const control = await create('gloo', 'control');
    const group = backend === 'gloo' ? control : await create(backend, 'group');
    return new World(this.place, group, control, store, this.#heartbeat);
  }

  /** Rejects when another rank fails; never settles otherwise. */
  get #failure(): Promise<never> {
    return this.#heartbeat.failure.then((failure) => {
      throw rankFailed(this.place, failure);
    });
  }

  /**
   * The error to throw. A failed collective only shows that another rank has failed, so this waits to learn which one.
   * Any other error is this rank's own and is reported to the others.
   */
  async #explain(error: unknown): Promise<unknown> {
    const code = error instanceof KinoraError ? error.code : '';
    if (SYMPTOMS.includes(code)) {
      const failure = await this.#failureWithin(FAILURE_MS);
      return failure === undefined ? error : rankFailed(this.place, failure, error);
    }
    if (!COMMON.includes(code)) this.#heartbeat.reportError(firstLine(error));
    return error;
  }

  /** The heartbeat does not keep the process alive; the timer does, while this waits. */
  async #failureWithin(timeMs: number): Promise<RankFailure | undefined> {
    const timer = new AbortController();
    try {
      const late = sleep(timeMs, undefined, { signal: timer.signal }).catch(() => undefined);
      return await Promise.race([this.#heartbeat.failure, late]);
    } finally {
      timer.abort();
    }
  }

  /**
   * Gives the other ranks time to read the failure from the store, which ends with rank 0's process. Also waits for
   * ranks that have not joined yet.
   */
  async #abandon(error: unknown): Promise<void> {
    const { intervalMs } = this.#heartbeat;
    await sleep(Math.max(1000, 1.5 * intervalMs));
    this.#heartbeat.stop();
    const { rank, worldSize: size } = this.place;
    const isDeath = error instanceof KinoraError && error.code === 'distributed/rank-lost';
    if (isDeath && rank !== 0) return; // the store may be on a host that hangs
    const lateMs = isDeath ? LATE_MS.death : LATE_MS.error;
    await this.#store.gather('abandoned', { rank, size }, this.#joined ? 1.5 * intervalMs : lateMs);
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;

function claimRank(store: Store, rank: number): void {
  if (store.add(`rank/${rank}`, 1) === 1) return;
  throw kinoraError('distributed/rank-taken', 'RANK', {
    expected: 'a different rank for every process',
    received: `another process with rank ${rank}`,
  });
}

/** The address from which this host reaches rank 0, so the other ranks can reach it too. Sends nothing. */
async function ownAddress(host: string, port: number): Promise<string> {
  const socket = createSocket(/:/.test(host) ? 'udp6' : 'udp4');
  try {
    socket.connect(port, host);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    return ''; // fall back to the host name
  } finally {
    socket.close();
  }
}

/** A lost rank is worth a restart; an error of its own would recur. */
const rankFailed = (
  { rank, worldSize }: Place,
  { text, isError }: RankFailure,
  cause?: unknown,
): KinoraError =>
  kinoraError(isError ? 'distributed/rank-failed' : 'distributed/rank-lost', `rank ${rank} of ${worldSize}`, {
    expected: 'all ranks to keep running',
    received: text,
    hint: isError ? undefined : 'restart with --resume to continue from the last checkpoint',
    cause,
  });

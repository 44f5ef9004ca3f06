/**
 * Where ranks find each other: the store that rank 0 keeps, a seat for each, and signs of life from the first moment on.
 * Whoever fails, before all have come or while they train, is named to all others.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { KinoraError, kinoraError } from '../error.js';
import { agree, type Facts } from './agreement.js';
import type { Place } from './environment.js';
import type { Backend } from './features.js';
import { checkRank, ProcessGroup } from './group.js';
import { Heartbeat, type HeartbeatOptions, type Verdict } from './heartbeat.js';
import { Store } from './store.js';
import { World } from './world.js';

export interface RendezvousOptions {
  /** How long to wait for the others. Default 5 minutes: a cluster starts its hosts one by one. */
  readonly joinTimeoutMs?: number;
  readonly heartbeat?: Pick<HeartbeatOptions, 'intervalMs' | 'limitMs' | 'graceMs'>;
  /** Hears of a failure before `together` waits for the other ranks to hear of it, and throws it. */
  readonly tell?: (error: unknown) => void;
}

export interface JoinOptions {
  /** For tensors; the control group is always Gloo. */
  readonly backend: Backend;
  /** What must be the same on all ranks. */
  readonly facts?: Facts;
}

const FIVE_MINUTES = 300_000;
const VERDICT_MS = 25_000; // beyond the silence that counts as death, and one exchange
/** For ranks that had not come yet when one failed; a death has taken 12 s of the 30 already. */
const LATE_MS = { error: 20_000, death: 10_000 };

/** Errors which only show that another rank is gone. */
const SYMPTOMS = ['distributed/collective', 'distributed/store-lost'];
/** Errors that all ranks have at once. */
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
   * Runs one rank's `work`, from before it knows what to train to the end. When a rank fails, `work` is left where it is,
   * and all ranks throw: that one its own error, the others one that names it.
   */
  static async together<T>(
    place: Place,
    work: (rendezvous: Rendezvous) => Promise<T>,
    options: RendezvousOptions = {},
  ): Promise<T> {
    const rendezvous = await Rendezvous.#open(place, options);
    try {
      return await Promise.race([work(rendezvous), rendezvous.#failure]);
    } catch (error) {
      const explained = await rendezvous.#explain(error);
      options.tell?.(explained);
      await rendezvous.#abandon(explained);
      throw explained;
    }
  }

  static async #open(place: Place, options: RendezvousOptions): Promise<Rendezvous> {
    const { rank, worldSize: size, host, port } = place;
    const { joinTimeoutMs: timeoutMs = FIVE_MINUTES, heartbeat: times } = options;
    checkRank(rank, size);
    const store = await Store.tcp({ host, port, isServer: rank === 0, timeoutMs });
    // Before the first question: what listens on that port may never answer.
    const heartbeat = new Heartbeat({ host, port, rank, size, ...times });
    try {
      takeSeat(store, rank);
    } catch (error) {
      heartbeat.stop();
      throw error;
    }
    return new Rendezvous(place, store, heartbeat, timeoutMs);
  }

  /**
   * Comes together with all others, who must be about to do the same.
   * @throws KinoraError `distributed/...`: one line for each way in which ranks can miss each other
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
    return this.#heartbeat.verdict.then((verdict) => {
      throw rankFailed(this.place, verdict);
    });
  }

  /**
   * What to report for an error of this rank. One of a collective only shows that another rank has failed: that one is
   * waited for and named. Any other is this rank's own, and the others are told.
   */
  async #explain(error: unknown): Promise<unknown> {
    const code = error instanceof KinoraError ? error.code : '';
    if (SYMPTOMS.includes(code)) {
      const verdict = await this.#verdictWithin(VERDICT_MS);
      return verdict === undefined ? error : rankFailed(this.place, verdict, error);
    }
    if (!COMMON.includes(code)) this.#heartbeat.accuse(firstLine(error));
    return error;
  }

  /** The heartbeat keeps no process alive; the timer does, while somebody waits here. */
  async #verdictWithin(timeMs: number): Promise<Verdict | undefined> {
    const timer = new AbortController();
    try {
      const late = sleep(timeMs, undefined, { signal: timer.signal }).catch(() => undefined);
      return await Promise.race([this.#heartbeat.verdict, late]);
    } finally {
      timer.abort();
    }
  }

  /**
   * Time for a failure to be written down and read: the others learn of it from the store, which goes when rank 0 does.
   * Those who have not come yet are waited for.
   */
  async #abandon(error: unknown): Promise<void> {
    const { intervalMs } = this.#heartbeat;
    await sleep(Math.max(1000, 1.5 * intervalMs));
    this.#heartbeat.stop();
    const { rank, worldSize: size } = this.place;
    const isDeath = error instanceof KinoraError && error.code === 'distributed/rank-lost';
    if (isDeath && rank !== 0) return; // the store may be on a host that hangs, and not answer
    const lateMs = isDeath ? LATE_MS.death : LATE_MS.error;
    await this.#store.gather('abandoned', { rank, size }, this.#joined ? 1.5 * intervalMs : lateMs);
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;

function takeSeat(store: Store, rank: number): void {
  if (store.add(`seat/${rank}`, 1) === 1) return;
  throw kinoraError('distributed/rank-taken', 'RANK', {
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

/** A rank that is gone may come back; an error of its own would come again. */
const rankFailed = ({ rank, worldSize }: Place, { text, isError }: Verdict, cause?: unknown): KinoraError =>
  kinoraError(isError ? 'distributed/rank-failed' : 'distributed/rank-lost', `rank ${rank} of ${worldSize}`, {
    expected: 'all ranks to go on',
    received: text,
    hint: isError ? undefined : 'start again with --resume, from the last checkpoint',
    cause,
  });

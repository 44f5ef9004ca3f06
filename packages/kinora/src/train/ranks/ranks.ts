/**
 * The processes that train the same network, each on its part of every batch (data parallelism), and what the loop needs of
 * them. One process alone is a group in which every sum is its own. How ranks find and watch each other is in torch.distributed.
 */
import { type Device, distributed, type KinoraError, kinoraError, manualSeed } from '@kinora/torch';
import { type RunConfig, spelled } from '../../config/index.js';
import type { BadClip } from '../../data/lists/bad-clips.js';
import type { ClipLoader } from '../../data/load/loader.js';
import { noSums, type Sums } from '../../measure/sums.js';
import { fingerprintTensors } from '../../model/weights.js';
import type { Trained } from '../../run/checkpoint.js';
import type { TrainingClips } from '../clips.js';
import { rankFacts } from './facts.js';
import { shareStatistics, shareTraining } from './share.js';

export interface Ranks {
  /** From 0, which alone writes the run folder and prints. */
  readonly rank: number;
  readonly size: number;
  /** Raised on all ranks after the same step or evaluation, when any of them was asked to stop. */
  readonly stop: AbortSignal | undefined;
  /** Averages gradients over the ranks. */
  readonly reducer: Pick<distributed.GradientReducer, 'forward' | 'backward'>;
  /** Makes `training` on every rank the same as on rank 0, before the first step. */
  begin(training: Trained): Promise<void>;
  /** Seeds the draws of dropout for the coming step by (seed, rank, step), so that a run resumes exactly on every rank. */
  seed(training: Trained): void;
  /** The sum of a number over all ranks. */
  sum(value: number): number;
  /** The whole batch's loss and counts from each rank's. */
  addUp(loss: number, sums: Sums): { loss: number; sums: Sums };
  /** Sums of an evaluation whose clips the ranks share. Throws the reason of `stop` on all, when any was asked to stop. */
  evaluate(part: (signal: AbortSignal | undefined) => Promise<Sums>): Promise<Sums>;
  /** Gives every rank the batch norm statistics of rank 0. */
  shareStatistics(training: Trained): void;
  /**
   * Compares the weights of all ranks, which one step after the other must leave the same to the bit.
   * @throws KinoraError `train/diverged` on rank 0
   */
  compareWeights(training: Trained): Promise<void>;
  /** Rank 0 counts and reports the clips that any rank could not read. Throws there when they are too many. */
  collectBadClips(loader: ClipLoader): Promise<void>;
}

/** One process: there is nothing to share, and its generators need no seed for each step. */
export const alone = (signal?: AbortSignal): Ranks => ({
  rank: 0,
  size: 1,
  stop: signal,
  reducer: { forward: (run) => run(), backward: (loss, run) => run!(loss) },
  begin: async () => undefined,
  seed: () => undefined,
  sum: (value) => value,
  addUp: (loss, sums) => ({ loss, sums }),
  evaluate: (part) => part(signal),
  shareStatistics: () => undefined,
  compareWeights: async () => undefined,
  collectBadClips: async () => undefined,
});

/** Who trains together, and where. */
export interface RankOptions {
  readonly rendezvous?: distributed.Rendezvous | undefined;
  readonly device?: Device;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work` alone or, with a rendezvous, once the other ranks have come with the same clips and configuration. */
export async function withRanks<T>(
  { rendezvous, device = 'cpu', signal }: RankOptions,
  { config, fingerprints }: TrainingClips,
  work: (ranks: Ranks) => Promise<T>,
): Promise<T> {
  if (rendezvous === undefined) return work(alone(signal));
  checkDivides(config, rendezvous.place.worldSize);
  const backend = device === 'cpu' ? 'gloo' : 'nccl';
  const facts = rankFacts(config, fingerprints);
  const world = await Promise.race([rendezvous.join({ backend, facts }), raised(signal)]);
  const ranks = new Group(world, signal);
  try {
    const result = await work(ranks);
    await world.leave();
    return result;
  } finally {
    ranks.dispose();
  }
}

class Group implements Ranks {
  readonly #world: distributed.World;
  readonly #signal: AbortSignal | undefined;
  readonly #stop = new AbortController();
  #reducer: distributed.GradientReducer | undefined;

  /** @param signal of this rank; all stop when any rank's is raised */
  constructor(world: distributed.World, signal: AbortSignal | undefined) {
    this.#world = world;
    this.#signal = signal;
  }

  get rank(): number {
    return this.#world.rank;
  }
  get size(): number {
    return this.#world.size;
  }
  get stop(): AbortSignal {
    return this.#stop.signal;
  }
  get reducer(): distributed.GradientReducer {
    return this.#reducer!;
  }

  async begin(training: Trained): Promise<void> {
    const { network, config } = training;
    if (config.syncBatchNorm) distributed.synchronizeBatchNorm(network, this.#world.group);
    await shareTraining(this.#world, training);
    this.#reducer = distributed.gradientReducer(this.#world.group, network.parameters());
  }

  seed({ config, progress }: Trained): void {
    const parts = [config.seed, this.rank, progress.step];
    const mixed = parts.reduce((sum, part) => sum * 1_000_003n + BigInt(part), 0n);
    manualSeed(BigInt.asUintN(63, mixed));
  }

  sum(value: number): number {
    return this.#world.sum([value])[0]!;
  }

  addUp(loss: number, { clips, top1, top5 }: Sums): { loss: number; sums: Sums } {
    const [whole = 0, n = 0, first = 0, five = 0] = this.#sumOrStop([loss, clips, top1, top5]);
    return { loss: whole, sums: { clips: n, loss: whole * n, top1: first, top5: five } };
  }

  async evaluate(part: (signal: AbortSignal | undefined) => Promise<Sums>): Promise<Sums> {
    const signal = this.#signal;
    const local = await part(signal).catch((error: unknown) => {
      if (!signal?.aborted || error !== signal.reason) throw error;
      return noSums(); // the others wait for this rank's sums, and learn from them that it was asked to stop
    });
    const values = [local.clips, local.loss, local.top1, local.top5];
    const [clips = 0, loss = 0, top1 = 0, top5 = 0] = this.#sumOrStop(values);
    this.stop.throwIfAborted();
    return { clips, loss, top1, top5 };
  }

  /** Sums over the ranks, and raises `stop` where any rank was asked to stop: on all of them at the same place. */
  #sumOrStop(values: readonly number[]): number[] {
    const signal = this.#signal;
    const sums = this.#world.sum([...values, signal?.aborted ? 1 : 0]);
    if (sums.pop()! > 0) this.#stop.abort(signal?.reason ?? new Error('another rank was asked to stop'));
    return sums;
  }

  shareStatistics(training: Trained): void {
    shareStatistics(this.#world, training);
  }

  async compareWeights({ network }: Trained): Promise<void> {
    const all = await this.#world.toLead(fingerprintTensors(network.parameters()));
    const others = all.flatMap((fingerprint, rank) => (fingerprint === all[0] ? [] : [rank]));
    if (others.length > 0) throw diverged(others);
  }

  async collectBadClips(loader: ClipLoader): Promise<void> {
    const texts = await this.#world.toLead(JSON.stringify(loader.badClips));
    for (const text of texts.slice(1))
      for (const clip of JSON.parse(text) as BadClip[]) loader.countBad(clip);
  }

  dispose(): void {
    this.#reducer?.dispose();
  }
}

/** Rejects when `signal` is raised: nobody needs to wait for ranks that come late. */
async function raised(signal: AbortSignal | undefined): Promise<never> {
  signal?.throwIfAborted();
  return new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}

const diverged = (ranks: readonly number[]): KinoraError =>
  kinoraError('train/diverged', 'the end of an epoch', {
    expected: 'the same weights on every rank',
    received: `different weights on rank ${ranks.join(', ')}`,
    hint: 'faulty memory, or different processors or libraries among the hosts',
  });

/** @throws KinoraError `config/batch-size` */
export function checkDivides(config: RunConfig, size: number): void {
  const { batchSize } = config;
  if (batchSize % size === 0) return;
  throw kinoraError('config/batch-size', spelled(config, 'batchSize'), {
    expected: `a multiple of ${size}, the number of processes that share a batch`,
    received: String(batchSize),
    hint: `--set ${spelled(config, 'batchSize')}=${Math.max(size, Math.round(batchSize / size) * size)}`,
  });
}

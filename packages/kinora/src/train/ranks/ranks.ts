/**
 * One of several processes that train the same network, each on its part of every batch (data parallelism): what the loop
 * asks of the others. How they find and watch each other is torch.distributed's business.
 */
import { type Device, distributed, type KinoraError, kinoraError, manualSeed } from '@kinora/torch';
import { type RunConfig, spelled } from '../../config/index.js';
import type { BadClip } from '../../data/lists/bad-clips.js';
import type { ClipLoader } from '../../data/load/loader.js';
import type { Part } from '../../data/load/order.js';
import { noSums, type Sums } from '../../measure/sums.js';
import type { TrainingProgress } from '../../run/checkpoint.js';
import type { StepRanks } from '../step.js';
import type { Training } from '../training.js';
import { fingerprintWeights, shareStatistics, shareTraining } from './share.js';

export interface JoinRanks {
  readonly config: RunConfig;
  readonly device: Device;
  /** What must be the same on all ranks. */
  readonly facts: distributed.Facts;
  readonly signal: AbortSignal | undefined;
}

export class Ranks {
  readonly #world: distributed.World;
  readonly #asked: AbortSignal | undefined;
  readonly #stop = new AbortController();
  #reducer: distributed.GradientReducer | undefined;

  private constructor(world: distributed.World, asked: AbortSignal | undefined) {
    this.#world = world;
    this.#asked = asked;
  }

  /** Comes together with the others, runs `work` and parts from them. */
  static async together<T>(
    rendezvous: distributed.Rendezvous,
    { config, device, facts, signal }: JoinRanks,
    work: (ranks: Ranks) => Promise<T>,
  ): Promise<T> {
    checkDivides(config, rendezvous.place.worldSize);
    const backend = device === 'cpu' ? 'gloo' : 'nccl';
    const world = await Promise.race([rendezvous.join({ backend, facts }), raised(signal)]);
    const ranks = new Ranks(world, signal);
    try {
      const result = await work(ranks);
      await world.leave();
      return result;
    } finally {
      ranks.#reducer?.dispose();
    }
  }

  /** Whether this is rank 0, which alone writes the run folder and speaks. */
  get leads(): boolean {
    return this.#world.rank === 0;
  }
  get size(): number {
    return this.#world.size;
  }
  /** This rank's part of every batch. */
  get part(): Part {
    return { index: this.#world.rank, count: this.#world.size };
  }
  /** Raised on all ranks after the same step or evaluation, when any of them was asked to stop. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Everyone goes on from where rank 0 stands. */
  async begin(training: Training, progress: TrainingProgress): Promise<TrainingProgress> {
    if (training.config.syncBatchNorm) distributed.synchronizeBatchNorm(training.network, this.#world.group);
    return shareTraining(this.#world, training, progress);
  }

  /** What a step needs of the others. */
  forSteps({ network }: Training): StepRanks {
    this.#reducer ??= distributed.gradientReducer(this.#world.group, network.parameters());
    const { rank, size } = this.#world;
    return { rank, size, reducer: this.#reducer, sum: (value) => this.#world.sum([value])[0]! };
  }

  /** Draws of dropout are a function of (seed, rank, step), so that a run resumes exactly on every rank. */
  seed({ seed }: RunConfig, step: number): void {
    const parts = [seed, this.#world.rank, step];
    manualSeed(
      BigInt.asUintN(
        63,
        parts.reduce((sum, part) => sum * 1_000_003n + BigInt(part), 0n),
      ),
    );
  }

  /** The whole batch's loss and counts from each rank's. */
  addUp(loss: number, { clips, top1, top5 }: Sums): { loss: number; sums: Sums } {
    const [whole = 0, n = 0, first = 0, five = 0] = this.#sum([loss, clips, top1, top5]);
    return { loss: whole, sums: { clips: n, loss: whole * n, top1: first, top5: five } };
  }

  /** Sums over the ranks; with them goes whether one was asked to stop, so that all hear of it at the same place. */
  #sum(values: readonly number[]): number[] {
    const sums = this.#world.sum([...values, this.#asked?.aborted ? 1 : 0]);
    if (sums.pop()! > 0) this.#stop.abort(this.#asked?.reason ?? new Error('another rank was asked to stop'));
    return sums;
  }

  /** Sums of an evaluation whose clips the ranks share. Throws the reason of `stop` on all, when any was asked to stop. */
  async evaluate(own: (signal: AbortSignal | undefined) => Promise<Sums>): Promise<Sums> {
    const asked = this.#asked;
    const part = await own(asked).catch((error: unknown) => {
      if (!asked?.aborted || error !== asked.reason) throw error;
      return noSums(); // the others wait for this rank's sums, and hear with them that it was asked to stop
    });
    const [clips = 0, loss = 0, top1 = 0, top5 = 0] = this.#sum([
      part.clips,
      part.loss,
      part.top1,
      part.top5,
    ]);
    this.stop.throwIfAborted();
    return { clips, loss, top1, top5 };
  }

  /**
   * Compares the weights of all ranks, which one step after the other must leave the same to the bit.
   * @throws KinoraError `train/diverged` on rank 0
   */
  async compareWeights({ network }: Training): Promise<void> {
    const fingerprints = await this.#world.toLead(fingerprintWeights(network));
    const other = fingerprints.flatMap((fingerprint, rank) =>
      fingerprint === fingerprints[0] ? [] : [rank],
    );
    if (other.length > 0) throw diverged(other);
  }

  shareStatistics(training: Training): void {
    shareStatistics(this.#world, training);
  }

  /** Rank 0 counts and reports the clips that any rank could not read. Throws there when they are too many. */
  async tellBadClips(loader: ClipLoader): Promise<void> {
    const texts = await this.#world.toLead(JSON.stringify(loader.badClips));
    for (const text of texts.slice(1))
      for (const clip of JSON.parse(text) as BadClip[]) loader.countBad(clip);
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
    received: `others on rank ${ranks.join(', ')}`,
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

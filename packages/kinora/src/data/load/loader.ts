/**
 * Clips to batches: shuffled, decoded ahead by worker threads into a ring of shared memory, handed out in order.
 * What a batch holds is a function of (list, spec, seed, epoch, batch number) and the files, whatever the number
 * of workers and wherever an epoch is taken up again.
 *
 * A clip that cannot be read is reported once. In training its place is taken by the next good clip in the
 * epoch's order (which then occurs twice), so that batches keep their size; in evaluation it is left out.
 */
import {
  type AugmentSpec,
  clipLength,
  FLOW_FIELDS,
  fieldBytes,
  type PreprocessSpec,
  preparedBytes,
} from '@kinora/clip';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import type { FlowOptions } from '../flow/flow-reader.js';
import { type BadClip, BadClips } from '../lists/bad-clips.js';
import type { ClipList } from '../lists/clip-list.js';
import { type FetchAhead, fetchAhead } from '../pack/remote/fetch-ahead.js';
import { type Placement, placementOf, streamOrder } from '../pack/remote/placement.js';
import { type AssembledBatch, assembleBatch, type EpochRun, nothingLeft } from './assemble.js';
import { boundedWorkers, type DecodePool, decodePool, defaultWorkers } from './decode-pool.js';
import { balancedOrder, batchCount, batchPlaces, epochOrder, type Part, repeatsIn, WHOLE } from './order.js';
import { type Ahead, readAhead } from './read-ahead.js';

export interface LoaderOptions {
  /** The clips, from `readClipList` or `readClassFolders`. */
  readonly list: ClipList;
  /** How clips become network input; `preprocessSpec` makes it from a configuration. */
  readonly spec: PreprocessSpec;
  /** Clips in a batch; where ranks share it, over all of them. */
  readonly batchSize: number;
  /** Which of several ranks reads here; default: the only one. */
  readonly part?: Part;
  /** Training: shuffled, randomly sampled and augmented, by this seed. Absent: evaluation, always the same. */
  readonly training?: {
    readonly seed: number;
    readonly augment?: AugmentSpec;
    /** Every class equally often, instead of every clip once. */
    readonly balanced?: boolean;
  };
  /** Optical flow of each clip too. */
  readonly flow?: FlowOptions;
  /** Leaves out the last batch if it is not full; default: in training. */
  readonly dropLast?: boolean;
  /** Worker threads, at most one per processor; 0 decodes in the calling thread. Default: `defaultWorkers`. */
  readonly workers?: number;
  /** Batches decoded ahead of the one handed out. Default 2. */
  readonly prefetch?: number;
  /** Fails when more of the clips cannot be read than `allowedBad` of this share. Default 0.01. */
  readonly maxBadFraction?: number;
  /** Called once for each clip that cannot be read. */
  readonly onBadClip?: (clip: BadClip) => void;
}

export interface Batch {
  /**
   * uint8 RGB `[N, T, H, W, 3]` in shared memory. Owned by the loader: valid until the next batch is asked for
   * or `release()` is called, whichever comes first. Copy what must live longer.
   */
  readonly clips: Uint8Array;
  /**
   * Where flow was asked for: uint8 `[N, FLOW_FIELDS, H, W, 2]`, the displacement along x and y from a frame to the
   * next, as `flowPixels` reads it; sampled, cropped and augmented as the clips, and owned like them.
   */
  readonly flow?: Uint8Array;
  readonly shape: readonly [n: number, t: number, h: number, w: number];
  /** `[N]`; -1 where the list has no labels. */
  readonly labels: BigInt64Array;
  /** Positions in the list, `[N]`. */
  readonly indices: Int32Array;
  readonly epoch: number;
  readonly number: number;
  /** Gives the memory back early, so that the next batch can be decoded into it. */
  release(): void;
}

export interface EpochOptions {
  /** The first batch. Default 0. */
  readonly startBatch?: number;
  /** Ends the epoch with the signal's reason, and the threads with what they wait for: a silent server takes minutes. */
  readonly signal?: AbortSignal | undefined;
}

export interface ClipLoader {
  /** Clips in the list, bad ones included. */
  readonly clips: number;
  readonly batchesPerEpoch: number;
  /** Threads that decode. */
  readonly workers: number;
  /** The clips that could not be read so far, in the order of the list. */
  readonly badClips: readonly BadClip[];
  /** Counts and reports one that another rank could not read as one of its own. Throws when there are too many. */
  countBad(clip: BadClip): void;
  /** The batches of an epoch. One epoch at a time; leaving the loop early is fine. */
  epoch(epoch: number, options?: EpochOptions): AsyncGenerator<Batch, void, void>;
  /** Ends the threads. An epoch under way fails. */
  close(): Promise<void>;
}

/**
 * A loader of batches over a list of clips: `for await (const batch of loader.epoch(0))`. Close it when you are done.
 *
 * @throws KinoraError `data/too-few-clips` where an epoch would have no batch
 */
export function clipLoader(options: LoaderOptions): ClipLoader {
  const { list, spec, batchSize, part = WHOLE, training, flow } = options;
  const clips = list.items.length;
  const batchesPerEpoch = batchCount(clips, batchSize, options.dropLast ?? training !== undefined);
  if (batchesPerEpoch === 0) throw tooFewClips(clips, batchSize);
  const clipBytes = preparedBytes(spec, fixedLength(spec));
  const flowBytes = flow === undefined ? 0 : fieldBytes(spec.crop, FLOW_FIELDS);
  const workers = boundedWorkers(options.workers ?? defaultWorkers());
  const bad = new BadClips(clips, options.maxBadFraction ?? 0.01, options.onBadClip ?? (() => undefined));
  const ring = once(() =>
    memoryRing(
      workers === 0 ? 1 : (options.prefetch ?? 2) + 1,
      Math.ceil(Math.min(batchSize, clips) / part.count) * (clipBytes + flowBytes),
    ),
  );
  const placement = once(() => (list.shuffleBuffer === undefined ? undefined : placementOf(list.items)));
  let pool: DecodePool | undefined;
  let running = false;

  const close = async (): Promise<void> => {
    const closing = pool;
    pool = undefined;
    await closing?.close();
  };

  async function* epoch(
    number: number,
    { startBatch = 0, signal }: EpochOptions = {},
  ): AsyncGenerator<Batch, void, void> {
    if (running) throw epochRunning();
    running = true;
    const stop = (): void => void close();
    signal?.addEventListener('abort', stop);
    let handed = 0;
    let fetching: FetchAhead | undefined;
    try {
      pool ??= decodePool(workers, { spec, ...(training && { training }), ...(flow && { flow }) });
      const order = orderOf(list, number, training, placement());
      const repeats = repeatsIn(order);
      const places = { list, order, repeats, replace: training !== undefined };
      const run: EpochRun = { ...places, bad, pool, batchSize, part, clipBytes, flowBytes, epoch: number };
      fetching = placement() && fetchAhead(placement()!, clipsOfBatches(run, startBatch), startBatch);
      const make = (batch: number, slot: Uint8Array) => assembleBatch(run, batch, slot);
      for await (const ahead of readAhead(ring(), startBatch, batchesPerEpoch, make, pool.cancel)) {
        signal?.throwIfAborted();
        handed++;
        fetching?.reached(ahead.value.number);
        yield handOut(ahead, spec);
      }
    } catch (error) {
      signal?.throwIfAborted(); // a thread that was ended is no error then
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await fetching?.stop();
      running = false;
    }
    const wanted = startBatch < batchesPerEpoch && batchPlaces(startBatch, batchSize, clips, part).length > 0;
    if (handed === 0 && wanted) throw nothingLeft(clips);
  }

  return {
    clips,
    batchesPerEpoch,
    workers,
    get badClips() {
      return bad.all();
    },
    countBad: (clip) => bad.add(clip),
    epoch,
    close,
  };
}

function orderOf(
  { items, shuffleBuffer = 1 }: ClipList,
  epoch: number,
  training: LoaderOptions['training'],
  placement: Placement | undefined,
): Uint32Array {
  const order =
    training?.balanced === true
      ? balancedOrder(
          items.map(({ label }) => label),
          epoch,
          training.seed,
        )
      : epochOrder(items.length, epoch, training?.seed);
  if (placement === undefined || training === undefined) return order;
  return streamOrder(order, placement, shuffleBuffer, training.seed, epoch);
}

/** Positions in the list that this rank reads, batch by batch. */
function* clipsOfBatches({ order, batchSize, part }: EpochRun, from: number): Generator<number[]> {
  for (let batch = from; batch * batchSize < order.length; batch++)
    yield batchPlaces(batch, batchSize, order.length, part).map((place) => order[place]!);
}

/** Memory that worker threads can write to. */
function memoryRing(slots: number, bytes: number): Uint8Array[] {
  return Array.from({ length: slots }, () => new Uint8Array(new SharedArrayBuffer(bytes)));
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function handOut({ value, release }: Ahead<AssembledBatch>, spec: PreprocessSpec): Batch {
  const { height, width } = spec.crop;
  return { ...value, shape: [value.indices.length, fixedLength(spec), height, width], release };
}

function fixedLength(spec: PreprocessSpec): number {
  const length = clipLength(spec);
  if (length !== undefined) return length;
  throw kinoraError('data/clip-length', 'clips', {
    expected: 'a number of clips, so that all clips of a batch are equally long',
    received: '-1',
  });
}

function tooFewClips(clips: number, batchSize: number): KinoraError {
  return new KinoraError({
    code: 'data/too-few-clips',
    expected: 'at least one full batch',
    received: `${clips} clips for a batch of ${batchSize}`,
    hint: 'lower batchSize',
  });
}

function epochRunning(): KinoraError {
  return new KinoraError({
    code: 'data/epoch-running',
    expected: 'one epoch of a loader at a time',
    received: 'another while the first is under way',
    hint: 'leave its loop first, or use a second loader',
  });
}

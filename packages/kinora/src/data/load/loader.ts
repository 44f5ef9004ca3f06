/**
 * Clips to batches: shuffled, decoded ahead by worker threads into a ring of shared memory, and returned in order. The
 * contents of a batch are a function of (list, spec, seed, epoch, batch number) and the files; they do not depend on
 * the number of workers or on where an epoch is resumed.
 *
 * A clip that cannot be read is reported once. In training it is replaced by the next good clip in the epoch's order
 * (which then occurs twice), so that batches keep their size; in evaluation it is left out.
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

/** How a loader decodes, augments and batches clips. */
export interface LoaderOptions {
  /** The clips, from `readClipList` or `readClassFolders`. */
  readonly list: ClipList;
  /** How clips become network input; `preprocessSpec` makes it from a configuration. */
  readonly spec: PreprocessSpec;
  /** Clips per batch, over all ranks. */
  readonly batchSize: number;
  /** The rank of this loader. Default: a single rank. */
  readonly part?: Part;
  /** Training: clips are shuffled, randomly sampled and augmented with this seed. Absent: deterministic evaluation. */
  readonly training?: {
    readonly seed: number;
    readonly augment?: AugmentSpec;
    /** Visit every class equally often instead of every clip once. */
    readonly balanced?: boolean;
  };
  /** Also read the optical flow of each clip. */
  readonly flow?: FlowOptions;
  /** Drop the last batch if it is not full. Default: only in training. */
  readonly dropLast?: boolean;
  /** Worker threads, at most one per processor; 0 decodes in the calling thread. Default: `defaultWorkers`. */
  readonly workers?: number;
  /** Number of batches decoded ahead of the current one. Default: 2. */
  readonly prefetch?: number;
  /** Throws if more clips than `allowedBad` of this share cannot be read. Default: 0.01. */
  readonly maxBadFraction?: number;
  /** Called once for each clip that cannot be read. */
  readonly onBadClip?: (clip: BadClip) => void;
}

/** Clips of one step, with their targets. */
export interface Batch {
  /**
   * uint8 RGB `[N, T, H, W, 3]` in shared memory. Owned by the loader: valid until the next batch is requested or
   * `release()` is called, whichever comes first. Copy it to keep it longer.
   */
  readonly clips: Uint8Array;
  /**
   * If flow was requested: uint8 `[N, FLOW_FIELDS, H, W, 2]`, the displacement along x and y from a frame to the
   * next, as `flowPixels` reads it; sampled, cropped and augmented as the clips, and owned like them.
   */
  readonly flow?: Uint8Array;
  readonly shape: readonly [n: number, t: number, h: number, w: number];
  /** `[N]`; -1 if the list has no labels. */
  readonly labels: BigInt64Array;
  /** Positions in the list, `[N]`. */
  readonly indices: Int32Array;
  readonly epoch: number;
  readonly number: number;
  /** Returns the memory early, so that the next batch can be decoded into it. */
  release(): void;
}

/** Which epoch a loader goes through, and from where. */
export interface EpochOptions {
  /** The first batch. Default 0. */
  readonly startBatch?: number;
  /**
   * Aborts the epoch with the signal's reason, and terminates the threads, which may otherwise wait minutes for a
   * server.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Reads a list of clips in batches, decoded ahead in worker threads. */
export interface ClipLoader {
  /** Clips in the list, including bad ones. */
  readonly clips: number;
  readonly batchesPerEpoch: number;
  /** Number of decoding threads. */
  readonly workers: number;
  /** The clips found to be unreadable so far, in the order of the list. */
  readonly badClips: readonly BadClip[];
  /** Counts and reports a bad clip of another rank. Throws if there are too many. */
  countBad(clip: BadClip): void;
  /** The batches of an epoch. Only one epoch can run at a time; you may leave the loop early. */
  epoch(epoch: number, options?: EpochOptions): AsyncGenerator<Batch, void, void>;
  /** Terminates the threads. An epoch in progress fails. */
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
      signal?.throwIfAborted(); // a terminated thread is not an error then
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

/** Memory that worker threads can write. */
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
    expected: 'a fixed number of clips, so that all clips of a batch have the same length',
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
    received: 'a second one while the first is in progress',
    hint: 'leave its loop first, or use a second loader',
  });
}

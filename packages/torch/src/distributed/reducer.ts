/**
 * Gradients averaged over the ranks (torch.nn.parallel.DistributedDataParallel): in buckets, each sent as soon as backward
 * has filled it, by c10d's Reducer; where that was not built, in the same buckets after backward. And batch norm over the
 * batches of all ranks (torch.nn.SyncBatchNorm.convert_sync_batchnorm).
 */
import { native } from '../engine/native.js';
import { scope } from '../engine/scope.js';
import { BatchNormNd } from '../nn/layers/normalization.js';
import type { AnyModule } from '../nn/module.js';
import { ops } from '../ops/ops.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';
import { features } from './features.js';
import type { ProcessGroup } from './group.js';

export interface ReducerOptions {
  /** Bytes a bucket holds; the first one is small, so that sending begins early. Default 25 MiB, as PyTorch's. */
  readonly bucketBytes?: number;
  readonly firstBucketBytes?: number;
  /** Parameters may go without a gradient in some steps; costs a walk through the graph. Default false. */
  readonly findUnused?: boolean;
  /** Which implementation; default: c10d's where it is built. */
  readonly kind?: 'c10d' | 'after-backward';
  /** Notes when each bucket went off and came back, for measurements; only c10d's. Default false. */
  readonly timed?: boolean;
}

/** Milliseconds of the clock that all processes of a host share. */
export interface BucketTime {
  /** This rank had all of the bucket's gradients, and gave them away. */
  readonly off: number;
  readonly back: number;
}

/**
 * Wraps one step after another:
 * @example
 * const loss = reducer.forward(() => lossOf(network.call(clips)));
 * reducer.backward(loss); // afterwards every rank has the same gradients: the mean over the ranks
 */
export interface GradientReducer {
  readonly kind: 'c10d' | 'after-backward';
  /** Runs a forward pass whose gradients `backward` will average. */
  forward<T>(run: () => T): T;
  /**
   * @param run what makes the gradients, each of them once; default `loss.backward()`. Called without the reducer it only
   * adds to this rank's gradients, and the next `backward` averages the whole (DDP's no_sync).
   */
  backward(loss: Tensor, run?: (loss: Tensor) => void): void;
  /** Of the last backward, in the order of sending; empty where `timed` was not asked for. */
  bucketTimes(): BucketTime[];
  dispose(): void;
}

const MEBIBYTE = 2 ** 20;
const plain = (loss: Tensor): void => loss.backward();

export function gradientReducer(
  group: ProcessGroup,
  parameters: readonly Tensor[],
  options: ReducerOptions = {},
): GradientReducer {
  const trained = parameters.filter(({ requiresGrad }) => requiresGrad);
  const kind = options.kind ?? (features().reducer ? 'c10d' : 'after-backward');
  return kind === 'c10d' ? overlapping(group, trained, options) : afterBackward(group, trained, options);
}

function overlapping(
  group: ProcessGroup,
  parameters: readonly Tensor[],
  {
    bucketBytes = 25 * MEBIBYTE,
    firstBucketBytes = MEBIBYTE,
    findUnused = false,
    timed = false,
  }: ReducerOptions,
): GradientReducer {
  const handles = parameters.map(({ handle }) => handle);
  const reducer = native().newReducer(
    group.handle,
    handles,
    firstBucketBytes,
    bucketBytes,
    findUnused,
    timed,
  );
  return {
    kind: 'c10d',
    forward(run) {
      native().prepareForward(reducer);
      return run();
    },
    backward(loss, run = plain) {
      native().prepareBackward(reducer, findUnused ? [loss.handle] : []);
      run(loss);
    },
    bucketTimes() {
      const times = native().bucketTimes(reducer);
      return times.flatMap((off, i) => (i % 2 === 0 ? [{ off, back: times[i + 1]! }] : []));
    },
    dispose: () => native().releaseReducer(reducer),
  };
}

function afterBackward(
  group: ProcessGroup,
  parameters: readonly Tensor[],
  { bucketBytes = 25 * MEBIBYTE }: ReducerOptions,
): GradientReducer {
  const buckets = bucketsOf(parameters, bucketBytes);
  return {
    kind: 'after-backward',
    forward: (run) => run(),
    backward(loss, run = plain) {
      run(loss);
      noGrad(() => scope(() => averageGradients(group, buckets)));
    },
    bucketTimes: () => [],
    dispose: () => undefined,
  };
}

/** The last layers first, as c10d sends them; a bucket holds one dtype. */
function bucketsOf(parameters: readonly Tensor[], bytes: number): Tensor[][] {
  const buckets: Tensor[][] = [];
  let room = 0;
  for (const parameter of [...parameters].reverse()) {
    const size = parameter.numel * 4;
    if (size > room || buckets.at(-1)?.[0]?.dtype !== parameter.dtype) {
      buckets.push([]);
      room = bytes;
    }
    buckets.at(-1)!.push(parameter);
    room -= size;
  }
  return buckets;
}

/** All buckets are under way before the first is waited for. A parameter without a gradient counts as zero. */
function averageGradients(group: ProcessGroup, buckets: readonly Tensor[][]): void {
  const sent = buckets.map((parameters) => {
    const gradients = parameters.map((parameter) => parameter.grad ?? ops.zeros_like(parameter));
    const flat = ops.cat(gradients.map((gradient) => gradient.reshape([-1])));
    return { parameters, flat, work: group.allReduce(flat) };
  });
  for (const { parameters, flat, work } of sent) {
    work.wait();
    flat.div_(group.size);
    let start = 0;
    for (const parameter of parameters) {
      const { numel, shape } = parameter;
      parameter.grad = flat
        .narrow(0, start, numel)
        .reshape([...shape])
        .clone();
      start += numel;
    }
  }
}

/** Parameters and buffers of rank `root` on every rank, so that all begin alike. */
export function broadcastState(group: ProcessGroup, tensors: Iterable<Tensor>, root = 0): void {
  noGrad(() => {
    const works = [...tensors].map((tensor) => group.broadcast(tensor, root));
    for (const work of works) work.wait();
  });
}

/**
 * Makes every batch norm in `module` compute its statistics over all ranks while it trains; in evaluation nothing
 * changes. Parameters and names stay. Returns how many there are.
 */
export function synchronizeBatchNorm(module: AnyModule, group: ProcessGroup | null): number {
  const norms = [...module.namedModules().values()].filter((each) => each instanceof BatchNormNd);
  for (const norm of norms) norm.syncGroup = group;
  return norms.length;
}

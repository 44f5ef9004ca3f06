/**
 * Averages gradients over the ranks (torch.nn.parallel.DistributedDataParallel). c10d's Reducer sends buckets of
 * gradients, each as soon as the backward pass has filled it; if the engine was built without it, the same buckets are
 * sent after the backward pass. Also synchronizes batch norm over the ranks
 * (torch.nn.SyncBatchNorm.convert_sync_batchnorm).
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
  /** Bytes per bucket; the first one is smaller, so that sending begins early. Default: 25 MiB, as in PyTorch. */
  readonly bucketBytes?: number;
  readonly firstBucketBytes?: number;
  /** Set this if some parameters get no gradient in some steps; it costs a walk through the graph. Default: false. */
  readonly findUnused?: boolean;
  /** Which implementation to use. Default: c10d's if the engine was built with it. */
  readonly kind?: 'c10d' | 'after-backward';
  /** Records when each bucket was sent and returned, for measurements; only with c10d's. Default: false. */
  readonly timed?: boolean;
}

/** Milliseconds of a clock that all processes of a host share. */
export interface BucketTime {
  /** When this rank had all of the bucket's gradients and sent them. */
  readonly sent: number;
  readonly returned: number;
}

/**
 * Averages the gradients of each training step:
 * @example
 * const loss = reducer.forward(() => lossOf(network.call(clips)));
 * reducer.backward(loss); // now every rank has the same gradients: the mean over the ranks
 */
export interface GradientReducer {
  readonly kind: 'c10d' | 'after-backward';
  /** Runs a forward pass whose gradients `backward` will average. */
  forward<T>(run: () => T): T;
  /**
   * @param run computes the gradients, each exactly once; default: `loss.backward()`. Without the reducer,
   * `loss.backward()` adds to this rank's gradients only, and the next `backward` averages the total (DDP's no_sync).
   */
  backward(loss: Tensor, run?: (loss: Tensor) => void): void;
  /** Times of the last backward pass, in the order of sending; empty without `timed`. */
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
      return times.flatMap((sent, i) => (i % 2 === 0 ? [{ sent, returned: times[i + 1]! }] : []));
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

/** Sends all buckets before waiting for the first. A parameter without a gradient counts as zero. */
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

/** Copies parameters and buffers from rank `root` to every rank, so that all start with the same values. */
export function broadcastState(group: ProcessGroup, tensors: Iterable<Tensor>, root = 0): void {
  noGrad(() => {
    const works = [...tensors].map((tensor) => group.broadcast(tensor, root));
    for (const work of works) work.wait();
  });
}

/**
 * Makes every batch norm in `module` compute its training statistics over all ranks; evaluation, parameters and names
 * do not change. Returns the number of batch norms.
 */
export function synchronizeBatchNorm(module: AnyModule, group: ProcessGroup | null): number {
  const norms = [...module.namedModules().values()].filter((each) => each instanceof BatchNormNd);
  for (const norm of norms) norm.syncGroup = group;
  return norms.length;
}

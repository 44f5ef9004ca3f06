/** A network's forward pass, traced at both batch sizes: what every kind of ONNX graph begins with. */
import { FLOW_FIELDS, type PreprocessSpec } from '@kinora/clip';
import { KinoraError, kinoraError, ops, type Tensor, type TracedCall, trace } from '@kinora/torch';
import type { Network, NetworkOutput } from '../model/network.js';
import {
  BATCHES,
  type BatchCall,
  type ModuleOutput,
  mergeCalls,
  mergeModules,
  type TensorRef,
} from './batch.js';
import type { Traces } from './translate.js';

export interface Forward {
  readonly traces: Traces;
  readonly calls: readonly BatchCall[];
  readonly modules: readonly ModuleOutput[];
  /** `clips`, and `flow` where the network wants it. */
  readonly inputs: ReadonlyMap<string, TensorRef>;
  /** A tensor of the result; its first axis is the batch. */
  result(tensor: Tensor): TensorRef;
  readonly output: NetworkOutput;
}

/** Runs the network on zeros, in the mode that it is in. Its tensors belong to the caller's scope. Throws `export/*`. */
export function traceForward(network: Network, spec: PreprocessSpec): Forward {
  const shapes = inputsOf(network, clipShape(spec));
  const [small, large] = BATCHES.map((batch) => {
    const inputs = shapes.map(([, size]) => ops.zeros([batch, ...size]));
    return { inputs, trace: trace(() => network.call(...(inputs as [Tensor, Tensor?]))) };
  }) as [Run, Run];
  const drawn = small.trace.calls.find(({ operator }) => RANDOM.test(operator));
  if (drawn !== undefined) throw random(drawn);
  const refOf = (tensor: Tensor): TensorRef => ({
    tensor: small.trace.idOf(tensor)!,
    dtype: tensor.dtype,
    shape: [{ perClip: 1 }, ...tensor.shape.slice(1)],
  });
  return {
    traces: [small.trace, large.trace],
    calls: mergeCalls(small.trace, large.trace),
    modules: mergeModules(small.trace, large.trace),
    inputs: new Map(shapes.map(([name], i) => [name, refOf(small.inputs[i]!)])),
    result: refOf,
    output: small.trace.result,
  };
}

/** Operators that draw; dropout is no operator of these. */
const RANDOM = /^aten::(rand|randn|randint|randperm|bernoulli|multinomial|normal|uniform)(_like|_)?$/;

const random = ({ module, operator }: TracedCall): KinoraError =>
  kinoraError('export/random', module === '' ? 'the network' : module, {
    expected: 'a forward pass that draws nothing at random except in dropout',
    received: operator,
    hint: 'networks that choose frames at random while they learn train with kinora train only',
  });

type Run = { inputs: Tensor[]; trace: ReturnType<typeof trace<NetworkOutput>> };

/** `[3, T, H, W]` of one clip. */
function clipShape({ frames, clips, crop }: PreprocessSpec): number[] {
  if (clips > 0) return [3, frames * clips, crop.height, crop.width];
  throw new KinoraError({
    code: 'export/length',
    expected: 'clips of a fixed length (key clips above 0)',
    received: 'a network trained on whole videos (clips: -1)',
  });
}

/** Names and shapes of what the network takes for one clip. */
function inputsOf({ flow }: Network, clip: readonly number[]): [name: string, shape: readonly number[]][] {
  const [, , height, width] = clip as [number, number, number, number];
  return [
    ['clips', clip],
    ...(flow ? [['flow', [2, FLOW_FIELDS, height, width]] as [string, number[]]] : []),
  ];
}

/** Batch normalisation in training, or with fixed statistics where it is frozen, and dropout. */
import { isPerClip, type Size } from '../../batch.js';
import type { Call } from '../../call.js';
import { floats } from '../../graph.js';
import { translationOf } from '../../operators/table.js';
import { RANDOM_RANGE } from '../random.js';
import { type Differentiated, elementCount, type Rule, type TrainingCall } from '../rule.js';

const batchNorm: Rule = (call) => (call.flag('training') ? ofBatch(call) : ofStatistics(call));

/** The parts of a normalisation: constants and shapes of one value a channel. */
class Channels {
  readonly count: number;
  readonly #shape: readonly Size[];
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
    this.#shape = call.tensor('input').shape;
    this.count = this.#shape[1] as number;
  }

  /** The axes that statistics are taken over: all but the channels. */
  get axes(): number[] {
    return this.#shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  }

  /** float32 `[1]`: values of a channel. */
  elements(): string {
    return elementCount(
      this.#call,
      this.#shape.map((size, axis) => (axis === 1 ? 1 : size)),
    );
  }

  /** `[C]` */
  filled(value: number): string {
    return this.#call.constant(floats(new Float32Array(this.count).fill(value)));
  }

  /** `[C]` to what broadcasts over the maps. */
  wide(value: string): string {
    return this.#call.reshape(value, [this.count, ...this.#shape.slice(2).map(() => 1)]);
  }

  flat(value: string): string {
    return this.#call.reshape(value, [this.count]);
  }

  /** Maps times `[C]` plus `[C]`, in one pass: a batch norm whose statistics are 0 and 1. */
  affine(maps: string, factor: string, shift: string): string {
    const statistics = [this.filled(0), this.filled(1)];
    return this.#call.node('BatchNormalization', [maps, factor, shift, ...statistics], {
      epsilon: { float: 0 },
    });
  }
}

/** By the batch's own statistics; the running ones follow them (torch.nn.functional.batch_norm, training). */
function ofBatch(call: TrainingCall): Differentiated {
  const channels = new Channels(call);
  const { axes } = channels;
  const node = (op: string, ...inputs: string[]): string => call.node(op, inputs);
  const mean = (maps: string): string =>
    call.node('ReduceMean', [maps], { axes: { ints: axes }, keepdims: { int: 1 } });
  const gamma = call.optional('weight') || channels.filled(1);
  const beta = call.optional('bias') || channels.filled(0);
  const average = mean(call.input('input'));
  const centred = node('Sub', call.input('input'), average);
  const variance = channels.flat(mean(node('Mul', centred, centred)));
  const deviation = node('Sqrt', node('Add', variance, call.scalar(call.number('eps'))));
  const gain = node('Div', gamma, deviation);
  follow(call, channels, channels.flat(average), variance);
  const sum = (maps: string): string =>
    call.node('ReduceSum', [maps, call.int64s(axes)], { keepdims: { int: 0 } });
  return {
    output: channels.affine(centred, gain, beta),
    backward: (gradient) => {
      const total = sum(gradient);
      const weighted = node('Div', sum(node('Mul', gradient, centred)), deviation);
      const input = (): string => {
        // gain * (gradient - total / n - normalised * weighted / n)
        const share = node('Neg', node('Reciprocal', channels.elements()));
        const slope = node('Mul', node('Div', weighted, deviation), share);
        const rest = channels.affine(centred, slope, node('Mul', total, share));
        return node('Mul', node('Add', gradient, rest), channels.wide(gain));
      };
      return {
        weight: weighted,
        bias: total,
        input: call.learns('input') ? input() : undefined,
      };
    },
  };
}

/** Moves the running statistics towards the batch's; their variance is the unbiased one. */
function follow(call: TrainingCall, channels: Channels, mean: string, variance: string): void {
  if (call.value('running_mean') === null) return;
  const momentum = call.number('momentum');
  const node = (op: string, ...inputs: string[]): string => call.node(op, inputs);
  const towards = (buffer: string, value: string): void => {
    const kept = node('Mul', call.input(buffer), call.scalar(1 - momentum));
    call.update(call.input(buffer), node('Add', kept, node('Mul', value, call.scalar(momentum))));
  };
  const elements = channels.elements();
  const unbiased = node('Div', elements, node('Sub', elements, call.scalar(1)));
  towards('running_mean', mean);
  towards('running_var', node('Mul', variance, unbiased));
}

/** By running statistics that stay as they are. */
function ofStatistics(call: TrainingCall): Differentiated {
  const output = translationOf('aten::batch_norm')!.operator(call) as string;
  const channels = new Channels(call);
  const node = (op: string, ...inputs: string[]): string => call.node(op, inputs);
  const backward = (gradient: string) => {
    const variance = node('Add', call.input('running_var'), call.scalar(call.number('eps')));
    const steepness = node('Reciprocal', node('Sqrt', variance));
    const gamma = call.optional('weight') || channels.filled(1);
    const sum = (maps: string): string =>
      call.node('ReduceSum', [maps, call.int64s(channels.axes)], { keepdims: { int: 0 } });
    const weight = (): string => {
      const centred = node('Sub', call.input('input'), channels.wide(call.input('running_mean')));
      return node('Mul', sum(node('Mul', gradient, centred)), steepness);
    };
    return {
      input: node('Mul', gradient, channels.wide(node('Mul', gamma, steepness))),
      weight: call.learns('weight') ? weight() : undefined,
      bias: call.learns('bias') ? sum(gradient) : undefined,
    };
  };
  return { output, backward };
}

/** Single values, or whole channels, that are zero with probability p; the others are scaled by 1 / (1 - p). */
const dropout =
  (masked: (shape: readonly Size[]) => readonly Size[]): Rule =>
  (call) => {
    const p = call.number('p');
    if (!call.flag('train') || p === 0)
      return { output: call.input('input'), backward: (gradient) => ({ input: gradient }) };
    const mask = keptOf(call, masked(call.tensor('input').shape), p);
    return {
      output: call.node('Mul', [call.input('input'), mask]),
      backward: (gradient) => ({ input: call.node('Mul', [gradient, mask]) }),
    };
  };

/** float32: 0 with probability p, else 1 / (1 - p). */
function keptOf(call: TrainingCall, shape: readonly Size[], p: number): string {
  const perClip = shape.reduce<number>(
    (product, size) => product * (isPerClip(size) ? size.perClip : size),
    1,
  );
  const total = call.node('Squeeze', [call.shape([{ perClip }])]);
  const threshold = call.scalar(Math.round(p * RANDOM_RANGE), 'int64');
  const kept = call.node('GreaterOrEqual', [call.random(total), threshold]);
  const scaled = call.node('Mul', [call.cast(kept, 'bool', 'float32'), call.scalar(p < 1 ? 1 / (1 - p) : 0)]);
  return call.reshape(scaled, shape);
}

export const normalisation: Readonly<Record<string, Rule>> = {
  'aten::batch_norm': batchNorm,
  'aten::dropout': dropout((shape) => shape),
  'aten::feature_dropout': dropout((shape) => shape.map((size, axis) => (axis < 2 ? size : 1))),
};

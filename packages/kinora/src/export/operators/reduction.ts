/** Sums, means and extremes along dimensions. */
import { isPerClip } from '../batch.js';
import { type Call, fromFront, type Operator } from '../call.js';

/** The dimensions it runs over; all of them where none is named. */
function axesOf(call: Call): number[] {
  const rank = call.tensor('self').shape.length;
  const named = call.has('dim') && call.value('dim') !== null ? call.numbers('dim') : [];
  return named.length > 0
    ? named.map((axis) => fromFront(axis, rank))
    : Array.from({ length: rank }, (_, i) => i);
}

const keepdim = (call: Call) => ({ keepdims: { int: Number(call.has('keepdim') && call.flag('keepdim')) } });

const reduce =
  (op: string) =>
  (call: Call): string =>
    call.node(op, [call.input('self')], { axes: { ints: axesOf(call) }, ...keepdim(call) });

/** Its dimensions became an input with opset 13, before those of the others. */
const sum: Operator = (call) =>
  call.node('ReduceSum', [call.input('self'), call.int64s(axesOf(call))], keepdim(call));

/** The mean square distance from the mean, over n - correction. */
function variance(call: Call): string {
  const axes = axesOf(call);
  const input = call.input('self');
  const mean = call.node('ReduceMean', [input], { axes: { ints: axes }, keepdims: { int: 1 } });
  const distance = call.node('Sub', [input, mean]);
  const square = call.node('ReduceMean', [call.node('Mul', [distance, distance])], {
    axes: { ints: axes },
    ...keepdim(call),
  });
  const sizes = axes.map((axis) => call.tensor('self').shape[axis]!);
  if (sizes.some(isPerClip)) call.fail('a variance within each clip', 'one over the batch');
  const count = (sizes as number[]).reduce((a, b) => a * b, 1);
  return call.node('Mul', [square, call.scalar(count / (count - correctionOf(call)))]);
}

function correctionOf(call: Call): number {
  if (call.has('correction')) return call.value('correction') === null ? 1 : call.number('correction');
  return Number(call.flag('unbiased'));
}

/** Values and positions along one dimension; the positions are int64 as libtorch's. */
const extreme =
  (reduceOp: string, argOp: string): Operator =>
  (call) => {
    if (!call.has('dim')) return reduce(reduceOp)(call);
    const [axis] = axesOf(call) as [number];
    const positions = call.node(argOp, [call.input('self')], { axis: { int: axis }, ...keepdim(call) });
    return [reduce(reduceOp)(call), positions];
  };

export const reductions: Readonly<Record<string, Operator>> = {
  'aten::mean': reduce('ReduceMean'),
  'aten::sum': sum,
  'aten::logsumexp': reduce('ReduceLogSumExp'),
  'aten::amax': reduce('ReduceMax'),
  'aten::amin': reduce('ReduceMin'),
  'aten::max': extreme('ReduceMax', 'ArgMax'),
  'aten::min': extreme('ReduceMin', 'ArgMin'),
  'aten::var': variance,
  'aten::std': (call) => call.node('Sqrt', [variance(call)]),
  'aten::cumsum': (call) =>
    call.node('CumSum', [
      call.input('self'),
      call.scalar(call.axis('dim', call.tensor('self').shape.length), 'int64'),
    ]),
};

/** Gradients of operators that move elements, and of sums and means. */
import { isPerClip, type Size } from '../../batch.js';
import { fromFront } from '../../call.js';
import { translationOf } from '../../operators/table.js';
import { asInferred, type Gradients, type Rule, type TrainingCall, unbroadcast } from '../rule.js';

const pass = asInferred((_, gradient) => ({ self: gradient }));

/** Ends the way back. A value of its own, for the gradient of what it is made of goes on. */
const detach: Rule = (call) => ({
  output: call.node('Identity', [call.input('self')]),
  backward: () => ({}),
});

const reshape = asInferred((call, gradient) => ({
  self: call.reshape(gradient, call.tensor('self').shape),
}));

const rankOf = (call: TrainingCall): number => call.tensor('self').shape.length;

/** The permutation that undoes one. */
const permute = asInferred((call, gradient) => {
  const order = call.numbers('dims').map((axis) => fromFront(axis, rankOf(call)));
  const back = order.map((_, axis) => order.indexOf(axis));
  return { self: call.node('Transpose', [gradient], { perm: { ints: back } }) };
});

const transpose = asInferred((call, gradient) => {
  const [a, b] = [call.axis('dim0', rankOf(call)), call.axis('dim1', rankOf(call))];
  const back = Array.from({ length: rankOf(call) }, (_, axis) => (axis === a ? b : axis === b ? a : axis));
  return { self: call.node('Transpose', [gradient], { perm: { ints: back } }) };
});

/** Zeros around a part of an axis that has `before` elements before it and `after` behind. */
function embedded(call: TrainingCall, part: string, axis: number, before: number, after: number): string {
  const rank = rankOf(call);
  const side = (width: number): number[] => Array.from({ length: rank }, (_, i) => (i === axis ? width : 0));
  return call.node('Pad', [part, call.int64s([...side(before), ...side(after)]), call.scalar(0)]);
}

/** A length along an axis; it must not depend on the batch. */
function lengthOf(call: TrainingCall, axis: number): number {
  const size = call.tensor('self').shape[axis]!;
  return isPerClip(size) ? call.fail('a part of an axis other than the batch', 'the batch') : size;
}

const narrow = asInferred((call, gradient) => {
  const axis = call.axis('dim', rankOf(call));
  const [whole, start, length] = [lengthOf(call, axis), call.number('start'), call.number('length')];
  const first = start < 0 ? start + whole : start;
  return { self: embedded(call, gradient, axis, first, whole - first - length) };
});

const select = asInferred((call, gradient) => {
  const axis = call.axis('dim', rankOf(call));
  const [whole, index] = [lengthOf(call, axis), call.number('index')];
  const place = index < 0 ? index + whole : index;
  const part = call.node('Unsqueeze', [gradient, call.int64s([axis])]);
  return { self: embedded(call, part, axis, place, whole - place - 1) };
});

/** What was added around the argument is cut off; what was cut off is zero. */
const pad = asInferred((call, gradient) => {
  const mode = call.has('mode') ? String(call.value('mode')) : 'constant';
  if (mode !== 'constant') call.fail('padding by a constant', mode);
  const pairs = call.numbers('pad');
  const rank = rankOf(call);
  const side = (end: 0 | 1): number[] =>
    Array.from({ length: rank }, (_, axis) => -(pairs[2 * (rank - 1 - axis) + end] ?? 0));
  return { self: call.node('Pad', [gradient, call.int64s([...side(0), ...side(1)]), call.scalar(0)]) };
});

const expand = asInferred((call, gradient) => ({
  self: unbroadcast(call, gradient, call.result().shape, call.tensor('self').shape),
}));

/** Each tensor gets its own part back. */
const cat: Rule = (call) => {
  const output = translationOf('aten::cat')!.operator(call) as string;
  const backward = (gradient: string): Gradients => {
    const axis = call.axis('dim', call.result().shape.length);
    const lengths = call.tensorArguments.get('tensors')!.map(({ shape }) => shape[axis] as Size);
    if (lengths.some(isPerClip))
      return call.fail('tensors joined along an axis other than the batch', 'the batch');
    let end = 0;
    const tensors = (lengths as number[]).map((length) => {
      const start = end;
      end += length;
      return call.node('Slice', [gradient, ...[[start], [end], [axis]].map((value) => call.int64s(value))]);
    });
    return { tensors };
  };
  return { output, backward };
};

/** The axes that a reduction runs over, all of them where none is named. */
function reducedAxes(call: TrainingCall): number[] {
  const rank = rankOf(call);
  const named = call.has('dim') && call.value('dim') !== null ? call.numbers('dim') : [];
  return named.length > 0
    ? named.map((axis) => fromFront(axis, rank))
    : Array.from({ length: rank }, (_, axis) => axis);
}

/** A reduction's gradient goes to every element, times `share`. */
const reduction = (share: (call: TrainingCall, sizes: readonly Size[]) => string | undefined): Rule =>
  asInferred((call, gradient) => {
    const { shape } = call.tensor('self');
    const axes = reducedAxes(call);
    const factor = share(
      call,
      axes.map((axis) => shape[axis]!),
    );
    const scaled = factor === undefined ? gradient : call.node('Mul', [gradient, factor]);
    const kept = call.reshape(
      scaled,
      shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
    );
    const sizes = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
    return { self: call.node('Expand', [kept, call.shape(sizes)]) };
  });

const mean = reduction((call, sizes) => {
  if (sizes.some(isPerClip)) return call.fail('a mean within each clip', 'one over the batch');
  return call.scalar(1 / (sizes as number[]).reduce((product, size) => product * size, 1));
});

export const shapes: Readonly<Record<string, Rule>> = {
  'aten::view': reshape,
  'aten::_unsafe_view': reshape,
  'aten::reshape': reshape,
  'aten::flatten': reshape,
  'aten::unflatten': reshape,
  'aten::squeeze': reshape,
  'aten::unsqueeze': reshape,
  'aten::permute': permute,
  'aten::transpose': transpose,
  'aten::contiguous': pass,
  'aten::clone': pass,
  'aten::alias': pass,
  'aten::detach': detach,
  'aten::narrow': narrow,
  'aten::select': select,
  'aten::pad': pad,
  'aten::constant_pad_nd': pad,
  'aten::expand': expand,
  'aten::cat': cat,
  'aten::sum': reduction(() => undefined),
  'aten::mean': mean,
};

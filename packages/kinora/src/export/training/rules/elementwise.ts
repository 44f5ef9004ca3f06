/** Gradients of arithmetic and activations, element by element. */
import { isTensor, type TensorRef } from '../../batch.js';
import { asInferred, type Rule, type TrainingCall, unbroadcast } from '../rule.js';

/** Gradients of two operands that are broadcast to the result; an operand that is a number has none. */
const ofOperands = (
  left: (call: TrainingCall, gradient: string, output: string) => string,
  right: (call: TrainingCall, gradient: string, output: string) => string,
): Rule =>
  asInferred((call, gradient, output) => {
    const { shape } = call.result();
    const part = (name: string, side: typeof left): string | undefined => {
      const value = call.value(name);
      if (!isTensor(value) || !call.learns(name)) return undefined;
      return unbroadcast(call, side(call, gradient, output), shape, (value as TensorRef).shape);
    };
    return { self: part('self', left), other: part('other', right) };
  });

const unchanged = (_: TrainingCall, gradient: string): string => gradient;

const times = (call: TrainingCall, gradient: string, factor: number): string =>
  factor === 1 ? gradient : call.node('Mul', [gradient, call.scalar(factor)]);

/** The gradient times what `slope` computes from input and result. */
const bySlope = (slope: (call: TrainingCall, x: string, y: string) => string): Rule =>
  asInferred((call, gradient, output) => ({
    self: call.node('Mul', [gradient, slope(call, call.input('self'), output)]),
  }));

/** The gradient where `passes` is true, a share of it elsewhere. */
const where = (
  passes: (call: TrainingCall, x: string, y: string) => string,
  otherwise: (call: TrainingCall) => number = () => 0,
): Rule =>
  asInferred((call, gradient, output) => {
    const share = otherwise(call);
    const rest = share === 0 ? call.scalar(0) : times(call, gradient, share);
    return { self: call.node('Where', [passes(call, call.input('self'), output), gradient, rest]) };
  });

const within = (call: TrainingCall, value: string, low: number, high: number): string =>
  call.node('And', [
    call.node('Greater', [value, call.scalar(low)]),
    call.node('Less', [value, call.scalar(high)]),
  ]);

/** Bounds belong to the open range here, as they do in libtorch. */
const clamp = where((call, x) => {
  const sides = [
    ...(call.has('min') && call.value('min') !== null
      ? [call.node('GreaterOrEqual', [x, call.scalar(call.number('min'))])]
      : []),
    ...(call.has('max') && call.value('max') !== null
      ? [call.node('LessOrEqual', [x, call.scalar(call.number('max'))])]
      : []),
  ];
  return sides.reduce((a, b) => call.node('And', [a, b]));
});

/** 1 + x (1 - s(x)), times s(x), of x s(x) */
const silu = bySlope((call, x) => {
  const gate = call.node('Sigmoid', [x]);
  const one = call.scalar(1);
  const bend = call.node('Mul', [x, call.node('Sub', [one, gate])]);
  return call.node('Mul', [gate, call.node('Add', [one, bend])]);
});

export const elementwise: Readonly<Record<string, Rule>> = {
  'aten::add': ofOperands(unchanged, (call, gradient) => times(call, gradient, call.number('alpha'))),
  'aten::sub': ofOperands(unchanged, (call, gradient) => times(call, gradient, -call.number('alpha'))),
  'aten::rsub': ofOperands((call, gradient) => times(call, gradient, -1), unchanged),
  'aten::mul': ofOperands(
    (call, gradient) => call.node('Mul', [gradient, call.operand('other')]),
    (call, gradient) => call.node('Mul', [gradient, call.operand('self')]),
  ),
  'aten::div': ofOperands(
    (call, gradient) => call.node('Div', [gradient, call.operand('other')]),
    (call, gradient, output) =>
      call.node('Neg', [call.node('Div', [call.node('Mul', [gradient, output]), call.operand('other')])]),
  ),
  'aten::neg': asInferred((call, gradient) => ({ self: call.node('Neg', [gradient]) })),
  'aten::exp': bySlope((_, __, y) => y),
  'aten::log': asInferred((call, gradient) => ({ self: call.node('Div', [gradient, call.input('self')]) })),
  'aten::square': bySlope((call, x) => call.node('Mul', [x, call.scalar(2)])),
  'aten::sqrt': asInferred((call, gradient, y) => ({
    self: call.node('Div', [gradient, call.node('Mul', [y, call.scalar(2)])]),
  })),
  'aten::relu': where((call, _, y) => call.node('Greater', [y, call.scalar(0)])),
  'aten::leaky_relu': where(
    (call, x) => call.node('Greater', [x, call.scalar(0)]),
    (call) => call.number('negative_slope'),
  ),
  'aten::hardtanh': where((call, _, y) => within(call, y, call.number('min_val'), call.number('max_val'))),
  'aten::clamp': clamp,
  'aten::clamp_min': clamp,
  'aten::clamp_max': clamp,
  'aten::sigmoid': bySlope((call, _, y) => call.node('Mul', [y, call.node('Sub', [call.scalar(1), y])])),
  'aten::tanh': bySlope((call, _, y) => call.node('Sub', [call.scalar(1), call.node('Mul', [y, y])])),
  'aten::silu': silu,
};

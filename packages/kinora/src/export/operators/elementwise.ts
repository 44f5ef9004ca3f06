/** Arithmetic and activations, element by element. */
import { isTensor } from '../batch.js';
import type { Call, Operator } from '../call.js';
import type { Attribute } from '../graph.js';

/** An ONNX operator of one input and no attribute. */
const unary =
  (op: string): Operator =>
  (call) =>
    call.node(op, [call.input('self')]);

/** One with attributes taken from arguments. */
const withFloats =
  (op: string, attributes: Record<string, string>): Operator =>
  (call) =>
    call.node(
      op,
      [call.input('self')],
      Object.fromEntries(
        Object.entries(attributes).map(([name, argument]) => [name, { float: call.number(argument) }]),
      ),
    );

const binary =
  (op: string): Operator =>
  (call) =>
    call.node(op, [call.operand('self'), call.operand('other')]);

/** Gives bool; numbers are compared in the dtype of the tensor. */
const comparison =
  (op: string): Operator =>
  (call) => {
    const other = call.value('other');
    const right = isTensor(other)
      ? call.nameOf(other)
      : call.scalar(call.number('other'), call.tensor('self').dtype);
    return call.node(op, [call.input('self'), right]);
  };

/** self + alpha * other, self - alpha * other */
const weighted =
  (op: string): Operator =>
  (call) => {
    const alpha = call.number('alpha');
    const other = call.operand('other');
    const scaled = alpha === 1 ? other : call.node('Mul', [other, call.scalar(alpha)]);
    return call.node(op, [call.operand('self'), scaled]);
  };

const divide: Operator = (call) => {
  const mode = call.has('rounding_mode') ? call.value('rounding_mode') : null;
  if (mode !== null) call.fail('division without rounding', String(mode));
  return call.node('Div', [call.operand('self'), call.operand('other')]);
};

/** A bound that was left out stays open. */
function clip(call: Call, low: string, high: string): string {
  const bound = (name: string): string => (call.value(name) === null ? '' : call.scalar(call.number(name)));
  return call.node('Clip', [call.input('self'), bound(low), bound(high)]);
}

/** x * gate(x) */
const gated =
  (op: string, attributes: Record<string, Attribute> = {}): Operator =>
  (call) =>
    call.node('Mul', [call.input('self'), call.node(op, [call.input('self')], attributes)]);

/** Hendrycks and Gimpel 2016; exact by erf, or with tanh. */
const gelu: Operator = (call) => {
  const x = call.input('self');
  const times = (a: string, b: number): string => call.node('Mul', [a, call.scalar(b)]);
  const exact = (call.value('approximate') ?? 'none') === 'none';
  const cubic = (): string =>
    call.node('Add', [x, times(call.node('Mul', [call.node('Mul', [x, x]), x]), 0.044715)]);
  const bent = exact
    ? call.node('Erf', [times(x, Math.SQRT1_2)])
    : call.node('Tanh', [times(cubic(), Math.sqrt(2 / Math.PI))]);
  return times(call.node('Mul', [x, call.node('Add', [bent, call.scalar(1)])]), 0.5);
};

const softmax =
  (op: string): Operator =>
  (call) =>
    call.node(op, [call.input('self')], {
      axis: { int: call.axis('dim', call.tensor('self').shape.length) },
    });

export const elementwise: Readonly<Record<string, Operator>> = {
  'aten::add': weighted('Add'),
  'aten::sub': weighted('Sub'),
  'aten::mul': binary('Mul'),
  'aten::div': divide,
  'aten::rsub': (call) => {
    if (call.number('alpha') !== 1) call.fail('alpha 1', String(call.number('alpha')));
    return call.node('Sub', [call.operand('other'), call.operand('self')]);
  },
  'aten::eq': comparison('Equal'),
  'aten::lt': comparison('Less'),
  'aten::le': comparison('LessOrEqual'),
  'aten::gt': comparison('Greater'),
  'aten::ge': comparison('GreaterOrEqual'),
  'aten::maximum': binary('Max'),
  'aten::minimum': binary('Min'),
  'aten::pow': (call) => call.node('Pow', [call.operand('self'), call.operand('exponent')]),
  'aten::square': (call) => call.node('Mul', [call.input('self'), call.input('self')]),
  'aten::neg': unary('Neg'),
  'aten::abs': unary('Abs'),
  'aten::sqrt': unary('Sqrt'),
  'aten::rsqrt': (call) => call.node('Reciprocal', [call.node('Sqrt', [call.input('self')])]),
  'aten::reciprocal': unary('Reciprocal'),
  'aten::exp': unary('Exp'),
  'aten::log': unary('Log'),
  'aten::erf': unary('Erf'),
  'aten::sin': unary('Sin'),
  'aten::cos': unary('Cos'),
  'aten::clamp': (call) => clip(call, 'min', 'max'),
  'aten::clamp_min': (call) => clip(call, 'min', 'none'),
  'aten::clamp_max': (call) => clip(call, 'none', 'max'),
  'aten::hardtanh': (call) => clip(call, 'min_val', 'max_val'),
  'aten::relu': unary('Relu'),
  'aten::leaky_relu': withFloats('LeakyRelu', { alpha: 'negative_slope' }),
  'aten::elu': withFloats('Elu', { alpha: 'alpha' }),
  'aten::sigmoid': unary('Sigmoid'),
  'aten::tanh': unary('Tanh'),
  'aten::silu': gated('Sigmoid'),
  'aten::hardswish': unary('HardSwish'),
  'aten::hardsigmoid': (call) => call.node('HardSigmoid', [call.input('self')], { alpha: { float: 1 / 6 } }),
  'aten::gelu': gelu,
  'aten::softmax': softmax('Softmax'),
  'aten::log_softmax': softmax('LogSoftmax'),
};

/**
 * The memory that autograd keeps from a forward pass for the backward pass, from a trace: what training needs for each
 * clip besides weights, gradients and the optimizer's state. It counts the tensors that libtorch's formulas save
 * (derivatives.yaml), each once even if several operators share it, without parameters and statistics, which do not
 * grow with the batch. On a CPU, where one kernel normalises, activates and pools (nn/layers/norm-activation.ts), less
 * is kept.
 */
import type { Trace, TracedCall, TracedTensor, TracedValue } from '@kinora/torch';

/**
 * Bytes that each call keeps and no earlier call kept, for all traced clips. `weights` are the trained tensors; `held`
 * tensors are kept elsewhere and not counted.
 */
export function savedBytes(
  { calls }: Pick<Trace<unknown>, 'calls'>,
  weights: ReadonlySet<number>,
  held: Iterable<number> = [],
): Map<TracedCall, number> {
  const tracked = new Set(weights);
  const root = new Map<number, number>();
  const rootOf = ({ tensor }: TracedTensor) => root.get(tensor) ?? tensor;
  const kept = new Set<number>([...weights, ...held]);
  const bytes = new Map<TracedCall, number>();
  for (const call of calls) {
    const inputs = tensorsIn([...call.inputs.values()]);
    if (!inputs.some(({ tensor }) => tracked.has(tensor))) continue;
    for (const output of tensorsIn(call.outputs)) {
      tracked.add(output.tensor);
      if (VIEWS.has(call.operator)) root.set(output.tensor, rootOf(inputs[0]!));
    }
    const fresh = saved(call, tracked).filter((tensor) => !kept.has(rootOf(tensor)));
    for (const tensor of fresh) kept.add(rootOf(tensor));
    bytes.set(
      call,
      fresh.reduce((sum, tensor) => sum + bytesOf(tensor), 0),
    );
  }
  return bytes;
}

/** Outputs of these operators are views of their first input. */
const VIEWS = new Set(
  (
    'view reshape flatten unflatten permute transpose t squeeze unsqueeze expand expand_as alias select slice ' +
    'narrow chunk split unbind movedim contiguous to'
  )
    .split(' ')
    .map((name) => `aten::${name}`),
);

type Rule = (call: TracedCall, tracked: ReadonlySet<number>) => readonly TracedValue[];

const input =
  (name: string): Rule =>
  ({ inputs }) => [inputs.get(name) ?? null];
const result: Rule = ({ outputs }) => outputs;
const nothing: Rule = () => [];
/** Each factor is kept for the other's gradient. */
const factors =
  (a: string, b: string): Rule =>
  ({ inputs }, tracked) => {
    const pair = [inputs.get(a) ?? null, inputs.get(b) ?? null] as const;
    const learns = (value: TracedValue) => isTensor(value) && tracked.has(value.tensor);
    return [learns(pair[1]) ? pair[0] : null, learns(pair[0]) ? pair[1] : null];
  };
/** Max pooling keeps where each maximum was, as int64, besides its input. */
const pooled: Rule = ({ inputs, outputs }) => {
  const [maxima] = outputs as [TracedTensor];
  return [inputs.get('self') ?? null, { ...maxima, tensor: -1 - maxima.tensor, dtype: 'int64' }];
};
/** The mask, one number per element on CPU. */
const dropped: Rule = ({ inputs, outputs }) => {
  const [kept] = outputs as [TracedTensor];
  return inputs.get('train') === true && inputs.get('p') !== 0 ? [{ ...kept, tensor: -1 - kept.tensor }] : [];
};
/** The mean over all elements needs only sizes. */
const adaptive: Rule = ({ inputs }) =>
  (inputs.get('output_size') as number[]).every((length) => length === 1) ? [] : [inputs.get('self') ?? null];

const RULES: Record<string, Rule> = {
  ...of(input('input'), 'conv1d', 'conv2d', 'conv3d', 'linear', 'batch_norm', 'layer_norm', 'group_norm'),
  ...of(input('self'), 'leaky_relu', 'hardtanh', 'gelu', 'silu', 'mish', 'hardswish', 'hardsigmoid', 'elu'),
  ...of(input('self'), 'avg_pool1d', 'avg_pool2d', 'avg_pool3d', 'pow', 'square', 'log', 'abs'),
  ...of(result, 'relu', 'sigmoid', 'tanh', 'softmax', 'log_softmax', 'exp', 'sqrt'),
  ...of(pooled, 'max_pool1d', 'max_pool2d', 'max_pool3d'),
  ...of(adaptive, 'adaptive_avg_pool1d', 'adaptive_avg_pool2d', 'adaptive_avg_pool3d'),
  ...of(factors('self', 'other'), 'mul', 'div'),
  ...of(factors('self', 'mat2'), 'mm', 'bmm'),
  ...of(factors('self', 'other'), 'matmul'),
  ...of(dropped, 'dropout'),
  ...of(
    nothing,
    'add',
    'add_',
    'sub',
    'sub_',
    'neg',
    'cat',
    'stack',
    'mean',
    'sum',
    'pad',
    'constant_pad_nd',
  ),
};

function of(rule: Rule, ...names: string[]): Record<string, Rule> {
  return Object.fromEntries(names.map((name) => [`aten::${name}`, rule]));
}

/** An operator without a rule counts all of its inputs and outputs: too much rather than too little. */
const everything: Rule = ({ inputs, outputs }) => [...tensorsIn([...inputs.values()]), ...tensorsIn(outputs)];

function saved(call: TracedCall, tracked: ReadonlySet<number>): TracedTensor[] {
  if (VIEWS.has(call.operator)) return [];
  return tensorsIn((RULES[call.operator] ?? everything)(call, tracked));
}

export function tensorsIn(values: readonly TracedValue[]): TracedTensor[] {
  return values.flatMap((value) =>
    isTensor(value) ? [value] : Array.isArray(value) ? tensorsIn(value) : [],
  );
}

const isTensor = (value: TracedValue): value is TracedTensor =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const BYTES: Partial<Record<string, number>> = {
  float64: 8,
  int64: 8,
  float16: 2,
  bfloat16: 2,
  uint8: 1,
  bool: 1,
};

export const bytesOf = ({ shape, dtype }: TracedTensor): number =>
  shape.reduce((product, length) => product * length, BYTES[dtype] ?? 4);

/** Views, parts and joins: operators that move elements and compute nothing. */
import { isPerClip, isTensor, type Size } from '../batch.js';
import { type Call, fromFront, type Operator } from '../call.js';

const LAST = 9223372036854775807n;

/** Whatever the arguments were, the shape of the result is known. */
const reshape: Operator = (call) => call.reshape(call.input('self'), call.result().shape);

const same: Operator = (call) => call.input('self');

/** Element type, device and memory layout; only the first means anything here. */
const convert: Operator = (call) =>
  call.cast(call.input('self'), call.tensor('self').dtype, call.result().dtype);

const rankOf = (call: Call, name = 'self'): number => call.tensor(name).shape.length;

const permute: Operator = (call) => {
  const rank = rankOf(call);
  return call.node('Transpose', [call.input('self')], {
    perm: { ints: call.numbers('dims').map((axis) => fromFront(axis, rank)) },
  });
};

/** Swaps two dimensions. */
function transpose(call: Call, a: number, b: number): string {
  const perm = Array.from({ length: rankOf(call) }, (_, i) => (i === a ? b : i === b ? a : i));
  return call.node('Transpose', [call.input('self')], { perm: { ints: perm } });
}

/** A size that the input has already stays 1 in the request, so that the batch is asked for only where it is new. */
const expand: Operator = (call) => {
  const { shape } = call.result();
  const own = call.tensor('self').shape;
  const sizes = shape.map((size, i) => (equal(own[i - shape.length + own.length], size) ? 1 : size));
  return call.node('Expand', [call.input('self'), call.shape(sizes)]);
};

const equal = (a: Size | undefined, b: Size): boolean =>
  isPerClip(a) && isPerClip(b) ? a.perClip === b.perClip : a === b;

/** Elements `[start, end)` of an axis, every `step`-th. */
function slice(call: Call, axis: number, start: Size, end: Size | bigint, step = 1): string {
  const bound = (size: Size | bigint): string =>
    typeof size === 'bigint' ? call.int64s([size]) : call.shape([size]);
  const bounds = [bound(start), bound(end), call.int64s([axis]), call.int64s([step])];
  return call.node('Slice', [call.input('self'), ...bounds]);
}

const sliceOperator: Operator = (call) => {
  const optional = (name: string): Size | bigint | null => call.value(name) as Size | bigint | null;
  const end = optional('end') ?? LAST;
  return slice(
    call,
    call.axis('dim', rankOf(call)),
    (optional('start') ?? 0) as Size,
    end,
    call.number('step'),
  );
};

const narrow: Operator = (call) => {
  const [start] = call.sizes('start') as [Size];
  const [length] = call.sizes('length') as [Size];
  return slice(call, call.axis('dim', rankOf(call)), start, sum(call, start, length));
};

function sum(call: Call, a: Size, b: Size): Size {
  if (!isPerClip(a) && !isPerClip(b)) return a + b;
  if (isPerClip(a) && isPerClip(b)) return { perClip: a.perClip + b.perClip };
  if (a === 0) return b;
  return call.fail('bounds that are constant or scale with the batch', 'a mixture');
}

const select: Operator = (call) =>
  call.node('Gather', [call.input('self'), call.scalar(call.number('index'), 'int64')], {
    axis: { int: call.axis('dim', rankOf(call)) },
  });

const indexSelect: Operator = (call) =>
  call.node('Gather', [call.input('self'), call.input('index')], {
    axis: { int: call.axis('dim', rankOf(call)) },
  });

/** `x[:, :, indices]`: one index tensor behind whole dimensions is a Gather. */
const index: Operator = (call) => {
  const indices = call.value('indices') as readonly unknown[];
  const [tensor, ...others] = indices.filter(isTensor);
  if (tensor === undefined || others.length > 0)
    return call.fail('one index tensor', `${indices.filter(isTensor).length}`);
  const axis = { axis: { int: indices.indexOf(tensor) } };
  return call.node('Gather', [call.input('self'), call.nameOf(tensor)], axis);
};

/** Consecutive parts along an axis, each as long as its result. */
const parts: Operator = (call) => {
  const axis = call.axis('dim', rankOf(call));
  let start: Size = 0;
  return call.resultList().map(({ shape }) => {
    const end: Size = sum(call, start, shape[axis]!);
    const part = slice(call, axis, start, end);
    start = end;
    return part;
  });
};

const unbind: Operator = (call) => {
  const axis = { axis: { int: call.axis('dim', rankOf(call)) } };
  return call
    .resultList()
    .map((_, i) => call.node('Gather', [call.input('self'), call.scalar(i, 'int64')], axis));
};

const stack: Operator = (call) => {
  const { shape } = call.result();
  const axis = call.axis('dim', shape.length);
  const ends = call.int64s([axis]);
  const apart = call.inputs('tensors').map((name) => call.node('Unsqueeze', [name, ends]));
  return call.node('Concat', apart, { axis: { int: axis } });
};

const flip: Operator = (call) => {
  const axes = call.numbers('dims');
  const all = (value: number | bigint): string => call.int64s(axes.map(() => value));
  return call.node('Slice', [call.input('self'), all(-1), all(-LAST), call.int64s(axes), all(-1)]);
};

/** One axis: its end, then its beginning. */
const roll: Operator = (call) => {
  const [shift, ...others] = call.numbers('shifts');
  const [dim] = call.numbers('dims');
  if (shift === undefined || dim === undefined || others.length > 0)
    return call.fail('one rolled dimension', `${others.length + 1}`);
  const axis = fromFront(dim, rankOf(call));
  const [head, tail] = [slice(call, axis, 0, -shift), slice(call, axis, -shift, LAST)];
  return call.node('Concat', [tail, head], { axis: { int: axis } });
};

const MODES: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  replicate: 'edge',
};

/** libtorch counts pads from the last dimension and in pairs; ONNX from the first, all beginnings before all ends. */
const pad: Operator = (call) => {
  const pads = call.numbers('pad');
  const rank = rankOf(call);
  const side = (end: 0 | 1): number[] =>
    Array.from({ length: rank }, (_, axis) => pads[2 * (rank - 1 - axis) + end] ?? 0);
  const torchMode = String(call.has('mode') ? call.value('mode') : 'constant');
  const mode = MODES[torchMode] ?? call.fail(`padding by ${Object.keys(MODES).join(', ')}`, torchMode);
  const value = call.value('value') === null ? 0 : call.number('value');
  return call.node(
    'Pad',
    [
      call.input('self'),
      call.int64s([...side(0), ...side(1)]),
      ...(mode === 'constant' ? [call.scalar(value)] : []),
    ],
    { mode: { text: mode } },
  );
};

/** A tensor of one value, whose size scales with the batch (one that does not is a constant). */
const filled =
  (value: number): Operator =>
  (call) => {
    const shape = call.shape(call.result().shape);
    return call.node('Expand', [call.scalar(value), shape]);
  };

export const shapes: Readonly<Record<string, Operator>> = {
  'aten::view': reshape,
  'aten::_unsafe_view': reshape,
  'aten::reshape': reshape,
  'aten::flatten': reshape,
  'aten::unflatten': reshape,
  'aten::squeeze': reshape,
  'aten::unsqueeze': reshape,
  'aten::permute': permute,
  'aten::transpose': (call) =>
    transpose(call, call.axis('dim0', rankOf(call)), call.axis('dim1', rankOf(call))),
  'aten::t': (call) => (rankOf(call) < 2 ? call.input('self') : transpose(call, 0, 1)),
  'aten::movedim': (call) => movedim(call),
  'aten::expand': expand,
  'aten::expand_as': expand,
  'aten::repeat': (call) => call.node('Tile', [call.input('self'), call.shape(call.sizes('repeats'))]),
  'aten::contiguous': same,
  'aten::clone': same,
  'aten::detach': same,
  'aten::alias': same,
  'aten::to': convert,
  'aten::_to_copy': convert,
  'aten::type_as': convert,
  'aten::select': select,
  'aten::slice': sliceOperator,
  'aten::narrow': narrow,
  'aten::index': index,
  'aten::index_select': indexSelect,
  'aten::embedding': (call) => call.node('Gather', [call.input('weight'), call.input('indices')]),
  'aten::chunk': parts,
  'aten::split': parts,
  'aten::unbind': unbind,
  'aten::cat': (call) =>
    call.node('Concat', call.inputs('tensors'), {
      axis: { int: call.axis('dim', call.result().shape.length) },
    }),
  'aten::stack': stack,
  'aten::flip': flip,
  'aten::roll': roll,
  'aten::pad': pad,
  'aten::constant_pad_nd': pad,
  'aten::zeros': filled(0),
  'aten::zeros_like': filled(0),
  'aten::ones': filled(1),
  'aten::ones_like': filled(1),
  'aten::full': (call) => filled(call.number('fill_value'))(call),
};

function movedim(call: Call): string {
  const rank = rankOf(call);
  const [from, to] = ['source', 'destination'].map((name) =>
    call.numbers(name).map((axis) => fromFront(axis, rank)),
  ) as [number[], number[]];
  const rest = Array.from({ length: rank }, (_, i) => i).filter((axis) => !from.includes(axis));
  const perm = Array.from({ length: rank }, (_, axis) => {
    const moved = to.indexOf(axis);
    return moved < 0 ? rest.shift()! : from[moved]!;
  });
  return call.node('Transpose', [call.input('self')], { perm: { ints: perm } });
}

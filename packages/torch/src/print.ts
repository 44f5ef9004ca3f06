/** Tensors as text, laid out as PyTorch's `torch/_tensor_str.py` does with its default print options. */
import { isFloating } from './dtype.js';
import type { Scalar, Tensor } from './tensor.js';

const PRECISION = 4;
const THRESHOLD = 1000; // elements from which a tensor is summarised
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PREFIX = 'tensor(';

type Element = Scalar | string;
type Format = (value: Element) => string;

export function formatTensor(tensor: Tensor): string {
  const { dtype, shape, device } = tensor;
  const notes: string[] = [];
  if (device !== 'cpu') notes.push(`device='${device}'`);
  if (tensor.numel === 0 && shape.length !== 1) notes.push(`size=(${shape.join(', ')})`);
  if (!['float32', 'int64', 'bool'].includes(dtype) || (tensor.numel === 0 && dtype !== 'float32'))
    notes.push(`dtype=torch.${dtype}`);
  if (!tensor.isLeaf) notes.push('requires_grad=True');
  else if (tensor.requiresGrad) notes.push('requires_grad=True');
  return withNotes(tensor.numel === 0 ? '[]' : body(tensor), notes);
}

function body(tensor: Tensor): string {
  const { shape, dtype } = tensor;
  const elements = elementsOf(tensor);
  const summarise = tensor.numel > THRESHOLD;
  const shown = summarise ? edges(elements, shape) : elements;
  return layOut(elements, shape, 0, 0, formatFor(shown, isFloating(dtype)), PREFIX.length, summarise);
}

function elementsOf(tensor: Tensor): Element[] {
  const data = tensor.toTypedArray();
  if (tensor.dtype === 'bool')
    return Array.from(data as Uint8Array, (value) => (value === 1 ? 'True' : 'False'));
  if (!tensor.dtype.startsWith('complex')) return Array.from<Scalar>(data as ArrayLike<Scalar>);
  return Array.from({ length: tensor.numel }, (_, i) =>
    complex(Number(data[2 * i]), Number(data[2 * i + 1])),
  );
}

const complex = (re: number, im: number): string =>
  `${re.toFixed(PRECISION)}${im < 0 || Object.is(im, -0) ? '-' : '+'}${Math.abs(im).toFixed(PRECISION)}j`;

/** The elements that a summary shows, which alone decide the width of its columns. */
function edges(elements: readonly Element[], shape: readonly number[]): Element[] {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  let offsets = [0];
  shape.forEach((size, i) => {
    const kept = size > 2 * EDGE_ITEMS ? edgeIndices(size) : [...Array(size).keys()];
    offsets = offsets.flatMap((offset) => kept.map((index) => offset + index * strides[i]!));
  });
  return offsets.map((offset) => elements[offset]!);
}

const edgeIndices = (size: number): number[] => [0, 1, 2, size - 3, size - 2, size - 1];

function formatFor(shown: readonly Element[], floating: boolean): Format {
  const format = floating && typeof shown[0] === 'number' ? floatFormat(shown as number[]) : String;
  const width = Math.max(1, ...shown.map((value) => format(value).length));
  return (value) => format(value).padStart(width);
}

/** Whole numbers as `1.`, wide ranges in scientific notation, everything else with four decimals. */
function floatFormat(shown: readonly number[]): Format {
  const magnitudes = shown.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  if (magnitudes.length === 0) return special((value) => `${value.toFixed(0)}.`);
  const max = Math.max(...magnitudes);
  const min = Math.min(...magnitudes);
  const whole = magnitudes.every(Number.isInteger);
  const wide = max / min > 1000 || max > 1e8;
  if (whole ? wide : wide || min < 1e-4) return special(scientific);
  return special(whole ? (value) => `${fixed(value, 0)}.` : (value) => fixed(value, PRECISION));
}

const special =
  (format: (value: number) => string): Format =>
  (value) => {
    const number = Number(value);
    if (Number.isNaN(number)) return 'nan';
    return Number.isFinite(number) ? format(number) : number > 0 ? 'inf' : '-inf';
  };

/** toFixed, but minus zero keeps its sign as in C. */
const fixed = (value: number, digits: number): string =>
  Object.is(value, -0) ? `-${(0).toFixed(digits)}` : value.toFixed(digits);

function scientific(value: number): string {
  const [mantissa, exponent] = value.toExponential(PRECISION).split('e') as [string, string];
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

function layOut(
  elements: readonly Element[],
  shape: readonly number[],
  dimension: number,
  offset: number,
  format: Format,
  indent: number,
  summarise: boolean,
): string {
  if (shape.length === 0) return format(elements[0]!).trim();
  const size = shape[dimension]!;
  const cut = summarise && size > 2 * EDGE_ITEMS;
  const indices: (number | null)[] = cut
    ? [0, 1, 2, null, size - 3, size - 2, size - 1]
    : [...Array(size).keys()];
  if (dimension === shape.length - 1) {
    const items = indices.map((i) => (i === null ? ' ...' : format(elements[offset + i]!)));
    return row(items, indent);
  }
  const step = shape.slice(dimension + 1).reduce((a, b) => a * b, 1);
  const parts = indices.map((i) =>
    i === null
      ? '...'
      : layOut(elements, shape, dimension + 1, offset + i * step, format, indent + 1, summarise),
  );
  const gap = `,${'\n'.repeat(shape.length - dimension - 1)}${' '.repeat(indent + 1)}`;
  return `[${parts.join(gap)}]`;
}

function row(items: readonly string[], indent: number): string {
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / ((items[0]?.length ?? 0) + 2)));
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(', '));
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

function withNotes(text: string, notes: readonly string[]): string {
  let result = PREFIX + text;
  let column = result.length - result.lastIndexOf('\n');
  for (const note of notes) {
    const breaks = column + note.length + 3 > LINE_WIDTH;
    result += breaks ? `,\n${' '.repeat(PREFIX.length)}${note}` : `, ${note}`;
    column = breaks ? PREFIX.length + note.length : column + note.length + 2;
  }
  return `${result})`;
}

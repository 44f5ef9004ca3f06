/**
 * Tensors as text, laid out as PyTorch's `torch/_tensor_str.py` does with its default print options. One difference:
 * where PyTorch names the operator behind a tensor (`grad_fn=<AddBackward0>`), this prints `requires_grad=True`.
 */
import { type DType, dtypes, isFloating, type TypedArray } from '../engine/dtype.js';

/** What to print of a tensor. */
interface Printable {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly device: string;
  readonly numel: number;
  readonly requiresGrad: boolean;
  /** The elements, row by row. */
  toTypedArray(): TypedArray;
}

const THRESHOLD = 1000; // elements from which a tensor is summarised
const EDGE_ITEMS = 3;
const LINE_WIDTH = 80;
const PREFIX = 'tensor(';

export function formatTensor(tensor: Printable): string {
  const body = tensor.device === 'meta' ? '...' : tensor.numel === 0 ? '[]' : formatElements(tensor);
  return withSuffixes(PREFIX + body, suffixesOf(tensor));
}

/** The text after the elements: facts that the elements do not show. */
function suffixesOf(tensor: Printable): string[] {
  const { dtype, shape, device, numel } = tensor;
  const suffixes: string[] = [];
  if (device !== 'cpu') suffixes.push(`device='${device}'`);
  const hidden = device === 'meta' || numel === 0;
  if (device === 'meta' || (numel === 0 && shape.length !== 1)) suffixes.push(`size=${tuple(shape)}`);
  const evident = hidden ? ['float32'] : ['float32', 'complex64', 'int64', 'bool'];
  if (!evident.includes(dtype)) suffixes.push(`dtype=torch.${dtype}`);
  if (tensor.requiresGrad) suffixes.push('requires_grad=True');
  return suffixes;
}

const tuple = (shape: readonly number[]): string =>
  shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;

function withSuffixes(text: string, suffixes: readonly string[]): string {
  let result = text;
  let column = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    const breaks = column + suffix.length + 2 > LINE_WIDTH;
    result += breaks ? `,\n${' '.repeat(PREFIX.length)}${suffix}` : `, ${suffix}`;
    column = breaks ? PREFIX.length + suffix.length : column + suffix.length + 2;
  }
  return `${result})`;
}

/** Shared by all levels of nested brackets. */
interface Layout {
  readonly shape: readonly number[];
  readonly summarise: boolean;
  readonly format: Format;
}

function formatElements(tensor: Printable): string {
  const { shape, dtype } = tensor;
  const summarise = tensor.numel > THRESHOLD;
  const elements = tensor.toTypedArray();
  const shown = summarise ? edges(shape) : [...Array(tensor.numel).keys()];
  const format = formatterOf(elements, dtype, shown);
  return shape.length === 0 ? format.at(0) : brackets({ shape, summarise, format }, 0, 0);
}

/** The elements that a summary shows; only these determine the width of its columns. */
function edges(shape: readonly number[]): number[] {
  let offsets = [0];
  shape.forEach((size, dimension) => {
    const step = stepOf(shape, dimension);
    offsets = offsets.flatMap((offset) => shownIndices(size, true).map((i) => offset + Number(i) * step));
  });
  return offsets.filter((offset) => !Number.isNaN(offset));
}

const stepOf = (shape: readonly number[], dimension: number): number =>
  shape.slice(dimension + 1).reduce((product, size) => product * size, 1);

/** Indices along a dimension; NaN marks an omitted range. */
const shownIndices = (size: number, summarise: boolean): number[] =>
  summarise && size > 2 * EDGE_ITEMS
    ? [0, 1, 2, Number.NaN, size - 3, size - 2, size - 1]
    : [...Array(size).keys()];

function brackets(layout: Layout, dimension: number, offset: number): string {
  const { shape, summarise } = layout;
  const indices = shownIndices(shape[dimension]!, summarise);
  const indent = PREFIX.length + dimension;
  if (dimension === shape.length - 1) return row(layout.format, indices, offset, indent);
  const step = stepOf(shape, dimension);
  const parts = indices.map((i) =>
    Number.isNaN(i) ? '...' : brackets(layout, dimension + 1, offset + i * step),
  );
  return `[${parts.join(`,${'\n'.repeat(shape.length - dimension - 1)}${' '.repeat(indent + 1)}`)}]`;
}

function row(format: Format, indices: readonly number[], offset: number, indent: number): string {
  const items = indices.map((i) => (Number.isNaN(i) ? ' ...' : format.at(offset + i)));
  const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (format.width + 2)));
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(', '));
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

const PRECISION = 4;

export interface Format {
  /** Columns of one element. */
  readonly width: number;
  /** The element at an index in row-major order. */
  at(index: number): string;
}

/** @param shown indices of the elements that will be printed; they determine notation and width */
export function formatterOf(elements: TypedArray, dtype: DType, shown: readonly number[]): Format {
  if (dtypes[dtype].width === 2) return complexFormat(elements as Float64Array, shown);
  if (isFloating(dtype)) return floatFormat((i) => elements[i] as number, shown);
  const text = (i: number): string =>
    dtype === 'bool' ? (elements[i] === 1 ? 'True' : 'False') : String(elements[i]);
  return padded(text, widest(shown.map(text)));
}

/** Real and imaginary parts each have their own notation; only the real part is aligned. */
function complexFormat(pairs: Float32Array | Float64Array, shown: readonly number[]): Format {
  const real = floatFormat((i) => pairs[2 * i]!, shown);
  const imaginary = floatFormat((i) => pairs[2 * i + 1]!, shown);
  const at = (i: number): string => {
    const text = imaginary.at(i).trimStart();
    return `${real.at(i)}${text.startsWith('-') ? '' : '+'}${text}j`;
  };
  return { width: real.width + imaginary.width + 1, at };
}

/** Whole numbers as `1.`, wide ranges in scientific notation, everything else with four decimals. */
function floatFormat(value: (index: number) => number, shown: readonly number[]): Format {
  const decisive = shown.map(value).filter((number) => Number.isFinite(number) && number !== 0);
  const write = notation(decisive);
  const text = (i: number): string => {
    const number = value(i);
    return Number.isFinite(number) ? write(number) : String(number).replace('Infinity', 'inf').toLowerCase();
  };
  return padded(text, widest(decisive.map(write)));
}

function notation(decisive: readonly number[]): (value: number) => string {
  const whole = decisive.every(Number.isInteger);
  const max = decisive.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const min = decisive.reduce((least, value) => Math.min(least, Math.abs(value)), Number.POSITIVE_INFINITY);
  const wide = decisive.length > 0 && (max / min > 1000 || max > 1e8 || (!whole && min < 1e-4));
  if (wide) return scientific;
  return whole ? (value) => `${fixed(value, 0)}.` : (value) => fixed(value, PRECISION);
}

const padded = (text: (index: number) => string, width: number): Format => ({
  width,
  at: (index) => text(index).padStart(width),
});

const widest = (texts: readonly string[]): number =>
  texts.reduce((width, text) => Math.max(width, text.length), 1);

/** As C's `%.nf`. */
function fixed(value: number, digits: number): string {
  const text = tiesToEven(value.toFixed(digits), value.toFixed(digits + EXACT));
  return Object.is(value, -0) ? `-${text}` : text; // toFixed drops the sign of minus zero
}

/** As C's `%.4e`. */
function scientific(value: number): string {
  const [rounded, exponent] = value.toExponential(PRECISION).split('e') as [string, string];
  const [exact] = value.toExponential(PRECISION + EXACT).split('e') as [string];
  const sign = Object.is(value, -0) ? '-' : '';
  return `${sign}${tiesToEven(rounded, exact)}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** Extra digits, to distinguish a tie from a value close to one. */
const EXACT = 40;
const TIE = `5${'0'.repeat(EXACT - 1)}`;

/** JavaScript rounds ties away from zero, C to the even digit. */
function tiesToEven(rounded: string, exact: string): string {
  const last = Number(rounded.at(-1));
  return exact.endsWith(TIE) && last % 2 === 1 ? rounded.slice(0, -1) + (last - 1) : rounded;
}

/** Elements as text, as PyTorch's `_Formatter` words them: one notation and one width for all elements of a tensor. */
import { type DType, dtypes, isFloating, type TypedArray } from '../engine/dtype.js';

const PRECISION = 4;

export interface Format {
  /** Columns of one element. */
  readonly width: number;
  /** The element at an index in row-major order. */
  at(index: number): string;
}

/** @param shown indices of the elements that will be printed, which decide notation and width */
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

/** Digits beyond those printed that tell a tie from what only comes close. */
const EXACT = 40;
const TIE = `5${'0'.repeat(EXACT - 1)}`;

/** JavaScript rounds ties away from zero, C to the even digit. */
function tiesToEven(rounded: string, exact: string): string {
  const last = Number(rounded.at(-1));
  return exact.endsWith(TIE) && last % 2 === 1 ? rounded.slice(0, -1) + (last - 1) : rounded;
}

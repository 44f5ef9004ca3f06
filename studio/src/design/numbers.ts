/**
 * Formats numbers: with a real minus sign, negative factors in parentheses, and no line break between a number and its
 * unit.
 */
const SPACE = '\u00a0';

export const minus = (text: string): string => text.replace('-', '−');

/** At most `digits` decimals, without trailing zeros. */
export function decimal(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return minus(short === '-0' ? '0' : short);
}

/** Exactly `digits` decimals: for a column of numbers. */
export const fixed = (value: number, digits: number): string => {
  const text = value.toFixed(digits);
  return minus(Number(text) === 0 ? text.replace('-', '') : text);
};

/** As a factor in a product. */
export const signed = (value: number, digits: number): string => {
  const text = decimal(value, digits);
  return text.startsWith('−') ? `(${text})` : text;
};

/** 1,234,567 as 1.23 M: three significant digits. */
export function short(value: number): string {
  const units: readonly [number, string][] = [
    [1e9, `${SPACE}G`],
    [1e6, `${SPACE}M`],
    [1e3, `${SPACE}k`],
  ];
  const [size, unit] = units.find(([size]) => value >= size) ?? [1, ''];
  return `${Number((value / size).toPrecision(3))}${unit}`;
}

/** 6.6e-9 as 6.6 · 10⁻⁹. */
export function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits).split('e') as [string, string];
  const superscript = [...String(Number(exponent))].map((letter) => SUPERSCRIPT[letter]).join('');
  return value === 0 ? '0' : `${minus(mantissa)} · 10${superscript}`;
}

const SUPERSCRIPT: Readonly<Record<string, string>> = Object.fromEntries(
  [...'-0123456789'].map((letter, i) => [letter, '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'[i]!]),
);

export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)}${SPACE}%`;

/** 1,500,000 as 1.5 MB: three significant digits. */
export const bytes = (count: number): string => `${short(count)}${count >= 1000 ? '' : SPACE}B`;

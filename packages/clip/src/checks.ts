/**
 * Checks of JSON data, for the specs that travel inside checkpoints and exported models. Browsers load them, so they
 * need no schema library.
 */

import { nearest } from './edit-distance.js';
import { type KinoraError, kinoraError } from './error.js';

/** Returns the value with its defaults filled in. Throws KinoraError for one that does not fit; `where` names it. */
export type Check<T> = (value: unknown, where: string) => T;

export type Limits = readonly [low: number, high: number];

/** A whole number from `low` to `high`. */
export const whole =
  ([low, high]: Limits): Check<number> =>
  (value, where) =>
    Number.isInteger(value) && isWithin(value as number, low, high)
      ? (value as number)
      : refuse(where, `a whole number from ${low} to ${high}`, value);

/** A number above `low`, and at most `high`. */
export const above =
  ([low, high]: Limits): Check<number> =>
  (value, where) =>
    Number.isFinite(value) && (value as number) !== low && isWithin(value as number, low, high)
      ? (value as number)
      : refuse(where, `a number above ${low}${high < Infinity ? `, up to ${high}` : ''}`, value);

/** Any number that is finite. */
export const finite: Check<number> = (value, where) =>
  Number.isFinite(value) ? (value as number) : refuse(where, 'a number', value);

export const boolean: Check<boolean> = (value, where) =>
  typeof value === 'boolean' ? value : refuse(where, 'true or false', value);

/** A string that is not empty. */
export const text: Check<string> = (value, where) =>
  typeof value === 'string' && value !== '' ? value : refuse(where, 'a non-empty string', value);

/** A string that is not empty, without line breaks and control characters, which a terminal would obey. */
export const printable: Check<string> = (value, where) =>
  /[\p{Cc}\u2028\u2029]/u.test(text(value, where))
    ? refuse(where, 'text without control characters', value)
    : (value as string);

export const oneOf =
  <T extends string>(...names: readonly T[]): Check<T> =>
  (value, where) =>
    names.includes(value as T) ? (value as T) : refuse(where, `one of ${names.join(', ')}`, value);

/** Any number of items. */
export const list =
  <T>(item: Check<T>): Check<T[]> =>
  (value, where) =>
    Array.isArray(value)
      ? Array.from(value, (one, i) => item(one, `${where}.${i}`))
      : refuse(where, 'an array', value);

/** Three numbers: red, green, blue. */
export const channels =
  (item: Check<number>): Check<[number, number, number]> =>
  (value, where) => {
    const numbers = list(item)(value, where);
    return numbers.length === 3
      ? (numbers as [number, number, number])
      : refuse(where, 'three numbers, for red, green and blue', value);
  };

/** Values by name, with any names. */
export const record =
  <T>(item: Check<T>): Check<Record<string, T>> =>
  (value, where) =>
    Object.fromEntries(
      Object.entries(objectOf(value, where)).map(([name, one]) => [name, item(one, `${where}.${name}`)]),
    );

/** These fields and no others; absent ones take their defaults, if they have one. */
export const fields =
  <T extends object>(
    checks: { readonly [Name in keyof T]: Check<T[Name]> },
    defaults: Partial<T> = {},
  ): Check<T> =>
  (value, where) => {
    const given = objectOf(value, where);
    const known = Object.keys(checks);
    const unknown = Object.keys(given).find((name) => !known.includes(name));
    if (unknown !== undefined) throw unknownField(unknown, known, where);
    const absent: Record<string, unknown> = defaults;
    const fieldOf = (name: string) => (given[name] === undefined ? absent[name] : given[name]);
    return Object.fromEntries(
      known.map((name) => [name, checks[name as keyof T](fieldOf(name), `${where}.${name}`)]),
    ) as T;
  };

/** Throws `spec/invalid`. */
export function refuse(where: string, expected: string, value: unknown): never {
  const received = value === undefined ? 'nothing' : asText(value);
  const shown = received.length > 60 ? `${received.slice(0, 57)}...` : received;
  throw kinoraError('spec/invalid', where, expected, shown);
}

/** Values that JSON cannot represent (a function, a bigint, a cycle) are named by their type. */
function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? `a ${typeof value}`;
  } catch {
    return `a ${typeof value}`;
  }
}

const isWithin = (value: number, low: number, high: number): boolean => value >= low && value <= high;

function objectOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : refuse(where, 'an object', value);
}

function unknownField(name: string, known: readonly string[], where: string): KinoraError {
  const near = nearest(name, known);
  return kinoraError('spec/unknown-key', where, 'only known fields', `"${name}"`, {
    hint: near && `did you mean "${near}"?`,
  });
}

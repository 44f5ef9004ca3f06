/**
 * The kind of a JavaScript value, as a short text; overloads are chosen by kinds alone. A tensor is `T`, an integer `i`
 * (JavaScript does not distinguish 1.0 from 1), any other number `f`, a dtype's name `d`, a list of integers `[i]`; see
 * the tables.
 */
import { isDType } from '../engine/dtype.js';
import { Generator } from '../tensor/random.js';
import { isTensor } from '../tensor/tensor.js';

export type Kind = string;
/** Arguments by name: the last argument of a call, if it is a plain object. */
export type Named = Readonly<Record<string, unknown>>;

/** The kind of a tensor. */
export const TENSOR: Kind = 'T';
/** The kind of `Named`. */
export const NAMED: Kind = '{';

export function kindOf(value: unknown): Kind {
  if (isTensor(value)) return TENSOR;
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'i' : 'f';
    case 'bigint':
      return 'i';
    case 'boolean':
      return 'b';
    case 'string':
      return stringKind(value);
    case 'undefined':
      return 'u';
    case 'object':
      return objectKind(value);
    default:
      return '?';
  }
}

export function isNamed(value: unknown): value is Named {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function objectKind(value: object | null): Kind {
  if (value === null) return 'n';
  if (Array.isArray(value)) return listKind(value);
  if (value instanceof Generator) return 'G';
  return isNamed(value) ? NAMED : '?';
}

function stringKind(text: string): Kind {
  if (isDType(text)) return 'd';
  if (/^(cpu|cuda|meta|mps|xpu)(:\d+)?$/.test(text)) return 'D';
  if (text.endsWith('_format') || text.startsWith('channels_last')) return 'm';
  return text === 'strided' || text === 'sparse_coo' ? 'l' : 's';
}

/** One kind for all items: integers among floats are floats, and gaps among tensors make optional tensors. */
function listKind(list: readonly unknown[]): Kind {
  let kind = '';
  for (const item of list) {
    const next = item === undefined ? 'n' : kindOf(item);
    if (next === kind) continue;
    kind = kind === '' ? next : (mixed[kind + next] ?? '?');
  }
  return `[${kind}]`;
}

const mixed: Readonly<Record<string, Kind>> = { if: 'f', fi: 'f', Tn: 'N', nT: 'N', NT: 'N', Nn: 'N' };

/** For each schema type, the kinds that fit exactly and those that fit by widening. */
const fitting: Readonly<Record<string, readonly [exact: string, widened?: string]>> = {
  Tensor: ['T'],
  Scalar: ['i f b'],
  int: ['i'],
  float: ['f', 'i'],
  bool: ['b'],
  str: ['s d D m l'],
  ScalarType: ['d'],
  Device: ['D'],
  Layout: ['l'],
  MemoryFormat: ['m'],
  Generator: ['G'],
  'Tensor[]': ['[T] []'],
  'Tensor?[]': ['[N]', '[T] [] [n]'],
  'Scalar[]': ['[i] [f] [b] []'],
  'int[]': ['[i] []'],
  'float[]': ['[f]', '[i] []'],
  'bool[]': ['[b] []'],
};

/** Whether operators with an argument of this type can be called from JavaScript. */
export const isConvertible = (type: string): boolean => bare(type) in fitting;

const bare = (type: string): string => (type.endsWith('?') ? type.slice(0, -1) : type);

/**
 * How a kind fits a schema type: 0 exactly, 1 by widening, undefined not at all.
 * @param length the N of `int[N]`, for which a single number is repeated
 */
export function misfit(type: string, kind: Kind, length?: number): number | undefined {
  if (kind === 'n') return type.endsWith('?') ? 0 : undefined;
  const wanted = bare(type);
  const [exact = '', widened = ''] = fitting[wanted] ?? [];
  if (exact.split(' ').includes(kind)) return 0;
  if (widened.split(' ').includes(kind)) return 1;
  const repeats = length !== undefined && /^(int|float)\[\]$/.test(wanted);
  return repeats && misfit(wanted.slice(0, -2), kind) !== undefined ? 1 : undefined;
}

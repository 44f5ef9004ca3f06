/**
 * Error messages for failed calls: which arguments were passed to which operator, and why libtorch or the schemas
 * reject them.
 */

import type { NativeArgument } from '../engine/native.js';
import { KinoraError, kinoraError } from '../error.js';
import { Tensor } from '../tensor/tensor.js';
import { isNamed } from './kinds.js';
import type { Operator } from './operators.js';

/** Why an overload does not accept the arguments. */
export interface Problem {
  readonly operator: Operator;
  /** Number of arguments that could be bound: the overload with the most was probably meant. */
  readonly bound: number;
  readonly expected: string;
  readonly received: string;
}

const SHOWN_ITEMS = 8;
const SHOWN_OVERLOADS = 4;

/** A value in error messages: a tensor by dtype and shape, long lists truncated. */
export function describe(value: unknown): string {
  if (value instanceof Tensor)
    return value.isDisposed ? 'disposed tensor' : `${value.dtype}[${value.shape.join(', ')}]`;
  if (Array.isArray(value)) return `[${describeAll(value)}]`;
  if (isNamed(value)) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${describe(field)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null) return describeObject(value);
  return typeof value === 'function' ? 'a function' : String(value);
}

/** Its class; its own text may be long, such as all elements of a typed array. */
function describeObject(value: object): string {
  const name = value.constructor?.name ?? 'object';
  if (name === Tensor.name) return 'a Tensor of another copy of @kinora/torch';
  return 'length' in value ? `${name}(${value.length})` : `a ${name}`;
}

function describeAll(values: readonly unknown[]): string {
  const shown = values.slice(0, SHOWN_ITEMS).map(describe);
  if (values.length > SHOWN_ITEMS) shown.push(`... (${values.length})`);
  return shown.join(', ');
}

/** No overload accepts the arguments: reports why the closest one does not, and lists the overloads. */
export function noOverload(
  name: string,
  args: readonly unknown[],
  problems: readonly Problem[],
): KinoraError {
  // Variants that write to `out` count only if `out` was passed, and then they all fit or all fail.
  const plain = problems.filter(({ operator }) => !operator.arguments.some(writesByName));
  const meant = plain.length > 0 ? plain : problems;
  const closest = meant.reduce((best, problem) => (problem.bound > best.bound ? problem : best));
  const schemas = meant.map(({ operator }) => operator.schema);
  const more = schemas.length > SHOWN_OVERLOADS ? ` | ... ${schemas.length - SHOWN_OVERLOADS} more` : '';
  return kinoraError('torch/no-overload', `${name}(${args.map(describe).join(', ')})`, {
    expected: closest.expected,
    received: closest.received,
    hint: `there is ${schemas.slice(0, SHOWN_OVERLOADS).join(' | ')}${more}`,
  });
}

const writesByName = ({ written, named }: NativeArgument): boolean => written && named;

/** The call failed in libtorch, in the conversion of an argument, or because of a disposed tensor. */
export function refusedCall(operator: Operator, values: readonly unknown[], cause: unknown): KinoraError {
  // A disposed argument does not know which operator it was passed to.
  if (cause instanceof KinoraError)
    return new KinoraError({ ...cause.parts, where: cause.parts.where ?? operator.name });
  const given = values.filter((value) => value !== undefined).map(describe);
  return kinoraError('torch/operator', `${operator.name}(${given.join(', ')})`, {
    expected: 'arguments that libtorch accepts',
    received: (cause as Error).message,
    cause,
  });
}

/** libtorch's operators with their overloads and schemas, looked up once. overload.ts chooses among overloads. */

import { type NativeOperator, native } from '../engine/native.js';
import { type KinoraError, kinoraError } from '../error.js';

/** One overload of an operator. */
export interface Operator extends NativeOperator {
  /** `aten::conv3d` */
  readonly name: string;
  readonly overload: string;
}

const known = new Map<string, readonly Operator[]>();

/**
 * The overloads of an operator: `aten::add` has several, `aten::add.Tensor` is one, `add` means `aten::add`.
 * @throws KinoraError `torch/unknown-operator`
 */
export function overloadsOf(name: string): readonly Operator[] {
  let found = known.get(name);
  if (found === undefined) {
    found = lookUp(name);
    known.set(name, found);
  }
  return found;
}

function lookUp(name: string): Operator[] {
  const [base, overload] = splitOverload(name.includes('::') ? name : `aten::${name}`);
  const names = overload === undefined ? native().overloads(base).filter(isUsable) : [overload];
  const found = names.flatMap((one) => {
    const operator = native().resolve(base, one);
    return operator === undefined ? [] : [{ ...operator, name: base, overload: one }];
  });
  if (found.length === 0) throw unknownOperator(name);
  return found.sort((a, b) => a.overload.length - b.overload.length || (a.overload < b.overload ? -1 : 1));
}

/** Overloads for named dimensions (`dim_DimnameList`) accept any string, and libtorch never finished them. */
const isUsable = (overload: string): boolean => !/name/i.test(overload);

function splitOverload(name: string): [base: string, overload?: string] {
  const dot = name.indexOf('.', name.indexOf('::'));
  return dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
}

const unknownOperator = (name: string): KinoraError =>
  kinoraError('torch/unknown-operator', undefined, 'an operator of libtorch', `'${name}'`, {
    hint: `this is libtorch ${native().description().version}; other versions may have it`,
  });

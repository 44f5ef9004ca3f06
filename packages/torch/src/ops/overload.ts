/**
 * Overload resolution: which overload of an operator accepts the given arguments, and where each argument of its schema
 * comes from. It depends only on the arguments' kinds, so the result can be cached for calls with the same kinds.
 */

import type { NativeArgument } from '../engine/native.js';
import { isNamed, kindOf, misfit, type Named } from './kinds.js';
import { type Operator, overloadsOf } from './operators.js';
import { describe, noOverload, type Problem } from './refusal.js';

/** How to call one overload. */
export interface Plan {
  readonly operator: Operator;
  /** For each argument of the schema its position, its name, or null for its default; null if all are by position. */
  readonly sources: readonly (number | string | null)[] | null;
}

interface Fit {
  readonly sources: (number | string | null)[];
  /** Number of arguments that fit only by widening. */
  readonly cost: number;
}

/**
 * The overload that accepts the arguments with the least widening; among equals the one with the shortest name, which
 * is the most basic. A plain object at the end holds arguments by name.
 * @throws KinoraError `torch/no-overload`
 */
export function chooseOverload(name: string, args: readonly unknown[]): Plan {
  const last = args.at(-1);
  const [positional, named] = isNamed(last) ? [args.slice(0, -1), last] : [args, {}];
  const problems: Problem[] = [];
  let best: (Fit & { operator: Operator }) | undefined;
  for (const operator of overloadsOf(name)) {
    const fit = bind(operator, positional, named);
    if ('cost' in fit) {
      if (best === undefined || fit.cost < best.cost) best = { operator, ...fit };
    } else problems.push(fit);
  }
  if (best === undefined) throw noOverload(name, args, problems);
  return { operator: best.operator, sources: args === positional ? null : best.sources };
}

function bind(operator: Operator, positional: readonly unknown[], named: Named): Fit | Problem {
  const sources: Fit['sources'] = [];
  let position = 0;
  let cost = 0;
  for (const argument of operator.arguments) {
    const byPosition = !argument.named && position < positional.length;
    const byName = !byPosition && Object.hasOwn(named, argument.name);
    const value = byPosition ? positional[position] : byName ? named[argument.name] : undefined;
    const price = mismatch(argument, value);
    if (price === undefined) return unfit(operator, argument, value);
    cost += price;
    sources.push(byPosition ? position++ : byName ? argument.name : null);
  }
  return leftOver(operator, positional, named, sources) ?? { sources, cost };
}

/** Arguments that could not be bound. */
function leftOver(
  operator: Operator,
  positional: readonly unknown[],
  named: Named,
  sources: Fit['sources'],
): Problem | undefined {
  const taken = sources.filter((source) => typeof source === 'number').length;
  if (taken < positional.length)
    return {
      operator,
      bound: taken - 0.5, // an overload that has this argument, but with another type, is closer
      expected: `at most ${taken} arguments by position`,
      received: String(positional.length),
    };
  const unknown = Object.keys(named).find((name) => !sources.includes(name) && named[name] !== undefined);
  if (unknown === undefined) return undefined;
  const free = operator.arguments.filter((_, i) => typeof sources[i] !== 'number').map(({ name }) => name);
  const expected = free.length === 0 ? 'no arguments by name' : `arguments named ${free.join(', ')}`;
  return { operator, bound: sources.length, expected, received: `'${unknown}'` };
}

function mismatch({ type, optional, length }: NativeArgument, value: unknown): number | undefined {
  if (value === undefined) return optional ? 0 : undefined;
  return misfit(type, kindOf(value), length);
}

function unfit(operator: Operator, argument: NativeArgument, value: unknown): Problem {
  const { name, type, length } = argument;
  const full = length === undefined ? type : type.replace('[]', `[${length}]`);
  return {
    operator,
    bound: operator.arguments.indexOf(argument),
    expected: `${full} for '${name}'`,
    received: value === undefined ? 'nothing' : describe(value),
  };
}

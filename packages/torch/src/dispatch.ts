/**
 * Calling operators: finds the overload that fits the arguments, puts them in the schema's order, and wraps the results.
 * Which overload fits is decided once for each kind of arguments; the values themselves are converted natively.
 */
import { isDType } from './dtype.js';
import { KinoraError } from './error.js';
import { type NativeArgument, type NativeOperator, native } from './native.js';
import { Generator } from './random.js';
import { Tensor } from './tensor.js';

/** One overload of an operator. */
export interface Operator extends NativeOperator {
  /** `aten::conv3d` */
  name: string;
  overload: string;
}

/** Where each argument of the schema comes from: a position, a name, or its default. */
interface Plan {
  operator: Operator;
  sources: readonly (number | string | null)[];
}

type Named = Readonly<Record<string, unknown>>;

/** Sees each call after it has run; `trace` is the one user. */
export type CallObserver = (operator: Operator, args: readonly unknown[], result: unknown) => void;
let observer: CallObserver | null = null;
export function observeCalls(next: CallObserver | null): CallObserver | null {
  const previous = observer;
  observer = next;
  return previous;
}

const operators = new Map<string, Operator[]>();
const plans = new Map<string, Map<string, Plan>>();

/**
 * Calls any operator of libtorch by name: `callOp('aten::add', x, 1)`, `callOp('aten::add.Scalar', x, 1, { alpha: 2 })`.
 * A trailing plain object holds arguments by name. Throws KinoraError when no overload fits or libtorch refuses.
 */
export function callOp(name: string, ...args: unknown[]): unknown {
  const plan = planFor(name, args);
  const values = ordered(plan, args);
  const result = run(plan.operator, values);
  if (observer !== null) observer(plan.operator, values, result);
  return result;
}

/** The overloads of an operator: `aten::add` has several, `aten::add.Tensor` is one, `add` means `aten::add`. */
export function overloadsOf(name: string): readonly Operator[] {
  let found = operators.get(name);
  if (found === undefined) {
    found = lookUp(name);
    operators.set(name, found);
  }
  return found;
}

function lookUp(name: string): Operator[] {
  const qualified = name.includes('::') ? name : `aten::${name}`;
  const [base, one] = splitOverload(qualified);
  const names = one === undefined ? native().overloads(base) : [one];
  const found = names.flatMap((overload) => {
    const operator = native().resolve(base, overload);
    return operator === undefined ? [] : [{ ...operator, name: base, overload }];
  });
  if (found.length > 0) return found.sort((a, b) => a.overload.length - b.overload.length);
  throw new KinoraError({
    code: 'torch/unknown-operator',
    expected: 'an operator of libtorch',
    received: `'${name}'`,
    hint: `this is libtorch ${native().description().version}; newer versions may have it`,
  });
}

function splitOverload(name: string): [string, string | undefined] {
  const dot = name.indexOf('.', name.indexOf('::'));
  return dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
}

function planFor(name: string, args: readonly unknown[]): Plan {
  let known = plans.get(name);
  if (known === undefined) {
    known = new Map();
    plans.set(name, known);
  }
  const kinds = signature(args);
  let plan = known.get(kinds);
  if (plan === undefined) {
    plan = choose(name, args);
    known.set(kinds, plan);
  }
  return plan;
}

/** A short text that is equal for arguments that resolve alike. */
function signature(args: readonly unknown[]): string {
  let text = '';
  for (const value of args) {
    const kind = kindOf(value);
    text += kind;
    if (kind === '{') for (const key in value as Named) text += `${key}:${kindOf((value as Named)[key])},`;
  }
  return text;
}

/** One letter for a JavaScript value's kind; a list adds the kinds of its items that matter. */
function kindOf(value: unknown): string {
  if (value instanceof Tensor) return 'T';
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
    default:
      break;
  }
  if (value === null) return 'n';
  if (Array.isArray(value)) return listKind(value);
  if (value instanceof Generator) return 'G';
  return isNamed(value) ? '{' : '?';
}

function stringKind(text: string): string {
  if (isDType(text)) return 'd';
  if (/^(cpu|cuda|meta|mps|xpu)(:\d+)?$/.test(text)) return 'D';
  if (text.endsWith('_format') || text.startsWith('channels_last')) return 'm';
  return text === 'strided' || text === 'sparse_coo' ? 'l' : 's';
}

function listKind(list: readonly unknown[]): string {
  const kinds = new Set(list.map(kindOf));
  if (kinds.has('T')) return kinds.has('n') || kinds.has('u') ? '[N]' : '[T]';
  if (kinds.has('f')) return '[f]';
  return `[${kinds.values().next().value ?? ''}]`;
}

function isNamed(value: unknown): value is Named {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function choose(name: string, args: readonly unknown[]): Plan {
  const last = args.at(-1);
  const named = isNamed(last) ? last : {};
  const positional = isNamed(last) ? args.slice(0, -1) : args;
  let best: Plan | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const operator of overloadsOf(name)) {
    const fit = bind(operator, positional, named);
    if (fit !== undefined && fit.cost < bestCost) {
      best = { operator, sources: fit.sources };
      bestCost = fit.cost;
    }
  }
  if (best === undefined) throw noOverload(name, args);
  return best;
}

function bind(
  operator: Operator,
  positional: readonly unknown[],
  named: Named,
): { sources: Plan['sources']; cost: number } | undefined {
  const unused = new Set(Object.keys(named));
  const sources: (number | string | null)[] = [];
  let position = 0;
  let cost = 0;
  for (const argument of operator.arguments) {
    const byPosition = !argument.named && position < positional.length;
    const source = byPosition ? position++ : unused.delete(argument.name) ? argument.name : null;
    const value = source === null ? undefined : byPosition ? positional[source as number] : named[source];
    const price = mismatch(argument, value);
    if (price === undefined) return undefined;
    cost += price;
    sources.push(source);
  }
  return position === positional.length && unused.size === 0 ? { sources, cost } : undefined;
}

/** How badly a value fits an argument: 0 exactly, 1 by widening, undefined not at all. */
function mismatch(argument: NativeArgument, value: unknown): number | undefined {
  if (value === undefined) return argument.optional ? 0 : undefined;
  const optional = argument.type.endsWith('?');
  if (value === null) return optional ? 0 : undefined;
  return fits(
    optional ? argument.type.slice(0, -1) : argument.type,
    kindOf(value),
    argument.length !== undefined,
  );
}

/** For each schema type the kinds that fit exactly, and those that fit by widening. */
const fitting: Readonly<Record<string, readonly [exact: string, widened?: string]>> = {
  Tensor: ['T'],
  Scalar: ['i f b'],
  int: ['i'],
  SymInt: ['i'],
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
  'SymInt[]': ['[i] []'],
  'float[]': ['[f]', '[i] []'],
  'bool[]': ['[b] []'],
};

function fits(type: string, kind: string, repeatable: boolean): number | undefined {
  const [exact, widened] = fitting[type] ?? ['', ''];
  if (exact.split(' ').includes(kind)) return 0;
  if (widened?.split(' ').includes(kind)) return 1;
  return repeatable && type.endsWith('[]') ? fits(type.slice(0, -2), kind, false) && 1 : undefined;
}

function ordered({ sources }: Plan, args: readonly unknown[]): unknown[] {
  const named = args.at(-1) as Named;
  return sources.map((source) =>
    source === null ? undefined : typeof source === 'number' ? args[source] : named[source],
  );
}

function run(operator: Operator, values: readonly unknown[]): unknown {
  try {
    const result = native().call(operator.index, ...values.map(lower));
    if (operator.returnedArgument >= 0) return values[operator.returnedArgument];
    return operator.returns.length === 1 ? raise(result, operator.returns[0]!) : raiseAll(result, operator);
  } catch (error) {
    throw error instanceof KinoraError
      ? located(error, operator)
      : refused(operator, values, error as NativeError);
  }
}

function lower(value: unknown): unknown {
  if (value instanceof Tensor || value instanceof Generator) return value.handle;
  return Array.isArray(value) && value.some((item) => item instanceof Tensor) ? value.map(lower) : value;
}

function raise(value: unknown, { type }: NativeArgument): unknown {
  if (type === 'Tensor') return value === null ? null : new Tensor(value as number);
  return type === 'Tensor[]' ? (value as number[]).map((handle) => new Tensor(handle)) : value;
}

function raiseAll(values: unknown, { returns }: Operator): unknown {
  if (returns.length === 0) return undefined;
  return (values as unknown[]).map((value, i) => raise(value, returns[i]!));
}

interface NativeError extends Error {
  /** libtorch's full text with the C++ backtrace. */
  native?: string;
}

/** A disposed argument does not know which operator it was handed to. */
const located = (error: KinoraError, operator: Operator): KinoraError =>
  new KinoraError({ where: operator.name, ...error.parts });

function refused(operator: Operator, values: readonly unknown[], cause: NativeError): KinoraError {
  return new KinoraError({
    code: 'torch/operator',
    where: `${operator.name}(${values
      .filter((v) => v !== undefined)
      .map(describe)
      .join(', ')})`,
    expected: 'arguments that libtorch accepts',
    received: cause.message,
    cause,
  });
}

function noOverload(name: string, args: readonly unknown[]): KinoraError {
  const schemas = overloadsOf(name).map(({ schema }) => schema);
  return new KinoraError({
    code: 'torch/no-overload',
    where: name,
    expected: `arguments of one of ${schemas.join(' | ')}`,
    received: `(${args.map(describe).join(', ')})`,
  });
}

/** A value in an error message: a tensor by dtype and shape. */
function describe(value: unknown): string {
  if (value instanceof Tensor)
    return value.isDisposed ? 'disposed tensor' : `${value.dtype}[${value.shape.join(', ')}]`;
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (isNamed(value))
    return `{ ${Object.entries(value)
      .map(([k, v]) => `${k}: ${describe(v)}`)
      .join(', ')} }`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/**
 * Calls any operator of libtorch by name. A plan (which overload, and the order of its arguments) is found once for
 * each combination of argument kinds; the values themselves are converted natively, by the schema.
 */

import { type NativeArgument, type NativeModule, native } from '../engine/native.js';
import { processWide } from '../engine/process-wide.js';
import { Generator } from '../tensor/random.js';
import { isTensor, Tensor } from '../tensor/tensor.js';
import { type Kind, kindOf, NAMED, type Named, TENSOR } from './kinds.js';
import type { Operator } from './operators.js';
import { chooseOverload, type Plan } from './overload.js';
import { refusedCall } from './refusal.js';

/** Called after each operator has run, with the arguments in the schema's order; used only by `trace`. */
export type CallObserver = (operator: Operator, args: readonly unknown[], result: unknown) => void;
/** Replaces libtorch; returns `undefined` to leave a call to libtorch. Used only by `shapesOnly`. */
export type CallSubstitute = (operator: Operator, args: readonly unknown[]) => unknown;

const hooks = processWide('hooks of calls', () => ({
  observer: null as CallObserver | null,
  substitute: null as CallSubstitute | null,
}));

/** Sets the observer and returns the previous one. */
export function observeCalls(next: CallObserver | null): CallObserver | null {
  const previous = hooks.observer;
  hooks.observer = next;
  return previous;
}

/** Whether there is an observer or a substitute: every call must then be the operator in the code, without fast paths. */
export const isObserved = (): boolean => hooks.observer !== null || hooks.substitute !== null;

/** Sets the substitute and returns the previous one. */
export function substituteCalls(next: CallSubstitute | null): CallSubstitute | null {
  const previous = hooks.substitute;
  hooks.substitute = next;
  return previous;
}

/**
 * Calls any operator of libtorch by name: `callOp('aten::add', x, 1)`, `callOp('aten::add.Scalar', x, 1, { alpha: 2 })`.
 * A plain object at the end holds arguments by name. Several results are returned as an array; in-place operators
 * return the tensor that they wrote to.
 * @throws KinoraError `torch/unknown-operator`, `torch/no-overload`, `torch/disposed`, or `torch/operator` if libtorch
 * rejects the call: its error is the cause, whose `native` is the C++ backtrace
 */
export function callOp(name: string, ...args: unknown[]): unknown {
  return callFrom(plansOf(name), args);
}

/** `callOp` for one operator, which is looked up only once. */
export function operatorCall(name: string): (args: readonly unknown[]) => unknown {
  const plans = plansOf(name);
  return (args) => callFrom(plans, args);
}

/** Plans by the kinds of the arguments: a tree whose edges are kinds, and the names of named arguments. */
class Branch {
  /** The most frequent edge, found without a search. */
  tensor: Branch | undefined = undefined;
  plan: Plan | undefined = undefined;
  readonly others = new Map<Kind | string, Branch>();

  follow(label: Kind | string): Branch {
    if (label !== TENSOR) return childOf(this.others, label);
    this.tensor ??= new Branch();
    return this.tensor;
  }
}

function childOf(branches: Map<string, Branch>, label: string): Branch {
  let branch = branches.get(label);
  if (branch === undefined) {
    branch = new Branch();
    branches.set(label, branch);
  }
  return branch;
}

interface Plans {
  readonly name: string;
  readonly root: Branch;
}

const known = new Map<string, Plans>();

function plansOf(name: string): Plans {
  let plans = known.get(name);
  if (plans === undefined) {
    plans = { name, root: new Branch() };
    known.set(name, plans);
  }
  return plans;
}

function callFrom({ name, root }: Plans, args: readonly unknown[]): unknown {
  let branch = root;
  for (let i = 0; i < args.length; i++) {
    const kind = kindOf(args[i]);
    branch = branch.follow(kind);
    if (kind === NAMED) branch = followNamed(branch, args[i] as Named);
  }
  branch.plan ??= chooseOverload(name, args);
  return perform(branch.plan, args);
}

function followNamed(branch: Branch, named: Named): Branch {
  let leaf = branch;
  for (const name in named) leaf = leaf.follow(`.${name}`).follow(kindOf(named[name]));
  return leaf;
}

function perform(plan: Plan, args: readonly unknown[]): unknown {
  const values = plan.sources === null ? args : plan.sources.map((source) => pick(source, args));
  const result = hooks.substitute?.(plan.operator, values) ?? run(plan.operator, values);
  hooks.observer?.(plan.operator, values, result);
  return result;
}

const pick = (source: number | string | null, args: readonly unknown[]): unknown =>
  typeof source === 'number' ? args[source] : source === null ? undefined : (args.at(-1) as Named)[source];

function run(operator: Operator, values: readonly unknown[]): unknown {
  let results: unknown;
  try {
    results = callNative(operator.index, values);
  } catch (cause) {
    throw refusedCall(operator, values, cause);
  }
  const { returns } = operator;
  if (returns.length === 1) return raise(operator, 0, results, values);
  return returns.length === 0
    ? undefined
    : (results as unknown[]).map((result, i) => raise(operator, i, result, values));
}

/** The addon's `call`, kept because looking it up takes part of a short call. */
let call: NativeModule['call'] | undefined;

/** Written out for the usual numbers of arguments: a spread costs as much as the call. */
function callNative(index: number, values: readonly unknown[]): unknown {
  call ??= native().call;
  switch (values.length) {
    case 1:
      return call(index, lower(values[0]));
    case 2:
      return call(index, lower(values[0]), lower(values[1]));
    case 3:
      return call(index, lower(values[0]), lower(values[1]), lower(values[2]));
    default:
      return call(index, ...values.map(lower));
  }
}

/** Tensors and generators are passed as handles. */
function lower(value: unknown): unknown {
  if (typeof value !== 'object') return value;
  if (isTensor(value) || value instanceof Generator) return value.handle;
  return Array.isArray(value) && value.some(isTensor) ? value.map(lower) : value;
}

function raise(
  { returned, returns }: Operator,
  i: number,
  result: unknown,
  values: readonly unknown[],
): unknown {
  const source = returned[i]!;
  if (source >= 0) return values[source];
  return wrap(returns[i]!, result);
}

function wrap({ type }: NativeArgument, result: unknown): unknown {
  if (type === 'Tensor') return result === null ? null : new Tensor(result as number);
  return type === 'Tensor[]'
    ? (result as (number | null)[]).map((handle) => (handle === null ? null : new Tensor(handle)))
    : result;
}

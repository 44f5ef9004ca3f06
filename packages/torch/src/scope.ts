/**
 * Lifetimes of native memory. The garbage collector does not see it and runs no finalizers inside a synchronous loop,
 * so temporaries belong to a scope that frees them, and finalizers are only the backstop for tensors outside any scope.
 */
import { KinoraError } from './error.js';

/** What a scope can own: a tensor. Declared here so that this file imports nothing of tensors. */
export interface Owned {
  dispose(): void;
}

type Scope = Set<Owned>;
const scopes: Scope[] = [];

/** Puts a new tensor into the innermost scope; false when there is none. */
export function adopt(owned: Owned): boolean {
  const current = scopes.at(-1);
  current?.add(owned);
  return current !== undefined;
}

/** Takes a disposed tensor out of whatever scopes may hold it. */
export function forget(owned: Owned): boolean {
  for (let i = scopes.length - 1; i >= 0; i--) if (scopes[i]!.delete(owned)) return true;
  return false;
}

/**
 * Runs `fn` and frees every tensor made in it, but those in its result (a tensor, or arrays, maps and plain objects of
 * them), which pass to the surrounding scope, and those given to `keep`. Synchronous: with interleaved async work
 * nobody could say whose temporaries are whose.
 */
export function scope<T>(fn: () => T): T {
  const current: Scope = new Set();
  scopes.push(current);
  let escaping: Set<unknown> | undefined;
  try {
    const result = fn();
    if (result instanceof Promise) throw asyncScope();
    escaping = new Set();
    collect(result, escaping);
    return result;
  } finally {
    scopes.pop();
    for (const owned of current) {
      if (escaping?.has(owned)) surrender(owned);
      else owned.dispose();
    }
  }
}

/** Called for a tensor that leaves the outermost scope; set by tensor.ts, which has the finalizers. */
let onEscape: (owned: Owned) => void = () => {};
export function whenUnscoped(callback: (owned: Owned) => void): void {
  onEscape = callback;
}

function surrender(owned: Owned): void {
  if (!adopt(owned)) onEscape(owned);
}

/** Takes a tensor out of its scope: from now on its owner disposes it, or the garbage collector does. */
export function keep<T extends Owned>(owned: T): T {
  if (forget(owned)) onEscape(owned);
  return owned;
}

function collect(value: unknown, into: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || into.has(value)) return;
  into.add(value);
  if (Array.isArray(value) || value instanceof Set) for (const item of value) collect(item, into);
  else if (value instanceof Map) for (const item of value.values()) collect(item, into);
  else if (isPlain(value)) for (const item of Object.values(value)) collect(item, into);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function asyncScope(): KinoraError {
  return new KinoraError({
    code: 'torch/async-scope',
    expected: 'a synchronous function',
    where: 'scope()',
    received: 'one that returns a Promise',
    hint: 'await outside the scope, and open a scope for each synchronous stretch',
  });
}

/**
 * Lifetimes of native memory. The garbage collector does not see it and runs no finalizers inside a synchronous loop,
 * so temporaries belong to a scope that frees them, and finalizers are only the backstop for tensors outside any scope.
 * Scopes and autograd modes end when their function returns: they take synchronous functions only.
 */

import { kinoraError } from '../error.js';
import { processWide } from './process-wide.js';

/** What a scope can own: a tensor. Declared here so that this file need not import Tensor. */
export interface Owned {
  dispose(): void;
  /** Moves it to another scope, or to none (null). */
  transfer(to: Scope | null): void;
}

export type Scope = Set<Owned>;
const scopes = processWide('scopes', (): Scope[] => []);

/** The innermost open scope; null outside all scopes. */
export const currentScope = (): Scope | null => scopes.at(-1) ?? null;

/**
 * Runs `fn` and frees every tensor created in it, except those in its result (a tensor, or arrays, maps, sets and plain
 * objects of tensors), which pass to the surrounding scope, and those passed to `keep`. `fn` must be synchronous: with
 * interleaved async work, temporaries could not be assigned to a scope.
 * @throws KinoraError `torch/async` if `fn` returns a Promise
 */
export function scope<T>(fn: () => T): T {
  const current: Scope = new Set();
  const escaping = new Set<unknown>();
  scopes.push(current);
  try {
    const result = synchronous('scope()', fn());
    collect(result, escaping);
    return result;
  } finally {
    scopes.pop();
    for (const owned of current) {
      if (escaping.has(owned)) owned.transfer(currentScope());
      else owned.dispose();
    }
  }
}

/** Takes a tensor out of its scope: from now on you dispose of it, or the garbage collector does. */
export function keep<T extends Owned>(owned: T): T {
  owned.transfer(null);
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

/** Returns the result unless it is a Promise. @throws KinoraError `torch/async` */
export function synchronous<T>(where: string, result: T): T {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return result;
  throw kinoraError('torch/async', where, 'a synchronous function', 'one that returns a Promise', {
    hint: `await outside of ${where}, and use it around each synchronous part`,
  });
}

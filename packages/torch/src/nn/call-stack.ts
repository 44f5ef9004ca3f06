/**
 * The stack of modules being called. It provides the paths (`conv_layer1.0`) that errors, traces and recordings name: a
 * module does not know its own path, only the outermost module being called does. Forward is synchronous, so one stack
 * is enough; it does not cover the backward pass.
 */

import { processWide } from '../engine/process-wide.js';
import { KinoraError } from '../error.js';

/** What this file needs of a Module. */
interface Named {
  namedModules(): ReadonlyMap<string, object>;
}

export type CallWatcher = (path: string, output: unknown) => void;

const state = processWide('calls of modules', () => ({
  stack: [] as Named[],
  watchers: new Set<CallWatcher>(),
  /** Paths below `stack[0]`, built on first use and dropped when its call ends. */
  paths: null as Map<object, string> | null,
  /** Errors that already name their module. */
  placed: new WeakSet<KinoraError>(),
}));
const { stack, watchers, placed } = state;

/** Runs `forward` as the call of `module`. */
export function enterModule<T>(module: Named, forward: () => T): T {
  stack.push(module);
  try {
    const output = forward();
    for (const watch of watchers) watch(currentModulePath(), output);
    return output;
  } catch (error) {
    throw located(error, module);
  } finally {
    stack.pop();
    if (stack.length === 0) state.paths = null;
  }
}

/**
 * Path of the innermost module being called, relative to the outermost one: '' for the outermost one itself and outside
 * any call.
 */
export function currentModulePath(): string {
  const innermost = stack.at(-1);
  return innermost === undefined ? '' : pathOf(innermost);
}

/** `conv_layer1.0 (Conv3d)`: how errors name `module`, called or not. */
export function moduleName(module: object): string {
  const path = stack.length === 0 ? '' : pathOf(module);
  return path === '' ? module.constructor.name : `${path} (${module.constructor.name})`;
}

/** Calls `watch` after every module's forward while `run` runs. */
export function watchCalls<T>(watch: CallWatcher, run: () => T): T {
  watchers.add(watch);
  try {
    return run();
  } finally {
    watchers.delete(watch);
  }
}

/** Whether `module` is on the stack. */
export const isCalling = (module: object): boolean => stack.includes(module as Named);

/** Whether the outputs of modules are being watched. */
export const isWatched = (): boolean => watchers.size > 0;

/** libtorch's errors name the operator; the innermost module adds its own name. */
function located(error: unknown, module: Named): unknown {
  if (!(error instanceof KinoraError) || !error.code.startsWith('torch/') || placed.has(error)) return error;
  const { where } = error.parts;
  const name = moduleName(module);
  const better = new KinoraError({ ...error.parts, where: where === undefined ? name : `${name}, ${where}` });
  placed.add(better);
  return better;
}

function pathOf(module: object): string {
  state.paths ??= new Map([...stack[0]!.namedModules()].map(([path, found]) => [found, path]));
  // A module created inside forward is in no field, so it is named by its class.
  return state.paths.get(module) ?? module.constructor.name;
}

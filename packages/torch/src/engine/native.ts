/**
 * Loads the compiled addon on first use, so that code without tensors runs without libtorch, and turns its errors into
 * KinoraErrors. Nothing outside this package imports this file.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { findPackaged, wayToThePackage } from '#packaged';
import { KinoraError, type KinoraErrorParts, kinoraError } from '../error.js';
import type { NativeModule } from './addon.js';
import { processWide } from './process-wide.js';

export type { Handle, NativeArgument, NativeModule, NativeOperator } from './addon.js';

let loaded: NativeModule | undefined;

/** The addon of this process; the first call loads libtorch, which takes about half a second. */
export function native(): NativeModule {
  loaded ??= processWide('addon', load);
  return loaded;
}

function load(): NativeModule {
  const { loader, addon: file } = engine();
  // Threads that spin while they wait take cores from the decoding threads; libgomp reads this when it is loaded.
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
  // c10d also logs its exceptions to stderr; libtorch's two loggers read these when they are loaded.
  process.env.GLOG_minloglevel ??= '3';
  process.env.TORCH_CPP_LOG_LEVEL ??= 'FATAL';
  let addon: NativeModule;
  try {
    const require = createRequire(import.meta.url);
    if (loader !== undefined) require(loader);
    addon = require(file) as NativeModule;
  } catch (cause) {
    throw kinoraError('torch/load', file, 'the engine to load', firstLine(cause), {
      hint:
        loader === undefined
          ? 'libtorch may have moved or changed: run `npx kinora-torch setup`, then `npx kinora doctor`'
          : 'the prebuilt engine does not fit this system: run `npx kinora-torch setup` to compile one that does',
      cause,
    });
  }
  // The number applies to the whole process: a worker must not undo the main thread's choice.
  if (isMainThread) {
    const { OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, GOTO_NUM_THREADS } = process.env;
    const blasHasItsOwn = Boolean(OPENBLAS_NUM_THREADS || GOTO_NUM_THREADS);
    addon.setThreads(Number(OMP_NUM_THREADS) || availableParallelism(), !blasHasItsOwn);
  }
  addon.onWarning(warnOnce);
  return guarded(addon);
}

const warned = new Set<string>();

/** Turns libtorch's warnings into Node's, each text once, as Python does. */
function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, 'TorchWarning');
}

/**
 * Not wrapped: errors of `call` already name the operator and its arguments, and `release`, the most frequent call,
 * never fails.
 */
const unguarded = ['call', 'release'];

function guarded(addon: NativeModule): NativeModule {
  const functions = Object.entries(addon as unknown as Record<string, (...args: unknown[]) => unknown>);
  const wrapped = functions.map(([name, run]) => [name, unguarded.includes(name) ? run : guard(name, run)]);
  return Object.fromEntries(wrapped) as NativeModule;
}

function guard(where: string, run: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
  return (...args) => {
    try {
      return run(...args);
    } catch (cause) {
      throw kinoraError('torch/engine', where, 'something that libtorch accepts', firstLine(cause), {
        cause,
      });
    }
  };
}

const firstLine = (cause: unknown): string => String((cause as Error).message).split('\n', 1)[0]!;

/** The addon, and a file that has to be loaded before it. */
interface Engine {
  addon: string;
  /** For a prebuilt engine: loads the libtorch of the other package. */
  loader?: string;
}

/** The engine that set-up has chosen, otherwise the prebuilt engine of this platform. */
function engine(): Engine {
  const record = fileURLToPath(new URL('../../build/current.json', import.meta.url));
  try {
    const { addon, loader } = JSON.parse(readFileSync(record, 'utf8')) as Engine;
    return { addon: resolve(dirname(record), addon), ...(loader === undefined ? {} : { loader }) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return prebuiltEngine(record);
    throw notBuilt(record, String(cause), { cause });
  }
}

function prebuiltEngine(record: string): Engine {
  const home = fileURLToPath(new URL('../..', import.meta.url));
  const { LIBTORCH } = process.env;
  if (LIBTORCH)
    throw notBuilt(record, `no such file; LIBTORCH is ${LIBTORCH}, and no engine is built for it`);
  const packaged = checked(() => findPackaged(home));
  if (packaged !== null) return packaged;
  const install = wayToThePackage(home);
  const setup = 'run `npx kinora-torch setup`';
  throw notBuilt(record, 'no such file', { hint: install === undefined ? setup : `${setup}, or ${install}` });
}

/** Set-up's errors follow the same grammar, but have a class of their own. */
function checked<T>(look: () => T): T {
  try {
    return look();
  } catch (cause) {
    const { parts } = cause as { parts?: KinoraErrorParts };
    throw parts === undefined ? cause : new KinoraError({ ...parts, cause });
  }
}

function notBuilt(
  record: string,
  received: string,
  more: { cause?: unknown; hint?: string } = {},
): KinoraError {
  const expected = 'the engine, which is compiled once on each machine';
  return kinoraError('torch/not-built', record, expected, received, {
    hint: 'run `npx kinora-torch setup`',
    ...more,
  });
}

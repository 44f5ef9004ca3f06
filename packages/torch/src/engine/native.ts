/**
 * Loads the compiled addon on first use, so that code without tensors runs without libtorch, and makes KinoraErrors of
 * what it throws. Nothing outside this package imports this file.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { kinoraError } from '../error.js';
import type { NativeModule } from './addon.js';
import { processWide } from './process-wide.js';

export type { Handle, NativeArgument, NativeModule, NativeOperator } from './addon.js';

let loaded: NativeModule | undefined;

/** The process's one addon; loads libtorch (about half a second) the first time. */
export function native(): NativeModule {
  loaded ??= processWide('addon', load);
  return loaded;
}

function load(): NativeModule {
  const file = builtAddon();
  // Threads that spin while they wait take the cores from the decoding threads; libgomp reads this when it is loaded.
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
  // c10d logs to stderr what its exceptions say as well; libtorch's two loggers read these when they are loaded.
  process.env.GLOG_minloglevel ??= '3';
  process.env.TORCH_CPP_LOG_LEVEL ??= 'FATAL';
  let addon: NativeModule;
  try {
    addon = createRequire(import.meta.url)(file) as NativeModule;
  } catch (cause) {
    throw kinoraError('torch/load', file, 'the engine to load', firstLine(cause), {
      hint: 'libtorch may have moved or changed: run `npx kinora-torch setup`, then `npx kinora doctor`',
      cause,
    });
  }
  // The number belongs to the process: a worker must not undo what the main thread has chosen.
  if (isMainThread) {
    const { OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, GOTO_NUM_THREADS } = process.env;
    const blasHasItsOwn = Boolean(OPENBLAS_NUM_THREADS || GOTO_NUM_THREADS);
    addon.setThreads(Number(OMP_NUM_THREADS) || availableParallelism(), !blasHasItsOwn);
  }
  addon.onWarning(warnOnce);
  return guarded(addon);
}

const warned = new Set<string>();

/** libtorch's warnings become Node's, each text once, as Python does it. */
function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, 'TorchWarning');
}

/** The errors of `call` name the operator and its arguments; `release`, the most frequent one, never fails. */
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

function builtAddon(): string {
  const record = new URL('../../build/current.json', import.meta.url);
  try {
    const { addon } = JSON.parse(readFileSync(record, 'utf8')) as { addon: string };
    return fileURLToPath(new URL(addon, record));
  } catch (cause) {
    throw kinoraError('torch/not-built', fileURLToPath(record), {
      expected: 'the engine, which is compiled once on each machine',
      received: (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(cause),
      hint: 'run `npx kinora-torch setup`',
      cause,
    });
  }
}

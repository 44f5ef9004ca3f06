/**
 * Handles a standard output or standard error that cannot be written to, because a pipe or terminal was closed or a disk is
 * full. A command that can save its work stops as on Ctrl+C; any other command exits at once.
 */
import { closeSync } from 'node:fs';
import { type KinoraError, kinoraError } from '@kinora/torch/error';

export const OUTPUT_FAILED = 'output/failed';

const listeners = new Set<(error: KinoraError) => void>();
let failed = false;

/** Calls `listener` if output fails, instead of ending the process. Returns a function that removes the listener. */
export function onOutputFailure(listener: (error: KinoraError) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Call once per program, before anything is printed. */
export function watchOutput(): void {
  for (const name of ['stdout', 'stderr'] as const)
    process[name].on('error', (cause: NodeJS.ErrnoException) => {
      // Later writes fail too, including the one that reports the failure.
      if (failed) return;
      failed = true;
      if (cause.code === 'EIO') process.on('exit', closeStreams);
      const error = outputFailed(name, cause);
      if (listeners.size > 0) for (const listener of [...listeners]) listener(error);
      // A pipe that closes early, as in `kinora ... | head`, is not an error.
      else if (cause.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      else {
        process.stderr.write(`kinora: ${error.message}\n`);
        process.exit(1);
      }
    });
}

/** At exit, Node restores the terminal's modes, and aborts if the terminal is gone; it does neither for closed descriptors. */
function closeStreams(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor);
    } catch {
      // already closed
    }
  }
}

const RECEIVED: Readonly<Record<string, string>> = {
  EPIPE: 'a closed pipe',
  ENOSPC: 'a full disk',
  EDQUOT: 'a used-up quota',
  EIO: 'an input/output error; the terminal may be closed',
};

const outputFailed = (name: 'stdout' | 'stderr', cause: NodeJS.ErrnoException): KinoraError =>
  kinoraError(OUTPUT_FAILED, name, {
    expected: 'every line to be written',
    received: RECEIVED[cause.code ?? ''] ?? cause.code ?? cause.message,
    cause,
  });

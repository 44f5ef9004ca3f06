/**
 * What happens when standard output or standard error can no longer be written to: the reader of a pipe is gone, a disk is
 * full, a terminal was closed. Work that can save is stopped as by Ctrl+C; a command that only prints ends at once.
 */
import { closeSync } from 'node:fs';
import { type KinoraError, kinoraError } from '@kinora/torch/error';

export const OUTPUT_FAILED = 'output/failed';

const listeners = new Set<(error: KinoraError) => void>();
let failed = false;

/** Calls `listener` when output fails, instead of ending the process. Returns what ends that. */
export function onOutputFailure(listener: (error: KinoraError) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Of the whole program, once. */
export function watchOutput(): void {
  for (const name of ['stdout', 'stderr'] as const)
    process[name].on('error', (cause: NodeJS.ErrnoException) => {
      // Every later write fails again, the line about the failure included.
      if (failed) return;
      failed = true;
      if (cause.code === 'EIO') process.on('exit', closeStreams);
      const error = outputFailed(name, cause);
      if (listeners.size > 0) for (const listener of [...listeners]) listener(error);
      // `kinora ... | head` closes the pipe early: the reader has what it wanted.
      else if (cause.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      else {
        process.stderr.write(`kinora: ${error.message}\n`);
        process.exit(1);
      }
    });
}

/** Node restores the terminal's modes at its end, and aborts where the terminal is gone, unless the descriptors are closed. */
function closeStreams(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor);
    } catch {
      // closed already
    }
  }
}

const RECEIVED: Readonly<Record<string, string>> = {
  EPIPE: 'a closed pipe',
  ENOSPC: 'a full disk',
  EDQUOT: 'a used-up quota',
  EIO: 'an input/output error, as of a terminal that was closed',
};

const outputFailed = (name: 'stdout' | 'stderr', cause: NodeJS.ErrnoException): KinoraError =>
  kinoraError(OUTPUT_FAILED, name, {
    expected: 'every line to be written',
    received: RECEIVED[cause.code ?? ''] ?? cause.code ?? cause.message,
    cause,
  });

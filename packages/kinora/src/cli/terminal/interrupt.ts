/**
 * Handles Ctrl+C (and SIGTERM, which cluster schedulers send) for work that saves before it ends: the first signal
 * aborts an AbortSignal, the second ends the process at once. Output that fails asks in the same way.
 */
import { onOutputFailure } from './output.js';

/** Thrown after interrupted work has stopped; the process exits with 128 + the signal's number. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(readonly exitCode: number) {
    super('interrupted');
  }
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs `work` with a signal that Ctrl+C aborts. Throws `Interrupted` when it did, and `output/failed` when output could not be
 * written, whatever the work returned.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  announce: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<T> {
  const controller = new AbortController();
  let exitCode = 0;
  const onSignal = (name: keyof typeof SIGNALS) => {
    if (exitCode !== 0) process.exit(exitCode);
    exitCode = SIGNALS[name];
    announce('stopping and saving; press Ctrl+C again to stop at once');
    controller.abort(new Interrupted(exitCode));
  };
  const names = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  for (const name of names) process.on(name, onSignal);
  const off = onOutputFailure((error) => controller.abort(error));
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    // Work that throws its own AbortError in response to the signal was interrupted too.
    if (controller.signal.aborted && (error as Error).name === 'AbortError') throw controller.signal.reason;
    throw error;
  } finally {
    off();
    for (const name of names) process.off(name, onSignal);
  }
}

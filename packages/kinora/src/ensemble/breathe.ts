/** Fitting is arithmetic without a pause, during which nobody hears Ctrl+C: long loops breathe between their rounds. */
import { setImmediate } from 'node:timers/promises';

/** Lets what waits be heard. Throws the signal's reason once it is given. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

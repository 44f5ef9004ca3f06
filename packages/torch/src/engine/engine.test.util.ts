/** What the tests of this folder share; nothing else imports it. */
import { KinoraError, memoryStats } from '../index.js';

/** The KinoraError that `run` throws; anything else fails the test. */
export function errorOf(run: () => unknown): KinoraError {
  try {
    run();
  } catch (error) {
    if (error instanceof KinoraError) return error;
    throw new Error(`expected a KinoraError, received ${error}`);
  }
  throw new Error('expected an error');
}

export const liveTensors = (): number => memoryStats().liveTensors;

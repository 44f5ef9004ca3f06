/** Scopes and autograd modes end when their function returns, so that function must not go on afterwards. */
import { KinoraError } from '../error.js';

/** Passes a result through, and refuses a Promise. @throws KinoraError `torch/async` */
export function synchronous<T>(where: string, result: T): T {
  if (typeof (result as { then?: unknown } | null | undefined)?.then !== 'function') return result;
  throw new KinoraError({
    code: 'torch/async',
    where,
    expected: 'a synchronous function',
    received: 'one that returns a Promise',
    hint: `await outside of ${where}, and use it around each synchronous stretch`,
  });
}

/** Errors on their way between threads: structured cloning would lose their class and code. */
import { KinoraError, type KinoraErrorParts } from '@kinora/torch/error';

export type ThreadError =
  | { readonly kind: 'kinora'; readonly parts: KinoraErrorParts }
  | { readonly kind: 'other'; readonly message: string; readonly stack: string | undefined };

export function toThread(error: unknown): ThreadError {
  if (error instanceof KinoraError) {
    const { cause: _, ...parts } = error.parts;
    return { kind: 'kinora', parts };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'other', message, stack };
}

export function fromThread(error: ThreadError): Error {
  if (error.kind === 'kinora') return new KinoraError(error.parts);
  return Object.assign(new Error(error.message), error.stack === undefined ? {} : { stack: error.stack });
}

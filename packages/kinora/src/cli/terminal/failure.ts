/** What a failed command prints and the exit code it ends with. A stack is shown only with --debug. */
import { KinoraError } from '@kinora/torch/error';
import { Interrupted } from './interrupt.js';
import { isUsageError } from './usage.js';

export interface Failure {
  exitCode: number;
  /** For stderr; empty when there is nothing to say. */
  text: string;
}

/** 130 or 143 when interrupted, 2 for words that were not understood, 1 for everything else. */
export function describeFailure(error: unknown, debug: boolean): Failure {
  if (error instanceof Interrupted) return { exitCode: error.exitCode, text: '' };
  const exitCode = isUsageError(error) ? 2 : 1;
  if (debug) return { exitCode, text: stackOf(error) };
  const hint = error instanceof KinoraError ? '' : ' (unexpected: run again with --debug for the stack)';
  const line = `${oneLine(error)}${hint}`;
  return { exitCode, text: /^kinora[: ]/.test(line) ? line : `kinora: ${line}` };
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.replace(/\s*\n\s*/g, ' ').trim();
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `kinora: ${String(error)}`;
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

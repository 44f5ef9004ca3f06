/**
 * The output and exit code of a failed command, and usage errors: unknown words, with the nearest valid one. A stack is
 * shown only with --debug.
 */
import { nearest } from '@kinora/clip/edit-distance'; // not all of it: `kinora --help` loads this file
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { type Command, CommanderError } from 'commander';
import type { RunConfig } from '../../config/index.js';
import { type Spelling, spellingOf } from '../../config/spelling.js';
import { onOneLine } from '../../files/printable.js';
import { Interrupted } from './interrupt.js';

export interface Failure {
  exitCode: number;
  /** For stderr; empty when there is nothing to print. */
  text: string;
}

let spelling: Spelling | undefined;

/** Makes errors of this command use the spelling of keys in its configuration file. Returns the configuration. */
export function nameKeysAs<Config extends RunConfig | undefined>(config: Config): Config {
  spelling = spellingOf(config);
  return config;
}

/** 130 or 143 if interrupted, 2 for usage errors, 1 for everything else. */
export function describeFailure(error: unknown, debug: boolean): Failure {
  if (error instanceof Interrupted) return { exitCode: error.exitCode, text: '' };
  const exitCode = isUsageError(error) ? 2 : 1;
  if (debug) return { exitCode, text: stackOf(error) };
  const refusal = refusalOf(error);
  const hint =
    error instanceof KinoraError || refusal !== null
      ? ''
      : ' (unexpected: run again with --debug for the stack)';
  const message = refusal ?? oneLine(error);
  const line = `${spelling?.in(message) ?? message}${hint}`;
  return { exitCode, text: /^kinora[: ]/.test(line) ? line : `kinora: ${line}` };
}

const NEEDS: Readonly<Record<string, string>> = {
  mkdir: 'room for a folder, and permission to make it',
  open: 'a file, and permission to open it',
  scandir: 'a folder, and permission to read it',
  rename: 'room and permission to write',
};

/** Calls that change files: their failure is the machine's, with or without a path. */
const CHANGES = new Set([
  'write',
  'fsync',
  'ftruncate',
  'rm',
  'rmdir',
  'unlink',
  'link',
  'symlink',
  'copyfile',
  'mkdtemp',
  'close',
]);

/** File system errors in the project's grammar: a full disk or a file in the way is not a fault of the program. */
function refusalOf(error: unknown): string | null {
  const { code, syscall = '', path, message } = (error ?? {}) as NodeJS.ErrnoException;
  const needs = path === undefined ? undefined : NEEDS[syscall];
  const expected = needs ?? (CHANGES.has(syscall) ? `a disk that allows ${syscall}` : undefined);
  if (code === undefined || code === 'EPIPE' || expected === undefined) return null;
  const reason = /^[A-Z0-9]+: (.*?), /.exec(message)?.[1] ?? code;
  return `${path ?? 'file system'}: expected ${expected}, received ${reason}${HINTS[code] ?? ''}`;
}

const HINTS: Readonly<Record<string, string>> = {
  EMFILE: '; raise the limit of this process, for example ulimit -n 1024',
  ENFILE: '; close other programs: the machine has no more',
};

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return onOneLine(message.replace(/\s*\n\s*/g, ' ').trim());
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `kinora: ${String(error)}`;
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** A usage error makes the process exit with 2, any other with 1. */
export function isUsageError(error: unknown): boolean {
  return error instanceof KinoraError && error.code.startsWith('usage/');
}

export function unknownCommand(word: string, names: readonly string[]): KinoraError {
  return kinoraError('usage/command', 'kinora', 'a command', JSON.stringify(word), {
    hint: `the nearest valid one is "${nearest(word, names)}"; kinora --help lists them all`,
  });
}

/** Rewrites Commander's errors as ours; other errors pass through. */
export function usageError(error: unknown, command: Command): unknown {
  if (!(error instanceof CommanderError)) return error;
  const name = [command.parent?.name() ?? 'kinora', command.name()].join(' ');
  const words = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const flags = command.options
    .flatMap(({ long, short }) => [long, short])
    .filter((flag) => flag !== undefined);
  const fail = (expected: string, received: string, hint: string) =>
    kinoraError(error.code.replace('commander.', 'usage/'), name, expected, received, { hint });
  const help = `${name} --help lists them`;

  switch (error.code) {
    case 'commander.unknownOption':
      return fail(
        'a known flag',
        words,
        `the nearest valid one is ${nearest(words, [...flags, '--help', '--debug'])}; ${help}`,
      );
    case 'commander.optionMissingArgument':
      return fail(`a value after ${words}`, 'nothing', help);
    case 'commander.missingArgument':
      return fail(`the argument ${words}`, 'nothing', `${name} --help describes it`);
    case 'commander.missingMandatoryOptionValue':
      return fail(words, 'nothing', help);
    case 'commander.excessArguments': {
      const most = command.registeredArguments.length;
      const extra = command.args.slice(most).map((word) => JSON.stringify(word));
      return fail(
        most === 0 ? 'only flags' : `at most ${most} argument`,
        extra.join(' '),
        `flags start with --; ${help}`,
      );
    }
    default:
      return fail('valid flags', error.message.replace(/^error: /, ''), help);
  }
}

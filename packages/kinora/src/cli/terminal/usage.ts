/** Words that a command does not know, told in the project's error grammar with the nearest valid one. */

import { nearest } from '@kinora/clip';
import { KinoraError } from '@kinora/torch/error';
import { type Command, CommanderError } from 'commander';

/** A usage error makes the process exit with 2, any other with 1. */
export function isUsageError(error: unknown): boolean {
  return error instanceof KinoraError && error.code.startsWith('usage/');
}

export function unknownCommand(word: string, names: readonly string[]): KinoraError {
  return new KinoraError({
    code: 'usage/command',
    where: 'kinora',
    expected: 'a command',
    received: JSON.stringify(word),
    hint: `the nearest valid one is "${nearest(word, names)}"; kinora --help lists them all`,
  });
}

/** Commander's complaint as ours; other errors pass through. */
export function usageError(error: unknown, command: Command): unknown {
  if (!(error instanceof CommanderError)) return error;
  const name = [command.parent?.name() ?? 'kinora', command.name()].join(' ');
  const words = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const flags = command.options
    .flatMap(({ long, short }) => [long, short])
    .filter((flag) => flag !== undefined);
  const fail = (expected: string, received: string, hint: string) =>
    new KinoraError({
      code: error.code.replace('commander.', 'usage/'),
      where: name,
      expected,
      received,
      hint,
    });
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

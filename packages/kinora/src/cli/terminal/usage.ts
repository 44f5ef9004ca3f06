/** Errors of usage: words that a command does not know, with the nearest valid one, and options of earlier releases. */

import { nearest } from '@kinora/clip';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { type Command, CommanderError, Option } from 'commander';
import { shellQuote } from '../../shell.js';

/** A usage error makes the process exit with 2, any other with 1. */
export function isUsageError(error: unknown): boolean {
  return error instanceof KinoraError && error.code.startsWith('usage/');
}

export function unknownCommand(word: string, names: readonly string[]): KinoraError {
  return kinoraError('usage/command', 'kinora', 'a command', JSON.stringify(word), {
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

/** An option of earlier releases for what is the argument RUN today: hidden, and refused with the new command line. */
export class FormerRunOption extends Option {
  constructor(flag: string) {
    super(`${flag} <path>`);
    this.hideHelp();
  }
}

/** Throws `usage/run-argument` where `words` use an option of earlier releases for RUN. */
export function refuseFormerOption(words: readonly string[], { options }: Command, program: string): void {
  const former = options.find((option) => option instanceof FormerRunOption);
  if (former === undefined) return;
  const flag = former.long!;
  const at = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (at < 0) return;
  const attached = words[at]!.startsWith(`${flag}=`);
  const run = attached ? words[at]!.slice(flag.length + 1) : (words[at + 1] ?? 'RUN');
  const rest = [...words.slice(0, at), ...words.slice(at + (attached ? 1 : 2))];
  throw kinoraError('usage/run-argument', program, 'RUN as the first argument', flag, {
    hint: `type: ${[program, ...[run, ...rest].map(shellQuote)].join(' ')}`,
  });
}

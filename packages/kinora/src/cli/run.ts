/**
 * Runs a command line: finds the command, loads only its code, parses, runs it, reports failures and returns an exit
 * code. Prints help and errors; commands print their own results.
 */
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { Command, CommanderError, type Option } from 'commander';
import { version } from '../version.js';
import { COMMANDS, type CommandEntry } from './commands.js';
import { describeFailure, nameKeysAs, unknownCommand, usageError } from './terminal/failure.js';
import { normalizeArgv, refuseFormerOption, takeDebug } from './terminal/options.js';

/** Runs `kinora <words>` and returns the exit code. Never throws. */
export async function run(
  words: readonly string[],
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<number> {
  const { debug, rest } = takeDebug(words);
  nameKeysAs(undefined);
  try {
    await dispatch(rest, commands);
    return 0;
  } catch (error) {
    const { exitCode, text } = describeFailure(error, debug);
    if (text !== '') process.stderr.write(`${text}\n`);
    return exitCode;
  }
}

async function dispatch(words: string[], commands: readonly CommandEntry[]): Promise<void> {
  const [first, ...rest] = words;
  if (first === undefined || first === '--help' || first === '-h') return print(overview(commands));
  if (first === '--version' || first === '-V') return print(`kinora ${version()}\n`);
  if (first === 'help') return dispatch(rest.length > 0 ? [...rest, '--help'] : [], commands);
  const entry = commands.find(({ name }) => name === first);
  if (entry === undefined) {
    const names = commands.map(({ name }) => name);
    throw unknownCommand(first, names);
  }
  await execute(await entry.load(), rest);
}

/** Runs one command of `program`, or shows its help. Throws KinoraError `usage/*` for unknown words. */
export async function execute(command: Command, words: string[], program = 'kinora'): Promise<void> {
  const [first = '', ...rest] = words;
  const inner = command.commands.find((each) => each.name() === first);
  if (inner !== undefined) return execute(inner, rest, `${program} ${command.name()}`);
  refuseFormerOption(words, command, `${program} ${command.name()}`);
  for (const option of command.options) nameInErrors(option);
  // Commander builds its usage line from the parent; it throws errors instead of exiting.
  new Command(program).addCommand(
    command
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .helpOption('-h, --help', 'show this help')
      .hook('preSubcommand', (outer, inner) => {
        throw flagsBefore(program, outer, inner);
      }),
  );
  try {
    await command.parseAsync(normalizeArgv(words, command.options), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    throw usageError(error, command);
  }
}

const flagsBefore = (program: string, outer: Command, inner: Command): KinoraError =>
  kinoraError('usage/flags-before-command', `${program} ${outer.name()}`, {
    expected: `"${inner.name()}" before all flags`,
    received: 'flags before it',
    hint: `${program} ${outer.name()} ${inner.name()} --help lists its flags`,
  });

/** Adds the name of the flag to the error of an invalid value, because the parser of the value does not know it. */
function nameInErrors(option: Option): void {
  const read = option.parseArg;
  if (read === undefined) return;
  option.argParser((word: string, previous: unknown) => {
    try {
      return read(word, previous);
    } catch (error) {
      if (!(error instanceof KinoraError) || error.parts.where !== undefined) throw error;
      throw new KinoraError({ ...error.parts, where: option.long ?? option.flags });
    }
  });
}

function overview(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: kinora <command> [flags]

Learn, train and use 3D convolutional networks for video.

Commands:
${lines.join('\n')}

Flags:
  -h, --help     show this help, or that of a command
  -V, --version  show the version
  --debug        show the stack of an error

Example:
  $ kinora train --help
`;
}

function print(text: string): void {
  process.stdout.write(text);
}

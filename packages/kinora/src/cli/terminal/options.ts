/**
 * Flags: those that several commands share, parsers of their values, and the normalisation of spellings before
 * commander parses the arguments: `--eval_only` and `--eval-only`, `--resume`, `--resume True`, `--resume=true`, `-r
 * true`.
 */
import { kinoraError } from '@kinora/torch/error';
import { type Command, Option } from 'commander';
import { shellQuote } from '../../shell.js';

export interface DeviceOptions {
  useGpu: boolean;
  /** GPU numbers from `-g`; absent: any available GPU. */
  gpus?: number[];
}

export interface ConfigOptions {
  config?: string;
  set?: string[];
}

/** `--config FILE` and `--set key=value`. */
export function withConfig(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file (JSON)')
    .option('--set <key=value>', 'override one key of it, by dotted name; repeatable', collect);
}

/** `-g 0,1` and `--use-gpu False`. */
export function withDevice(command: Command): Command {
  return command
    .addOption(new Option('-g, --gpus <numbers>', 'GPUs to use, such as 0 or 0,1').argParser(parseGpus))
    .addOption(new BooleanOption('--use-gpu', 'use a GPU if there is one').default(true));
}

/** A whole number above 0, for flags such as `--top 5`. */
export function positiveInt(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw kinoraError('usage/number', undefined, 'a whole number above 0', JSON.stringify(text));
}

/** A whole number, including 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && Number.isSafeInteger(value)) return value;
  throw kinoraError('usage/number', undefined, 'a whole number', JSON.stringify(text));
}

/** Any number, for flags such as `--momentum 0.9`; what it may be is for its reader to say. */
export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw kinoraError('usage/number', undefined, 'a number', JSON.stringify(text));
}

/** A regular expression, for `--person`. */
export function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (cause) {
    const received = (cause as Error).message;
    throw kinoraError('usage/pattern', '--person', 'a regular expression', received);
  }
}

function parseGpus(text: string): number[] {
  if (/^\d+(,\d+)*$/.test(text)) return [...new Set(text.split(',').map(Number))];
  const expected = 'GPU numbers such as 0 or 0,1';
  throw kinoraError('usage/gpus', '--gpus', expected, JSON.stringify(text));
}

/** Throws `usage/unused` for a flag that has no effect in this use of the command (`with --check`). */
export function refuseFlags(command: Command, attributes: readonly string[], use: string): void {
  const unused = command.options.find(
    (option) =>
      attributes.includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (unused === undefined) return;
  throw kinoraError('usage/unused', `kinora ${command.name()}`, {
    expected: `only flags that it uses ${use}`,
    received: unused.long!,
    hint: 'leave it out',
  });
}

/** Collects the values of a repeatable flag. */
export function collect(word: string, previous: string[] = []): string[] {
  return [...previous, word];
}

/** A TCP port; 0 means any free one. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65535) return value;
  throw kinoraError('usage/port', '--port', 'a port from 0 to 65535', JSON.stringify(text));
}

/** A flag that is true, false or bare: `new BooleanOption('-r, --resume', 'continue')`. */
export class BooleanOption extends Option {
  constructor(flags: string, description: string) {
    super(`${flags} [bool]`, description);
    this.argParser((text) => parseBoolean(text, this.long!));
  }
}

function parseBoolean(text: string, where: string): boolean {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  throw kinoraError('usage/boolean', where, 'true or false', JSON.stringify(text));
}

/** The same words with kebab-case flag names and with the value of every boolean flag attached to it. */
export function normalizeArgv(words: readonly string[], options: readonly Option[]): string[] {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const result: string[] = [];
  for (let i = 0; i < end; i++) {
    const { flag, value } = splitFlag(words[i]!);
    const option = options.find(({ long, short }) => flag !== undefined && (flag === long || flag === short));
    if (!(option instanceof BooleanOption) || value !== undefined) {
      result.push(...join(flag, value, words[i]!));
      continue;
    }
    const next = i + 1 < end ? words[i + 1]! : '';
    const stated = /^(true|false)$/i.test(next);
    result.push(`${option.long}=${stated ? next : 'true'}`);
    if (stated) i++;
  }
  return [...result, ...words.slice(end)];
}

/** `--use_gpu=False` -> `--use-gpu`, `False`; a word that is not a flag has no `flag`. */
function splitFlag(word: string): { flag?: string; value?: string } {
  const match = /^(--[A-Za-z][\w-]*|-[A-Za-z])(?:=(.*))?$/s.exec(word);
  if (match === null) return {};
  const flag = match[1]!.replaceAll('_', '-');
  return match[2] === undefined ? { flag } : { flag, value: match[2] };
}

function join(flag: string | undefined, value: string | undefined, word: string): string[] {
  if (flag === undefined) return [word];
  if (value === undefined) return [flag];
  return flag.startsWith('--') ? [`${flag}=${value}`] : [flag, value];
}

/** Removes `--debug` from the words, anywhere before `--`. */
export function takeDebug(words: readonly string[]): { debug: boolean; rest: string[] } {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const rest = words.filter((word, i) => i >= end || word !== '--debug');
  return { debug: rest.length < words.length, rest };
}

/** An option of earlier releases that is now the argument RUN: hidden, and rejected with a hint to the new command line. */
export class FormerRunOption extends Option {
  constructor(flag: string) {
    super(`${flag} <path>`);
    this.hideHelp();
  }
}

/** Throws `usage/run-argument` if `words` use an option of earlier releases for RUN. */
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

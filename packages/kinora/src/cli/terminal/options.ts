/** The flags that several commands share, and how their values are read. */
import { KinoraError, kinoraError } from '@kinora/torch/error';
import { type Command, Option } from 'commander';
import { BooleanOption } from './argv.js';

export interface DeviceOptions {
  useGpu: boolean;
  /** GPU numbers as asked for with `-g`; left out: whatever there is. */
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
  throw new KinoraError({
    code: 'usage/number',
    expected: 'a whole number above 0',
    received: JSON.stringify(text),
  });
}

/** A whole number, 0 included. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && Number.isSafeInteger(value)) return value;
  throw new KinoraError({ code: 'usage/number', expected: 'a whole number', received: JSON.stringify(text) });
}

function parseGpus(text: string): number[] {
  if (/^\d+(,\d+)*$/.test(text)) return [...new Set(text.split(',').map(Number))];
  const expected = 'GPU numbers such as 0 or 0,1';
  throw kinoraError('usage/gpus', '--gpus', expected, JSON.stringify(text));
}

/** Throws `usage/unused` for a flag that was given but has no effect in this use of the command (`with --check`). */
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

/** Gathers the values of a flag that may be repeated. */
export function collect(word: string, previous: string[] = []): string[] {
  return [...previous, word];
}

/** A TCP port; 0 stands for any free one. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65535) return value;
  throw kinoraError('usage/port', '--port', 'a port from 0 to 65535', JSON.stringify(text));
}

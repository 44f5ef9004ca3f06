/**
 * Makes one spelling of the many that a flag may have, before commander reads the words: `--eval_only` and
 * `--eval-only`, `--resume`, `--resume True`, `--resume=true`, `-r true`. Knows a command's options, not their meaning.
 */
import { kinoraError } from '@kinora/torch/error';
import { Option } from 'commander';

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

/** `--use_gpu=False` -> `--use-gpu`, `False`; a word that is no flag has no `flag`. */
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

/** Takes `--debug` out of the words, wherever before `--` it stands. */
export function takeDebug(words: readonly string[]): { debug: boolean; rest: string[] } {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const rest = words.filter((word, i) => i >= end || word !== '--debug');
  return { debug: rest.length < words.length, rest };
}

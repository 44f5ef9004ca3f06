/**
 * Spellings of keys. In code, a key has one name, in camelCase. Files and `--set` may also use the tutorial's keys and
 * snake_case, and error messages repeat the spelling that was used.
 */
import { KinoraError, kinoraError } from '@kinora/torch/error';
import type * as z from 'zod';
import { keysAt } from './keys.js';
import type { RunConfig } from './run-config.js';

type Json = Record<string, unknown>;
type Path = readonly PropertyKey[];

/** Aliases that are different words, most of them the tutorial's. Every other key has its snake_case form as an alias. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  name: 'model_name',
  printSteps: 'print_freq',
  trainFolder: 'train_data_folder',
  validationFolder: 'val_data_folder',
  trainList: 'train_data_csv',
  validationList: 'val_data_csv',
  testList: 'test_data_csv',
  labelsFile: 'labels_csv',
  streamCacheGB: 'stream_cache_gb',
  workers: 'num_workers',
  frames: 'clip_size',
  clips: 'nclips',
  stride: 'step_size',
  epochs: 'num_epochs',
  lrBatchSize: 'scale_lr',
};

/** The other spelling of a key, such as `batch_size` of `batchSize`; undefined if there is only one. */
export function aliasOf(path: Path): string | undefined {
  const key = String(path.at(-1));
  const other = path.length === 1 ? OTHER_WORDS[key] : undefined;
  const alias = other ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return alias === key ? undefined : alias;
}

/** The spellings that one configuration uses, by path. */
export class Spelling {
  readonly #keys: ReadonlySet<string>;
  readonly #aliases = new Map<string, string>();
  #others = 0;

  /** @param schema the schema whose top-level keys messages may name */
  constructor(schema: z.ZodType) {
    this.#keys = new Set(keysAt(schema, []));
  }

  /** Records that the last key of `path` was written as `spelled`. */
  note(path: Path, spelled: string): void {
    const alias = aliasOf(path);
    if (alias === undefined) return;
    this.#aliases.delete(dotted(path));
    if (spelled === alias) this.#aliases.set(dotted(path), alias);
    else this.#others++;
  }

  /** Whether to name keys that the configuration does not contain by their aliases. */
  get prefersAliases(): boolean {
    return this.#aliases.size > this.#others;
  }

  get hasAliases(): boolean {
    return this.#aliases.size > 0;
  }

  /** The keys of `path` as the user writes them. */
  keys(path: Path): string[] {
    return path.map((key, i) => {
      const upTo = path.slice(0, i + 1);
      return this.#aliases.get(dotted(upTo)) ?? String(key);
    });
  }

  /** A top-level key as the user wrote it, or would write it, judging by the other keys. */
  of(key: string): string {
    const written = this.#aliases.get(key);
    return written ?? (this.prefersAliases ? (aliasOf([key]) ?? key) : key);
  }

  /**
   * A message with its keys in the user's spelling: `raise max_bad_fraction`. Keys of one word, such as `clips`, are
   * left alone, because messages use them as ordinary words; so are parts of paths.
   */
  in(message: string): string {
    return message.replace(CAMEL_CASE, (word) => (this.#keys.has(word) ? this.of(word) : word));
  }
}

/** Words of two or more parts that are not part of a path or a dotted name. */
const CAMEL_CASE = /(?<![\w./\\-])[a-z]+(?:[A-Z][A-Za-z]*)+(?![\w/\\-]|[.]\w)/g;

const dotted = (path: Path): string => path.map(String).join('.');

/** The keys that are valid at `path`, each with its spellings, the current name first. */
export const namesAt = (schema: z.ZodType, path: Path): string[][] =>
  keysAt(schema, path).map((key) => {
    const alias = aliasOf([...path, key]);
    return alias === undefined ? [key] : [key, alias];
  });

/** `path` with every key under its current name; unknown keys are left alone. */
export function canonicalPath(schema: z.ZodType, path: readonly string[]): string[] {
  const result: string[] = [];
  for (const key of path) {
    const names = namesAt(schema, result).find((spellings) => spellings.includes(key));
    result.push(names?.[0] ?? key);
  }
  return result;
}

/**
 * A copy of `value` with every key under its current name.
 * @param spelling receives the spellings found
 * @throws config/twice if an object has both spellings of a key
 */
export function canonicalKeys(
  schema: z.ZodType,
  value: unknown,
  spelling: Spelling,
  source: string,
  above: readonly string[] = [],
): unknown {
  if (!isObject(value)) return value;
  const result = new Map<string, unknown>();
  const names = new Map(
    namesAt(schema, above).flatMap((all) => all.map((spelled) => [spelled, all[0]!] as const)),
  );
  for (const [spelled, inner] of Object.entries(value)) {
    const key = names.get(spelled) ?? spelled;
    if (result.has(key)) throw twice(source, [...above, key]);
    const path = [...above, key];
    if (names.has(spelled)) spelling.note(path, spelled);
    result.set(key, names.has(spelled) ? canonicalKeys(schema, inner, spelling, source, path) : inner);
  }
  return Object.fromEntries(result);
}

function twice(source: string, path: readonly string[]): KinoraError {
  const [key, alias] = [path.at(-1)!, aliasOf(path)!];
  return kinoraError('config/twice', `${source}, ${dotted(path)}`, {
    expected: 'one spelling of a key',
    received: `both "${key}" and "${alias}"`,
    hint: 'remove one of them',
  });
}

/** Attaches the spelling to a configuration and its copies; JSON ignores it. */
const SPELLING = Symbol('spelling');

/** `config`, remembering how its keys were spelled. */
export const withSpelling = <T extends object>(config: T, spelling: Spelling): T =>
  spelling.hasAliases ? { ...config, [SPELLING]: spelling } : config;

export const spellingOf = (config: unknown): Spelling | undefined =>
  isObject(config) ? (config as { [SPELLING]?: Spelling })[SPELLING] : undefined;

/** A key of `config` for messages: `batchSize`, or `batch_size` if the user's file uses that spelling. */
export const spelled = (config: RunConfig, key: keyof RunConfig): string =>
  spellingOf(config)?.of(key) ?? key;

/**
 * Does work that a configuration describes. Its errors name keys as the configuration spells them: whoever wrote `batch_size`
 * is told to lower `batch_size`.
 */
export async function namingKeysOf<T>(config: RunConfig, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw respelled(error, spellingOf(config));
  }
}

function respelled(error: unknown, spelling: Spelling | undefined): unknown {
  if (spelling === undefined || !(error instanceof KinoraError)) return error;
  const { where, expected, received, hint } = error.parts;
  const told = (text: string | undefined) => (text === undefined ? undefined : spelling.in(text));
  const { message, stack } = error;
  const parts = {
    where: told(where),
    expected: spelling.in(expected),
    received: told(received),
    hint: told(hint),
  };
  const named = new KinoraError({ ...error.parts, ...parts });
  return Object.assign(named, { stack: stack?.replace(message, () => named.message) });
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

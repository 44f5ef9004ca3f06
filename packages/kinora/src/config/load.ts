/**
 * Turns a JSON file, or an object, into a complete run configuration: reads, overrides, checks, and fills in defaults
 * that follow from other keys. Paths stay as written, relative to the working directory.
 */
import { basename, dirname, extname, join } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import type * as z from 'zod';
import { MEBIBYTE, readBounded } from '../files/bounded.js';
import { isAddress } from '../files/path.js';
import { crossCheck } from './check.js';
import { configError, type IssueContext } from './issues.js';
import { acceptsAt } from './keys.js';
import { override } from './override.js';
import type { RunConfig, RunConfigInput } from './run-config.js';
import { runConfigSchema } from './schema.js';
import {
  canonicalKeys,
  isObject,
  namesAt,
  canonicalPath as pathInside,
  Spelling,
  spellingOf,
  withSpelling,
} from './spelling.js';

export interface LoadOptions {
  /** `key=value` changes, by dotted key (`schedule.patience=5`). */
  set?: readonly string[];
}

/** Reads and completes a configuration file. Throws `config/*` errors that name file, line and key. */
export async function loadConfig(file: string, { set = [] }: LoadOptions = {}): Promise<RunConfig> {
  const text = read(file);
  const spelling = new Spelling(runConfigSchema);
  const value = canonicalKeys(runConfigSchema, parse(text, file), spelling, file);
  if (!isObject(value)) return check(value, file, spelling, { text });
  const inside = (path: readonly string[], inner: unknown) =>
    canonicalKeys(runConfigSchema, inner, spelling, '--set', path);
  const keys = { resolve: canonicalPath, inside, accepts, spelling };
  const { config, changed } = override(value, set, keys);
  return check(config, file, spelling, { text, changed });
}

/**
 * Completes a configuration given as an object. Throws `config/*`.
 * @param source its name in error messages
 */
export function effectiveConfig(input: RunConfigInput, source = 'configuration'): RunConfig {
  const found = new Spelling(runConfigSchema);
  const value = canonicalKeys(runConfigSchema, input, found, source);
  return check(value, source, spellingOf(input) ?? found);
}

/** A saved configuration of any version, with every key under its current name. */
export const canonical = (saved: object, source: string): Record<string, unknown> =>
  canonicalKeys(runConfigSchema, saved, new Spelling(runConfigSchema), source) as Record<string, unknown>;

/** The current name of a dotted key, such as `batchSize` for `batch_size`. */
export const canonicalKey = (name: string): string => canonicalPath(name.split('.')).join('.');

const canonicalPath = (path: readonly string[]): string[] => pathInside(runConfigSchema, path);

const accepts = (path: readonly string[], value: unknown): boolean => acceptsAt(runConfigSchema, path, value);

function check(
  value: unknown,
  source: string,
  spelling: Spelling,
  from: Pick<IssueContext, 'text' | 'changed'> = {},
): RunConfig {
  const given = isObject(value) ? leaveOut(value, '$schema') : value;
  const result = runConfigSchema.safeParse(given);
  if (!result.success) {
    const names = (path: readonly PropertyKey[]) => namesAt(runConfigSchema, path);
    throw configError(result.error.issues, { source, value, spelling, namesAt: names, ...from });
  }
  const config = withSpelling(complete(result.data, source), spelling);
  crossCheck(config, source);
  return config;
}

/** `$schema` is for editors. */
function leaveOut(value: Record<string, unknown>, key: string): Record<string, unknown> {
  const { [key]: _, ...rest } = value;
  return rest;
}

/** Fills in the keys whose default follows from other keys. */
function complete(config: z.output<typeof runConfigSchema>, source: string): RunConfig {
  const test = config.testList ?? siblingTestList(config.validationList);
  const folder = config.validationFolder ?? config.trainFolder;
  return {
    ...config,
    name: config.name ?? basename(source, extname(source)),
    ...(folder === undefined ? {} : { validationFolder: folder }),
    ...(test === undefined ? {} : { testList: test }),
  };
}

/** `.../jester-v1-validation.csv` -> `.../jester-v1-test.csv`, `val.csv` -> `test.csv`. */
export function siblingTestList(validation: string | undefined): string | undefined {
  if (validation === undefined || isAddress(validation)) return undefined;
  const name = basename(validation);
  const test = name.replace(/validation|val(?![a-z])/i, 'test');
  return test === name ? undefined : join(dirname(validation), test);
}

const LIMIT = 16 * MEBIBYTE;

function read(file: string): string {
  try {
    return readBounded(file, { expected: 'a JSON file', limit: LIMIT, kind: 'config' }).toString('utf8');
  } catch (cause) {
    if (cause instanceof KinoraError) throw cause;
    const received =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (cause as Error).message;
    throw kinoraError('config/unreadable', file, 'a JSON file', received, { cause });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    const line = position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`;
    const hint = /^\s*\/[/*]/m.test(text) ? 'JSON has no comments' : undefined;
    const received = message.replace(/ in JSON at position .*$/s, '');
    throw kinoraError('config/syntax', `${file}${line}`, 'valid JSON', received, { hint, cause });
  }
}

/**
 * From a JSON file, or an object, to a complete run configuration: read, override, check, fill in what follows from
 * other keys. Paths stay as written: they are relative to the working directory, as in the starting point.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import { isAddress } from '../files/address.js';
import { crossCheck } from './check.js';
import { configError, type IssueContext } from './issues.js';
import { acceptsAt, keysAt } from './keys.js';
import { override } from './override.js';
import { RunConfig, type RunConfigInput } from './schema.js';

export interface LoadOptions {
  /** `key=value` changes, by dotted key (`schedule.patience=5`). */
  set?: readonly string[];
}

/** Reads and completes a configuration file. Throws `config/*` errors that name file, line and key. */
export async function loadConfig(file: string, { set = [] }: LoadOptions = {}): Promise<RunConfig> {
  const text = await read(file);
  const value = parse(text, file);
  const changed = set.length > 0 && isObject(value) ? override(value, set, accepts) : value;
  return check(changed, file, { text, set });
}

/**
 * Completes a configuration given as an object.
 * @param source what error messages call it
 */
export function effectiveConfig(input: RunConfigInput, source = 'configuration'): RunConfig {
  return check(input, source);
}

const accepts = (path: readonly string[], value: unknown): boolean => acceptsAt(RunConfig, path, value);

function check(value: unknown, source: string, from: Pick<IssueContext, 'text' | 'set'> = {}): RunConfig {
  const result = RunConfig.safeParse(value);
  if (!result.success) {
    const names = (path: readonly PropertyKey[]) => keysAt(RunConfig, path);
    throw configError(result.error.issues, { source, value, keysAt: names, ...from });
  }
  const config = complete(result.data, source);
  crossCheck(config, source);
  return config;
}

/** Fills in the keys whose default follows from other keys. */
function complete(config: ReturnType<typeof RunConfig.parse>, source: string): RunConfig {
  const test = config.test_data_csv ?? siblingTestList(config.val_data_csv);
  const folder = config.val_data_folder ?? config.train_data_folder;
  return {
    ...config,
    model_name: config.model_name ?? basename(source, extname(source)),
    ...(folder === undefined ? {} : { val_data_folder: folder }),
    ...(test === undefined ? {} : { test_data_csv: test }),
  };
}

/** `.../jester-v1-validation.csv` -> `.../jester-v1-test.csv`, `val.csv` -> `test.csv`. */
export function siblingTestList(validation: string | undefined): string | undefined {
  if (validation === undefined || isAddress(validation)) return undefined;
  const name = basename(validation);
  const test = name.replace(/validation|val(?![a-z])/i, 'test');
  return test === name ? undefined : join(dirname(validation), test);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const received =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : (cause as Error).message;
    throw new KinoraError({
      code: 'config/unreadable',
      where: file,
      expected: 'a JSON file',
      received,
      cause,
    });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    const line = position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`;
    const hint = /^\s*\/[/*]/m.test(text) ? { hint: 'JSON has no comments' } : {};
    const received = message.replace(/ in JSON at position .*$/s, '');
    throw new KinoraError({
      code: 'config/syntax',
      where: `${file}${line}`,
      expected: 'valid JSON',
      received,
      ...hint,
      cause,
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

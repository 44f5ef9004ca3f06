/**
 * The search space of a sweep: a JSON file of configuration keys, each with a range or a choice.
 *
 *     { "lr": { "log": [0.0003, 0.03] }, "labelSmoothing": { "lin": [0, 0.2] }, "batchSize": { "choice": [8, 16] } }
 */
import { randomStream } from '@kinora/clip';
import { KinoraError, kinoraError } from '@kinora/torch';
import * as z from 'zod';
import { loadConfig } from '../config/index.js';
import { MEBIBYTE, parseJson, readBounded } from '../files/bounded.js';

const ends = z.tuple([z.number(), z.number()]);
const dimensionSchema = z.union([
  z.strictObject({ lin: ends, round: z.boolean().optional() }),
  z.strictObject({ log: ends, round: z.boolean().optional() }),
  z.strictObject({ choice: z.array(z.json()).min(1) }),
]);
export const spaceSchema = z.record(z.string().min(1), dimensionSchema);

/** Values of one key: uniform over a range (`round`: whole numbers), uniform over its logarithm, or any of a list. */
export type Dimension = z.infer<typeof dimensionSchema>;
/** Dimensions by configuration key; parts of a key are dotted (`augment.rotation`). */
export type SearchSpace = z.infer<typeof spaceSchema>;
/** A value for each key. */
export type Point = Readonly<Record<string, unknown>>;

const LIMIT = MEBIBYTE;

/**
 * Reads a search space and tries the ends of every range, and every choice, in the configuration. Throws `sweep/space` for other
 * JSON, and `config/*` for a key that does not exist, with the nearest one, or a value that it cannot have.
 * @param config file that the keys belong to @param set its changes
 */
export async function readSpace(file: string, config: string, set: readonly string[]): Promise<SearchSpace> {
  const space = parseJson(read(file), spaceSchema, (expected, path) =>
    kinoraError('sweep/space', [file, ...path].join(', '), {
      expected,
      hint: 'for example { "lr": { "log": [0.001, 0.1] }, "batchSize": { "choice": [8, 16] } }',
    }),
  );
  if (Object.keys(space).length === 0)
    throw kinoraError('sweep/space', file, 'at least one key with a range', '{}');
  for (const [key, dimension] of Object.entries(space)) {
    checkRange(file, key, dimension);
    for (const value of extremes(dimension)) await tryValue(file, key, value, config, set);
  }
  return space;
}

function read(file: string): string {
  try {
    return readBounded(file, { expected: 'a search space, a JSON file', limit: LIMIT }).toString('utf8');
  } catch (cause) {
    if (cause instanceof KinoraError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const received = missing ? 'no such file' : (cause as Error).message;
    throw kinoraError('sweep/space', file, 'a search space, a JSON file', received, { cause });
  }
}

function checkRange(file: string, key: string, dimension: Dimension): void {
  const range = 'lin' in dimension ? dimension.lin : 'log' in dimension ? dimension.log : undefined;
  if (range === undefined) return;
  const [low, high] = range;
  if (low < high && !('log' in dimension && low <= 0)) return;
  throw kinoraError('sweep/space', `${file}, ${key}`, {
    expected: `two ends, the first lower${'log' in dimension ? ' and above 0' : ''}`,
    received: JSON.stringify(range),
  });
}

const extremes = (dimension: Dimension): readonly unknown[] =>
  'choice' in dimension ? dimension.choice : 'lin' in dimension ? dimension.lin : dimension.log;

/** The error of the configuration, with the place in the search space. */
async function tryValue(
  file: string,
  key: string,
  value: unknown,
  config: string,
  set: readonly string[],
): Promise<void> {
  try {
    await loadConfig(config, { set: [...set, settingOf(key, value)] });
  } catch (error) {
    if (!(error instanceof KinoraError)) throw error;
    const { where, ...parts } = error.parts;
    throw new KinoraError({ ...parts, where: `${file}, ${where?.replace(/^--set /, '') ?? key}` });
  }
}

/** As for `kinora train --set`. */
export const settingOf = (key: string, value: unknown): string =>
  `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`;

/** Identifies the random stream. */
const DRAWS = 0x5eeb;

/** The point of a trial: it depends on seed and number alone, so that more trials extend a sweep. */
export function drawPoint(space: SearchSpace, seed: number, trial: number): Point {
  const random = randomStream(seed, DRAWS, trial);
  return Object.fromEntries(
    Object.entries(space).map(([key, dimension]) => [key, draw(dimension, random.uniform())]),
  );
}

/** @param u in [0, 1) */
function draw(dimension: Dimension, u: number): unknown {
  if ('choice' in dimension) return dimension.choice[Math.floor(u * dimension.choice.length)];
  const value =
    'lin' in dimension
      ? dimension.lin[0] + u * (dimension.lin[1] - dimension.lin[0])
      : dimension.log[0] * (dimension.log[1] / dimension.log[0]) ** u;
  // Three digits: whoever reads the table can type them.
  return dimension.round ? Math.round(value) : Number(value.toPrecision(3));
}

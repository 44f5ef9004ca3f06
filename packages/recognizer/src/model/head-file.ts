/** Saves a taught head as JSON that names the network whose features it uses, and rejects any other file by name. */
import { type KinoraError, kinoraError } from '@kinora/clip';
import type { Head } from './head.js';

const FORMAT = 'kinora-head';
const VERSION = 1;

/** The part of `recognizer.info` that names the network whose features the head uses: with another network its answers would be nonsense. */
export interface Base {
  readonly network: string;
  /** Of the model's bytes, so that another training of the same network counts as another. */
  readonly fingerprint: string;
  readonly features: number;
}

/** Taught gestures as the text of a file that `useGestures` and the studio's Teach room open. `base` is `recognizer.info`. */
export function writeHead(head: Head, base: Base): string {
  const { labels } = head;
  const numbers = Object.fromEntries(
    (['mean', 'deviation', 'weights', 'bias'] as const).map((name) => [name, Array.from(head[name])]),
  );
  const { network, fingerprint, features } = base;
  return JSON.stringify({
    format: FORMAT,
    version: VERSION,
    network,
    fingerprint,
    features,
    labels,
    ...numbers,
  });
}

/** The gestures in the text of such a file. Throws `head/file`. @param name of the file @param base `recognizer.info` */
export function readHead(text: string, name: string, base: Base): Head {
  const file = parse(text, name);
  if (file.format !== FORMAT)
    throw wrong(name, 'a head saved by Teach', `a JSON file without "format": "${FORMAT}"`);
  if (file.version !== VERSION)
    throw wrong(
      name,
      `version ${VERSION}`,
      `version ${JSON.stringify(file.version)}`,
      'open it with the version of Kinora that saved it',
    );
  for (const key of ['network', 'fingerprint', 'features'] as const)
    if (file[key] !== base[key])
      throw wrong(
        name,
        `a head for this model (${key} ${base[key]})`,
        `${key} ${JSON.stringify(file[key])}`,
        'teach the gestures again here, or open the site with the model that they were taught on',
      );
  const labels = labelsOf(file.labels, name);
  const [classes, size] = [labels.length, base.features];
  const head = {
    labels,
    mean: numbers(file, 'mean', size, name),
    deviation: numbers(file, 'deviation', size, name),
    weights: numbers(file, 'weights', classes * size, name),
    bias: numbers(file, 'bias', classes, name),
  };
  if (!head.deviation.every((value) => value > 0))
    throw wrong(`${name}: deviation`, 'positive numbers', 'a number that is 0 or less');
  return head;
}

/** Throws `head/file` for a head whose numbers do not fit together, or do not fit `features`. */
export function checkHead(head: Head, features: number): Head {
  const classes = head.labels?.length ?? 0;
  const sizes = { mean: features, deviation: features, weights: classes * features, bias: classes };
  for (const [name, size] of Object.entries(sizes) as [keyof typeof sizes, number][])
    if (head[name]?.length !== size)
      throw wrong(
        `gestures: ${name}`,
        `${size} numbers`,
        `${head[name]?.length ?? 'none'}`,
        'teach them on this model',
      );
  return head;
}

/** FNV-1a over at most a million bytes spread over the file, plus its length: distinguishes models, but is not secure. */
export function fingerprint(model: Uint8Array): string {
  const every = Math.ceil(model.length / 1e6);
  let hash = 0x811c9dc5;
  for (let i = 0; i < model.length; i += every) hash = Math.imul(hash ^ model[i]!, 0x01000193);
  return `${(hash >>> 0).toString(16).padStart(8, '0')}-${model.length}`;
}

function parse(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(name, 'a head in JSON', JSON.stringify(text.slice(0, 20)));
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw wrong(name, 'a head in JSON', JSON.stringify(value));
}

function labelsOf(value: unknown, name: string): string[] {
  const good =
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((label) => typeof label === 'string' && label !== '') &&
    new Set(value).size === value.length;
  if (good) return value as string[];
  throw wrong(`${name}: labels`, 'two or more different names', JSON.stringify(value) ?? 'none');
}

function numbers(file: Record<string, unknown>, key: string, count: number, name: string): Float32Array {
  const value = file[key];
  if (Array.isArray(value) && value.length === count && value.every(Number.isFinite))
    return Float32Array.from(value);
  const received = Array.isArray(value) ? `${value.length} values` : (JSON.stringify(value) ?? 'none');
  throw wrong(`${name}: ${key}`, `${count} numbers`, received);
}

const wrong = (
  where: string,
  expected: string,
  received: string,
  hint = 'choose a file saved by Teach',
): KinoraError => kinoraError('head/file', where, expected, received, { hint });

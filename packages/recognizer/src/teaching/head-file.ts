/** Saves a taught head as JSON that names the network whose features it uses, and rejects any other file by name. */
import { type KinoraError, kinoraError } from '@kinora/clip';
import type { Head } from './head.js';

const FORMAT = 'kinora-head';
const VERSION = 2;

/** The part of `recognizer.info` that names the network whose features the head uses: with another network its answers would be nonsense. */
export interface Base {
  readonly network: string;
  /** Of the model's bytes, so that another training of the same network counts as another. */
  readonly fingerprint: string;
  readonly features: number;
}

/** Taught gestures as the text of a file that `useGestures` opens. `base` is `recognizer.info`. */
export function writeHead(head: Head, base: Base): string {
  const { labels, owners, threshold } = head;
  const { network, fingerprint, features } = base;
  return JSON.stringify({
    format: FORMAT,
    version: VERSION,
    network,
    fingerprint,
    features,
    labels,
    owners,
    threshold,
    ...Object.fromEntries(NUMBERS.map((name) => [name, base64(head[name])])),
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
      'teach the gestures again here, or open it with the version of Kinora that saved it',
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
  const owners = ownersOf(file.owners, labels.length, name);
  const { threshold } = file;
  if (typeof threshold !== 'number' || !(Math.abs(threshold) <= 1))
    throw wrong(`${name}: threshold`, 'a cosine', JSON.stringify(threshold) ?? 'none');
  const size = base.features;
  const whitened = file.whitening !== '';
  return {
    labels,
    owners,
    threshold,
    centre: numbers(file, 'centre', size, name),
    whitening: numbers(file, 'whitening', whitened ? size * size : 0, name),
    prototypes: numbers(file, 'prototypes', owners.length * size, name),
  };
}

/** Throws `head/file` for a head whose numbers do not fit together, or do not fit `features`. */
export function checkHead(head: Head, features: number): Head {
  const whitened = (head.whitening?.length ?? 0) > 0;
  const sizes = {
    centre: features,
    whitening: whitened ? features * features : 0,
    prototypes: (head.owners?.length ?? 0) * features,
  };
  for (const name of NUMBERS)
    if (head[name]?.length !== sizes[name])
      throw wrong(
        `gestures: ${name}`,
        `${sizes[name]} numbers`,
        `${head[name]?.length ?? 'none'}`,
        'teach them on this model',
      );
  return head;
}

/** Fields of numbers, which the file has in base64, as float32 in little-endian order. */
const NUMBERS = ['centre', 'whitening', 'prototypes'] as const;
/** Prototypes that nobody teaches. */
const MOST = 5000;

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
    value.length <= MOST &&
    value.every((label) => typeof label === 'string' && label !== '') &&
    new Set(value).size === value.length;
  if (good) return value as string[];
  throw wrong(`${name}: labels`, 'two or more different names', short(value));
}

/** Every label but the last, which may have none, has a prototype. */
function ownersOf(value: unknown, labels: number, name: string): number[] {
  const good =
    Array.isArray(value) &&
    value.length <= MOST &&
    value.every((owner) => Number.isInteger(owner) && owner >= 0 && owner < labels) &&
    new Set(value.filter((owner) => owner < labels - 1)).size === labels - 1;
  if (good) return value as number[];
  throw wrong(`${name}: owners`, 'the index of a label for each prototype', short(value));
}

function numbers(file: Record<string, unknown>, key: string, count: number, name: string): Float32Array {
  const value = file[key];
  const letters = 4 * Math.ceil((4 * count) / 3);
  if (typeof value !== 'string' || value.length !== letters || !/^[A-Za-z0-9+/]*={0,2}$/.test(value))
    throw wrong(
      `${name}: ${key}`,
      `${count} numbers in base64, ${letters} letters`,
      typeof value === 'string' ? `${value.length} letters` : short(value),
    );
  const bytes = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  const read = new Float32Array(bytes.buffer);
  if (read.every(Number.isFinite)) return read;
  throw wrong(`${name}: ${key}`, 'finite numbers', 'others');
}

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  btoa(
    Array.from(new Uint8Array(buffer, byteOffset, byteLength), (byte) => String.fromCharCode(byte)).join(''),
  );

const short = (value: unknown): string => (JSON.stringify(value) ?? 'none').slice(0, 60);

const wrong = (
  where: string,
  expected: string,
  received: string,
  hint = 'choose a file saved by Teach',
): KinoraError => kinoraError('head/file', where, expected, received, { hint });

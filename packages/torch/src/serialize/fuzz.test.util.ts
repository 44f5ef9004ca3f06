/**
 * Mutated input: valid files, damaged at random from a seed. Whatever the damage, a reader must return or throw a
 * KinoraError, soon and without taking memory out of proportion.
 */
import { KinoraError } from '../error.js';
import { rawTensors, readCheckpoint } from './checkpoint/read.js';
import { goldenBytes } from './golden.test.util.js';
import type { RawTensor } from './raw.js';
import { parseSafetensors } from './safetensors.js';
import { memorySource } from './source.js';
import { readDirectory, readEntry } from './zip/reader.js';
import { ZipWriter } from './zip/writer.js';

type Random = () => number;

/** mulberry32: small, seeded, good enough to choose damage. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const below = (random: Random, end: number): number => Math.floor(random() * end);
const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xff];

type Damage = (bytes: Buffer, random: Random) => Buffer;

const flipBit: Damage = (bytes, random) => {
  const at = below(random, bytes.length);
  bytes[at] = bytes[at]! ^ (1 << below(random, 8));
  return bytes;
};
/** Up to eight equal bytes: what lengths and offsets look like when they lie. */
const overwrite: Damage = (bytes, random) =>
  bytes.fill(EXTREMES[below(random, 5)]!, ...range(bytes, random, 8));
const replaceByte: Damage = (bytes, random) => {
  bytes[below(random, bytes.length)] = below(random, 256);
  return bytes;
};
const truncate: Damage = (bytes, random) => bytes.subarray(0, below(random, bytes.length));
const remove: Damage = (bytes, random) => {
  const [from, to] = range(bytes, random, 64);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};
const repeat: Damage = (bytes, random) => {
  const [from, to] = range(bytes, random, 64);
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
};

function range(bytes: Buffer, random: Random, longest: number): [number, number] {
  const from = below(random, bytes.length);
  return [from, Math.min(bytes.length, from + 1 + below(random, longest))];
}

const DAMAGES = [flipBit, flipBit, replaceByte, replaceByte, overwrite, overwrite, truncate, remove, repeat];

function mutate(bytes: Uint8Array, random: Random): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let n = 1 + below(random, 4); n > 0 && mutated.length > 0; n--) {
    mutated = DAMAGES[below(random, DAMAGES.length)]!(mutated, random);
  }
  return mutated;
}

/** The archive with its pickle damaged and its checksums right, so that the damage reaches the unpickler. */
function mutatePickle(archive: Uint8Array, random: Random): Buffer {
  const source = memorySource(archive);
  const parts: Buffer[] = [];
  const sink = {
    position: 0,
    write(bytes: Uint8Array): void {
      parts.push(Buffer.from(bytes));
      sink.position += bytes.length;
    },
  };
  const zip = new ZipWriter(sink);
  for (const [name, entry] of readDirectory(source)) {
    const bytes = readEntry(source, entry);
    zip.add(name, name.endsWith('.pkl') ? mutate(bytes, random) : bytes);
  }
  zip.finish();
  return Buffer.concat(parts);
}

const CHECKPOINTS = ['dtypes', 'views', 'plain', 'checkpoint'];

/** What can be damaged: a name, the damage, and the reader that has to bear it. */
export interface Target {
  readonly name: string;
  readonly damage: (random: Random) => Buffer;
  readonly read: (bytes: Uint8Array) => void;
}

export const targets: Target[] = [
  {
    name: 'safetensors',
    damage: (random) => mutate(goldenBytes('reference.safetensors'), random),
    read: readSafetensors,
  },
  ...CHECKPOINTS.flatMap((name): Target[] => [
    {
      name: `${name}, zip`,
      damage: (random) => mutate(goldenBytes(`${name}.zip.pth`), random),
      read: readTorch,
    },
    {
      name: `${name}, pickle in zip`,
      damage: (random) => mutatePickle(goldenBytes(`${name}.zip.pth`), random),
      read: readTorch,
    },
    {
      name: `${name}, legacy`,
      damage: (random) => mutate(goldenBytes(`${name}.legacy.pth`), random),
      read: readTorch,
    },
  ]),
  {
    name: 'protocol 4',
    damage: (random) => mutatePickle(goldenBytes('plain.protocol4.pth'), random),
    read: readTorch,
  },
];

function readSafetensors(bytes: Uint8Array): void {
  for (const tensor of parseSafetensors(memorySource(bytes)).tensors.values()) tensor.bytes();
}

/** Also gathers every tensor, as a user would. */
function readTorch(bytes: Uint8Array): void {
  const tensors: RawTensor[] = [];
  const tensor: typeof rawTensors.tensor = (described) => {
    const raw = rawTensors.tensor(described);
    tensors.push(raw);
    return raw;
  };
  readCheckpoint(memorySource(bytes), { ...rawTensors, tensor });
  for (const raw of tensors) raw.bytes();
}

export interface FuzzResult {
  accepted: number;
  refused: number;
  /** Most milliseconds of processor time that one input took. */
  slowestMs: number;
}

/** Runs `count` damaged inputs from `seed`; throws on anything but a KinoraError, naming the seed that shows it. */
export function fuzz({ name, damage, read }: Target, seed: number, count: number): FuzzResult {
  const result: FuzzResult = { accepted: 0, refused: 0, slowestMs: 0 };
  for (let i = seed; i < seed + count; i++) {
    const bytes = damage(seeded(i));
    const start = process.cpuUsage();
    try {
      read(bytes);
      result.accepted++;
    } catch (cause) {
      if (!(cause instanceof KinoraError)) throw new Error(`${name}, seed ${i}: ${String(cause)}`, { cause });
      result.refused++;
    }
    const { user, system } = process.cpuUsage(start);
    result.slowestMs = Math.max(result.slowestMs, (user + system) / 1000);
  }
  return result;
}

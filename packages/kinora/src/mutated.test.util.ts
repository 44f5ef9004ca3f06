/**
 * For tests only: damage from a seed, and a watch over what readers make of it. A case may end in data or in a KinoraError
 * of one printable line, within seconds and without taking memory out of proportion.
 */
import { Worker } from 'node:worker_threads';
import { type Random, randomStream } from '@kinora/clip';
import { KinoraError } from '@kinora/torch/error';

/** Damages a file: its bytes, or, if it is text, its words too. */
export type Damage = (file: Buffer, random: Random) => Buffer;

const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** One to four times: flips, overwrites, cuts, removes, repeats or inserts bytes at random places. */
export const damageBytes: Damage = (file, random) => {
  let bytes = Buffer.from(file);
  for (let times = 1 + random.below(4); times > 0 && bytes.length > 0; times--) {
    const at = random.below(bytes.length);
    const to = Math.min(bytes.length, at + 1 + random.below(64));
    switch (random.below(7)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        break;
      case 1:
        bytes.fill(EXTREMES[random.below(EXTREMES.length)]!, at, Math.min(to, at + 8));
        break;
      case 2:
        for (let i = at; i < to; i++) bytes[i] = random.below(256);
        break;
      case 3:
        bytes = bytes.subarray(0, at);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, to).reverse(), bytes.subarray(at)]);
    }
  }
  return bytes;
};

/** What readers of JSON and CSV do not expect where they expect something else. */
const VALUES = [
  '-1',
  '0',
  '0.5',
  '1e9',
  '1e308',
  '1e999',
  '2147483648',
  '4294967294',
  '9007199254740993',
  '-0',
  'NaN',
  'null',
  'true',
  '[]',
  '{}',
  '[[[[[[[[[[]]]]]]]]]]',
  '""',
  '"\\u0000"',
  '"a\\nb"',
  '"\\u001b[2J"',
  '"../../x"',
  '"__proto__"',
  '{"__proto__":{"length":9}}',
  '"\\ud800"',
  `"${'x'.repeat(5000)}"`,
];

/** Replaces numbers, strings and lists of JSON by others; every fourth time damages bytes. */
export const damageJson: Damage = (file, random) => {
  if (random.below(4) === 0) return damageBytes(file, random);
  let text = file.toString('latin1');
  for (let times = 1 + random.below(3); times > 0; times--) {
    const tokens = [
      ...text.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?|"(?:[^"\\]|\\.)*"|\[[^[\]{}]*\]|null|true|false/g),
    ];
    if (tokens.length === 0) break;
    const { index, 0: old } = tokens[random.below(tokens.length)]!;
    text = text.slice(0, index) + VALUES[random.below(VALUES.length)]! + text.slice(index + old.length);
  }
  return Buffer.from(text, 'latin1');
};

export interface Target {
  readonly name: string;
  /** A sound file. */
  readonly sound: () => Buffer;
  readonly damage: Damage;
  /** Reads a file as the program does. */
  readonly read: (file: Buffer) => unknown;
  /** Share of the 20,000 cases of the soak run; default: 1. For readers that take long for sound files. */
  readonly share?: number;
  /** Most milliseconds of processor time for a case; default: 2,000. */
  readonly milliseconds?: number;
}

export interface Outcome {
  readonly read: number;
  readonly refused: number;
}

/** Most bytes of a case above the size of the file. */
const BYTES = 256 * 2 ** 20;

/**
 * Runs `cases` of a target, from `seed` on. Throws the first outcome that is neither data nor a KinoraError of one printable
 * line, or that took too long or too much, with the number of the case.
 */
export async function attack(target: Target, cases: number, seed = 0): Promise<Outcome> {
  const { name, sound, damage, read, milliseconds = 2000 } = target;
  const original = sound();
  await read(original); // so that nothing below is refused, or slow, for another reason
  await using watch = watchdog(name);
  let [done, refused] = [0, 0];
  for (let i = seed; i < seed + cases; i++) {
    watch.at(i);
    const file = damage(original, randomStream(2024, i));
    const before = { cpu: process.cpuUsage(), peak: peak(), now: process.memoryUsage.rss() };
    try {
      await read(file);
      done++;
    } catch (error) {
      if (!isLine(error)) throw new Error(`${name}, case ${i}: ${String(error)}`, { cause: error });
      refused++;
    }
    const { user, system } = process.cpuUsage(before.cpu);
    if ((user + system) / 1000 > milliseconds)
      throw new Error(`${name}, case ${i} took ${(user + system) / 1e6} s`);
    const taken = peak() > before.peak ? peak() - before.now : 0;
    if (taken > BYTES + file.length) throw new Error(`${name}, case ${i} took ${taken / 2 ** 20} MiB`);
  }
  return { read: done, refused };
}

/** Most bytes that this process ever had. */
const peak = (): number => process.resourceUsage().maxRSS * 1024;

const isLine = (error: unknown): boolean =>
  error instanceof KinoraError && /^[^\p{Cc}\u2028\u2029]+$/u.test(error.message);

/** Ends the process, naming the case, if one never returns: a test's own time limit cannot interrupt what blocks its thread. */
function watchdog(name: string): { at(number: number): void } & AsyncDisposable {
  const shared = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  const code = `
    const { workerData: { shared, name } } = require('node:worker_threads');
    const { writeSync } = require('node:fs');
    let [last, since] = [-1, 0];
    setInterval(() => {
      const now = Atomics.load(shared, 0);
      since = now === last ? since + 1 : 0;
      last = now;
      if (since < 120) return;
      writeSync(2, name + ', case ' + now + ' has not returned for two minutes\\n');
      process.kill(process.pid, 'SIGKILL');
    }, 1000);`;
  const worker = new Worker(code, { eval: true, workerData: { shared, name } });
  worker.unref();
  return {
    at: (number) => Atomics.store(shared, 0, number),
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  };
}

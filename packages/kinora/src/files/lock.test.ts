/** One at a time: against the living, after the dead, and when many come for the same dead lock at once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomStream } from '@kinora/clip';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withLock } from './lock.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinora-lock-'));
  file = join(folder, 'training.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const words = { code: 'test/locked', expected: 'nobody else here' };
const take = () => withLock(file, words, async () => 'done');

test('the second is refused and told who holds the lock; the first leaves nothing behind', async () => {
  await withLock(file, words, async () => {
    await expect(take()).rejects.toThrow(`expected nobody else here, received process ${process.pid} on`);
    expect(readdirSync(folder)).toEqual(['training.lock']);
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock is released when the work fails', async () => {
  await expect(withLock(file, words, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(existsSync(file)).toBe(false);
});

test('whoever deleted the lock by hand and took it keeps it', async () => {
  await withLock(file, words, async () => {
    rmSync(file);
    writeFileSync(file, 'another-machine 1\n');
  });
  expect(readFileSync(file, 'utf8')).toBe('another-machine 1\n');
});

/**
 * Stops before every call into the file system and while it holds the lock, prints what comes next, and goes on at a byte of
 * its input: the test decides in which order the calls of several processes happen.
 */
const STEPPED = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const [, module, file, links] = process.argv;
  const { readSync, writeSync } = fs;
  const stop = (word) => {
    writeSync(1, word + '\\n');
    readSync(0, Buffer.alloc(1));
  };
  let stops = false;
  for (const call of ['readFileSync', 'openSync', 'writeSync', 'linkSync', 'renameSync', 'rmSync', 'readdirSync']) {
    const real = call === 'linkSync' && links === 'false'
      ? () => { throw Object.assign(new Error('no links'), { code: 'EPERM' }); }
      : fs[call];
    fs[call] = (...args) => {
      if (stops && !String(args[0]).startsWith('/proc/')) stop(call);
      return real(...args);
    };
  }
  syncBuiltinESMExports();
  const { withLock } = await import(module);
  for (;;) {
    stops = false;
    stop('idle');
    stops = true;
    await withLock(file, { code: 'refused', expected: '' }, async () => stop('held')).catch((error) => {
      stop(error.code === 'refused' ? 'refused' : error.stack);
    });
  }
`;

interface Way {
  flock: boolean;
  links: boolean;
}
const WAYS: readonly [string, Way][] = [
  ['by flock', { flock: true, links: true }],
  ['by identity, without flock', { flock: false, links: true }],
  ['on a file system without hard links', { flock: true, links: false }],
];

class Contender {
  readonly #child;
  readonly #words;
  /** What it stands before. */
  at = '';

  constructor({ flock, links }: Way) {
    const module = new URL('./lock.js', import.meta.url).href;
    const args = ['--input-type=module', '-e', STEPPED, module, file, String(links)];
    const env = flock ? process.env : { ...process.env, PATH: '' };
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#words = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ready(): Promise<this> {
    this.at = (await this.#words.next()).value;
    return this;
  }

  /** Makes the call that it stands before. */
  step(): Promise<this> {
    this.#child.stdin.write('.');
    return this.ready();
  }

  async stepTo(...words: string[]): Promise<string> {
    do await this.step();
    while (!words.includes(this.at));
    return this.at;
  }

  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

const contenders = (way: Way, count: number): Promise<Contender[]> =>
  Promise.all(Array.from({ length: count }, () => new Contender(way).ready()));

/** Random orders of the calls of three processes. */
const ORDERS = 40;

describe.each(WAYS)('%s', (_, way) => {
  test('a living holder is respected, a killed one is succeeded', async () => {
    const [first, second] = (await contenders(way, 2)) as [Contender, Contender];
    expect(await first.stepTo('held', 'refused')).toBe('held');
    expect(await second.stepTo('held', 'refused')).toBe('refused');
    await first.kill();
    await second.step();
    expect(await second.stepTo('held', 'refused')).toBe('held');
    await second.kill();
    await expect(take()).resolves.toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  test(`in ${ORDERS} orders of their calls, one of three processes gets in, and never two, most times after a dead one`, async () => {
    const [killed, ...others] = await contenders(way, 4);
    expect(await killed!.stepTo('held', 'refused')).toBe('held');
    await killed!.kill();
    const dead = readFileSync(file, 'utf8');
    const random = randomStream(7, 1);
    for (let round = 0; round < ORDERS; round++) {
      // A dead lock of this round's own, as every killed process leaves.
      if (round % 8 > 0) writeFileSync(file, dead.replace(/\S+( \S+)$/, `round-${round}$1`));
      for (const other of others) await other.step();
      let held = 0;
      for (let running = others; running.length > 0; running = others.filter(({ at }) => at !== 'idle')) {
        const next = running[Math.floor(random.uniform() * running.length)]!;
        await next.step();
        if (next.at === 'held') held++;
        const states = others.map(({ at }) => at);
        expect(states.filter((at) => at === 'held').length, `round ${round}: ${states}`).toBeLessThan(2);
        expect(states.filter((at) => at.includes('Error'))).toEqual([]);
      }
      expect(held, `round ${round}`).toBeGreaterThan(0);
      expect(readdirSync(folder)).toEqual([]);
    }
    await Promise.all(others.map((other) => other.kill()));
  });
});

describe('an identity', () => {
  const ownWords = async (): Promise<string[]> => {
    let text = '';
    await withLock(file, words, async () => {
      text = readFileSync(file, 'utf8');
    });
    return text.trim().split(' ');
  };
  /** A lock with some of this process's words replaced, and without flock. */
  async function changed(words: Partial<Record<'host' | 'pid' | 'started' | 'boot' | 'namespace', string>>) {
    const names = ['host', 'pid', 'started', 'boot', 'namespace'] as const;
    const own = await ownWords();
    const text = own.map((word, i) => words[names[i] as keyof typeof words] ?? (i === 6 ? '-' : word));
    writeFileSync(file, `${text.join(' ')}\n`);
  }

  test.skipIf(process.platform !== 'linux').each([
    ['of this very process', {}, true],
    [
      'of an earlier process with our number: a restarted container, where it is always 1',
      { started: '1' },
      false,
    ],
    ['of a number that nobody has', { pid: '4194303999' }, false],
    ['of before a reboot', { boot: 'another' }, false],
    ['of another machine', { boot: 'another', host: 'another-machine' }, true],
    ['of our container before it was restarted', { namespace: 'pid:[1]', started: '1' }, false],
    ['of another container here', { namespace: 'pid:[1]', host: 'another-container' }, true],
  ])('%s', async (_, words, isHeld) => {
    await changed(words);
    if (isHeld) await expect(take()).rejects.toThrow(/received process \d+ on .*; wait for it/);
    else await expect(take()).resolves.toBe('done');
  });

  test.each([
    ['a process that is gone', `${hostname()} 4194303999\n`, false],
    ['our own number', `${hostname()} ${process.pid}\n`, false],
    ['a process that runs', `${hostname()} ${process.ppid}\n`, true],
    ['another machine', 'another-machine 1\n', true],
  ])('as earlier versions wrote it: %s', async (_, text, isHeld) => {
    writeFileSync(file, text);
    if (isHeld) await expect(take()).rejects.toThrow('if it no longer exists, delete the file');
    else await expect(take()).resolves.toBe('done');
  });
});

test('a chain of successors, left by processes killed while they took over, is followed and removed', async () => {
  // Killed before each of its calls in turn: between creating its successor and moving it over the dead lock, too.
  const killed = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const [, module, file, n] = process.argv;
    let calls = 0;
    for (const call of ['openSync', 'writeSync', 'linkSync', 'renameSync', 'rmSync']) {
      const real = fs[call];
      fs[call] = (...args) => {
        if (++calls === Number(n)) process.kill(process.pid, 'SIGKILL');
        return real(...args);
      };
    }
    syncBuiltinESMExports();
    const { withLock } = await import(module);
    await withLock(file, { code: 'a', expected: 'b' }, async () => process.kill(process.pid, 'SIGKILL'));
  `;
  const module = new URL('./lock.js', import.meta.url).href;
  let longest = 0;
  for (const n of [99, 5, 6, 5, 4, 7, 8]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', killed, module, file, String(n)]);
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    longest = Math.max(longest, readdirSync(folder).filter((name) => name.includes('.after-')).length);
  }
  expect(longest).toBeGreaterThan(1);
  await expect(take()).resolves.toBe('done');
  expect(readdirSync(folder).filter((name) => !name.endsWith('.tmp'))).toEqual([]);
});

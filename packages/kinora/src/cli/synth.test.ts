import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import type { CommandEntry } from './commands.js';
import { run } from './run.js';
import { synthCommand } from './synth.js';

const base = mkdtempSync(join(tmpdir(), 'kinora-synth-cli-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const commands: CommandEntry[] = [{ name: 'synth', summary: '', load: async () => synthCommand() }];
const small = [
  '--clips-per-class',
  '1',
  '--validation-per-class',
  '0',
  '--test-per-class',
  '0',
  '--people',
  '3',
];

/** Runs `kinora synth <words>`; returns the exit code and what was printed. */
async function synth(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const text = { out: '', err: '' };
  const spies = (['out', 'err'] as const).map((name) =>
    vi.spyOn(name === 'out' ? process.stdout : process.stderr, 'write').mockImplementation((chunk) => {
      text[name] += String(chunk);
      return true;
    }),
  );
  const code = await run(['synth', ...words], commands);
  for (const spy of spies) spy.mockRestore();
  return { code, ...text };
}

test('Ctrl+C leaves whole clips only; the same command continues, then finds nothing to do', async () => {
  const out = join(base, 'gestures');
  const clips = () => (existsSync(join(out, 'clips')) ? readdirSync(join(out, 'clips')) : []);
  const watch = setInterval(() => {
    if (!clips().some((name) => /^\d+$/.test(name))) return;
    clearInterval(watch);
    process.emit('SIGINT', 'SIGINT');
  }, 20);
  const stopped = await synth('--out', out, '--workers', '2', ...small).finally(() => clearInterval(watch));
  expect(stopped.code).toBe(130);
  expect(stopped.out).toMatch(/gestures has \d+ of 27 clips; run the same command to continue/);
  expect(clips().every((name) => /^\d+$/.test(name))).toBe(true);
  expect(readdirSync(out)).not.toContain('train.csv');

  const finished = await synth('--out', out, ...small);
  expect(finished).toMatchObject({ code: 0 });
  expect(finished.out).toMatch(
    /has 27 clips \(\d+ frames and \d+ MB are new\); look at .*contact-sheet\.png/,
  );
  expect(clips()).toHaveLength(27);
  expect((await synth('--out', out, ...small)).out).toBe(`${out} is already complete: 27 clips\n`);
});

test.each([
  [['--clips-per-class', 'many'], '--clips-per-class: expected a whole number above 0, received "many"'],
  [['--seed', '-1'], 'expected a whole number, received "-1"'],
  [
    ['--people', '2', '--out', join(base, 'few')],
    'people: expected a whole number of at least 3, received 2',
  ],
])('%j is refused in one line', async (words, message) => {
  const { code, err } = await synth(...words);
  expect(code).not.toBe(0);
  expect(err).toContain(message);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('--help shows the flags and an example', async () => {
  const { code, out } = await synth('--help');
  expect(code).toBe(0);
  expect(out).toContain('--clips-per-class <n>');
  expect(out).toContain('$ kinora synth --out data/tiny');
});

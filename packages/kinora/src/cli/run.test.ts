import { KinoraError } from '@kinora/torch';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CommandEntry } from './commands.js';
import { run } from './run.js';
import { Interrupted } from './terminal/interrupt.js';
import { withDevice } from './terminal/options.js';

let err = '';
let out = '';
beforeEach(() => {
  err = '';
  out = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** A command line with one command that does `action`, and one whose code must not be loaded. */
function commands(action: (options: object) => void = () => {}): CommandEntry[] {
  const build = () => withDevice(new Command('train').description('Train a network.')).action(action);
  const never = () => Promise.reject(new Error('loaded'));
  return [
    { name: 'train', summary: 'train a network', load: async () => build() },
    { name: 'predict', summary: 'name a gesture', load: never },
  ];
}

describe('help', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']]])(
    '%j lists the commands, loading none',
    async (words) => {
      expect(await run(words, commands())).toBe(0);
      expect(out).toMatch(/train {4}train a network\n {2}predict {2}name a gesture/);
      expect(err).toBe('');
    },
  );

  test.each([[['train', '--help']], [['help', 'train']]])('%j explains one command', async (words) => {
    expect(await run(words, commands())).toBe(0);
    expect(out).toMatch(/^Usage: kinora train/);
    expect(out).toContain('--use-gpu [bool]');
  });

  test('--version', async () => {
    expect(await run(['--version'], commands())).toBe(0);
    expect(out).toMatch(/^kinora \d+\.\d+\.\d+\n$/);
  });
});

describe('usage errors are one line and exit code 2', () => {
  test.each([
    [['trian'], 'kinora: expected a command, received "trian"; the nearest valid one is "train"'],
    [
      ['train', '--use_gpus', 'True'],
      'expected a known flag, received --use-gpus; the nearest valid one is --use-gpu',
    ],
    [['train', '--use_gpu=maybe'], '--use-gpu: expected true or false, received "maybe"'],
    [['train', '-g'], 'kinora train: expected a value after -g, --gpus <numbers>, received nothing'],
    [['train', 'runs/demo'], 'kinora train: expected only flags, received "runs/demo"'],
  ])('%j', async (words, message) => {
    expect(await run(words, commands())).toBe(2);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(out).toBe('');
  });
});

describe('a command in a command', () => {
  const build = (out: (words: unknown[]) => void) =>
    new Command('studio')
      .argument('[RUN]')
      .option('--port <n>')
      .action((...words) => out(['studio', words[0]]))
      .addCommand(
        new Command('build')
          .argument('[RUN]')
          .option('--out <folder>')
          .action((...words) => out(['build', words[0]])),
      );
  const studio = (out: (words: unknown[]) => void = () => {}): CommandEntry[] => [
    { name: 'studio', summary: 'show', load: async () => build(out) },
  ];

  test.each([
    [
      ['studio', 'runs/demo'],
      ['studio', 'runs/demo'],
    ],
    [
      ['studio', 'build', 'runs/demo', '--out', 'site'],
      ['build', 'runs/demo'],
    ],
  ])('%j', async (words, expected) => {
    const seen: unknown[] = [];
    expect(
      await run(
        words,
        studio((found) => seen.push(...found)),
      ),
    ).toBe(0);
    expect(seen).toEqual(expected);
  });

  test.each([[['studio', 'build', '--help']], [['help', 'studio', 'build']]])('%j', async (words) => {
    expect(await run(words, studio())).toBe(0);
    expect(out).toMatch(/^Usage: kinora studio build \[options\] \[RUN\]/);
  });

  test.each([
    [['studio', 'build', '--port', '1'], 'kinora studio build: expected a known flag, received --port; '],
    [
      ['studio', '--port', '1', 'build'],
      'kinora studio: expected "build" before all flags, received flags before it',
    ],
  ])('%j: no flag is offered that is ignored', async (words, message) => {
    expect(await run(words, studio())).toBe(2);
    expect(err).toContain(message);
  });
});

describe('failures', () => {
  const failing = (error: unknown) =>
    commands(() => {
      throw error;
    });

  test('a KinoraError is its message, exit code 1', async () => {
    const error = new KinoraError({
      code: 'clip/empty',
      where: 'clips/7',
      expected: 'frames',
      received: 'none',
    });
    expect(await run(['train'], failing(error))).toBe(1);
    expect(err).toBe('kinora: clips/7: expected frames, received none\n');
  });

  test('an unexpected error is one line too, and says how to see more', async () => {
    expect(await run(['train'], failing(new TypeError('x is not\n a function')))).toBe(1);
    expect(err).toBe('kinora: x is not a function (unexpected: run again with --debug for the stack)\n');
  });

  test('--debug shows the stack and the cause', async () => {
    const error = new Error('outer', { cause: new RangeError('inner') });
    expect(await run(['train', '--debug'], failing(error))).toBe(1);
    expect(err).toMatch(/Error: outer\n +at [\s\S]*caused by RangeError: inner\n +at /);
  });

  test('an interruption is quiet, exit code 130', async () => {
    expect(await run(['train'], failing(new Interrupted(130)))).toBe(130);
    expect(err).toBe('');
  });
});

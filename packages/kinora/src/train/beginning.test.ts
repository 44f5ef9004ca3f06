/** Where a run begins, in folders that were copied, damaged or are in use: checkpoints are found, and nothing is lost. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig } from '../config/index.js';
import { silent } from '../progress.js';
import { findCheckpoint, hasCheckpoint, hasFinished, readState, weightsFile } from '../run/checkpoint.js';
import { generations, linked } from '../run/generations.js';
import { runFolderOf, withRunFolder } from '../run/run-folder.js';
import { trainRun } from './run.js';
import { type Outcome, outcome, TinyData, trainSession } from './tiny-run.test.util.js';

const data = new TinyData();
afterAll(() => data.remove());

test('a run has finished when its steps are made, not when it was stopped', async () => {
  const config = data.config('stopped', { maxSteps: 5, epochs: -1 });
  expect(hasFinished(config)).toBe(false);
  const controller = new AbortController();
  await trainRun(config, {
    signal: controller.signal,
    progress: { ...silent, log: () => controller.abort() },
  }).catch(() => undefined);
  expect([hasCheckpoint(config), hasFinished(config)]).toEqual([true, false]);
  await trainRun(config, { resume: true });
  expect(hasFinished(config)).toBe(true);
});

/** Every file below a folder with its content, and where each link leads. */
function contents(path: string): Record<string, string> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((e) => !e.isDirectory());
  return Object.fromEntries(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [
        file,
        entry.isFile() ? readFileSync(file, 'base64') : linked(entry.parentPath, entry.name as 'last')!,
      ];
    }),
  );
}

/** One that spoils everything, so that the first epoch stays the best. */
const SPOILS = { lr: 5, epochs: 2 } as const;
const FURTHER = { ...SPOILS, epochs: 3 } as const;

/** Two epochs of which the first is the best: two generations. Each test has a copy. */
let original: RunConfig;
/** After a third epoch, without any interruption between. */
let expected: Outcome;
beforeAll(async () => {
  const first = data.config('original', { epochs: 1, schedule: 'constant' });
  await trainSession(first);
  original = { ...first, ...SPOILS };
  await trainSession(original, { resume: true });
  const whole = { ...original, ...FURTHER, name: 'whole' };
  cpSync(runFolderOf(original).path, runFolderOf(whole).path, { recursive: true, verbatimSymlinks: true });
  await trainSession(whole, { resume: true });
  expected = outcome(whole);
});

function copyOf(name: string, ...flags: string[]): RunConfig {
  const copy = { ...original, ...FURTHER, name };
  execFileSync('cp', ['-r', ...flags, runFolderOf(original).path, runFolderOf(copy).path]);
  return copy;
}

function isTidy({ checkpoints }: { checkpoints: string }): void {
  expect(readdirSync(checkpoints).sort()).toEqual(['best', 'last', ...generations(checkpoints)].sort());
  for (const link of ['last', 'best']) expect(lstatSync(join(checkpoints, link)).isSymbolicLink()).toBe(true);
  expect(generations(checkpoints)).toHaveLength(2);
}

describe('a copy whose links were', () => {
  test('dropped: last and best are found, and training resumes exactly', async () => {
    const copy = copyOf('dropped');
    const folder = runFolderOf(copy);
    for (const link of ['last', 'best']) rmSync(join(folder.checkpoints, link));
    expect([findCheckpoint(folder.checkpoints, 'last'), findCheckpoint(folder.checkpoints, 'best')]).toEqual(
      ['step-00000006', 'step-00000003'].map((name) => join(folder.checkpoints, name)),
    );
    expect(weightsFile(folder.path)).toContain('step-00000003');
    const { lines } = await trainSession(copy, { resume: true });
    expect(lines[0]).toBe(
      `the link to the checkpoint is missing: resuming from ${folder.checkpoints}/step-00000006`,
    );
    expect(outcome(copy)).toEqual(expected);
    isTidy(folder);
  });

  test('dropped: training from the start is refused and changes nothing', async () => {
    const copy = copyOf('not-anew');
    const folder = runFolderOf(copy);
    for (const link of ['last', 'best']) rmSync(join(folder.checkpoints, link));
    const before = contents(folder.path);
    await expect(trainSession(copy)).rejects.toThrow('received one with checkpoints; use --resume');
    expect(contents(folder.path)).toEqual(before);
  });

  test('dropped: resumes from the best too', async () => {
    const copy = copyOf('dropped-best');
    const { checkpoints } = runFolderOf(copy);
    for (const link of ['last', 'best']) rmSync(join(checkpoints, link));
    await trainSession(copy, { resume: 'best', stopAt: { task: 'epoch 2', update: 1 } });
    expect(readState(join(checkpoints, 'last')).progress.step).toBe(4);
    expect(readState(join(checkpoints, 'best')).progress.step).toBe(3);
  });

  test('replaced by what they lead to (cp -rL): resumes exactly, saves, and has links again', async () => {
    const copy = copyOf('followed', '-L');
    const folder = runFolderOf(copy);
    expect(lstatSync(join(folder.checkpoints, 'last')).isDirectory()).toBe(true);
    await trainSession(copy, { resume: true });
    expect(outcome(copy)).toEqual(expected);
    isTidy(folder);
  });

  test('replaced: resumes from the best too', async () => {
    const copy = copyOf('followed-best', '-L');
    const { checkpoints } = runFolderOf(copy);
    await trainSession(copy, { resume: 'best', stopAt: { task: 'epoch 2', update: 1 } });
    expect(readState(join(checkpoints, 'last')).progress.step).toBe(4);
    expect(readState(join(checkpoints, 'best')).progress.step).toBe(3);
    isTidy(runFolderOf(copy));
  });
});

describe('without links, a generation that is not whole', () => {
  test.each([
    ['a model cut short', 'model.safetensors', 1000],
    ['a state cut short', 'checkpoint.json', 100],
    ['an empty optimizer', 'optimizer.safetensors', 0],
  ])('%s: the next older one is resumed', async (_, file, size) => {
    const copy = copyOf(`cut-${file}`);
    const { checkpoints } = runFolderOf(copy);
    for (const link of ['last', 'best']) rmSync(join(checkpoints, link));
    truncateSync(join(checkpoints, 'step-00000006', file), size);
    const { lines } = await trainSession(copy, { resume: true, stopAt: { task: 'epoch 2', update: 1 } });
    expect(lines[0]).toContain('resuming from');
    expect(lines[0]).toContain('step-00000003');
  });

  test('all of them: refused, naming the file, and nothing changes', async () => {
    const copy = copyOf('all-cut');
    const { path, checkpoints } = runFolderOf(copy);
    for (const link of ['last', 'best']) rmSync(join(checkpoints, link));
    for (const name of generations(checkpoints))
      truncateSync(join(checkpoints, name, 'model.safetensors'), 9);
    const before = contents(path);
    for (const resume of [true, false])
      await expect(trainSession(copy, { resume })).rejects.toThrow(
        resume ? /step-00000006\/model\.safetensors at byte 0: expected/ : 'use --resume',
      );
    expect(contents(path)).toEqual(before);
  });
});

describe('a resume that is refused writes nothing', () => {
  const damage = (name: 'metrics' | 'kernels') => (copy: RunConfig) => {
    const file = runFolderOf(copy)[name];
    const [first, , ...rest] = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, [first, 'no record', ...rest].join('\n'));
    return {};
  };
  test.each<[string, (copy: RunConfig) => Partial<RunConfig>, RegExp]>([
    ['damaged metrics.jsonl', damage('metrics'), /metrics\.jsonl:2: expected a JSON object with a step/],
    ['damaged kernels.jsonl', damage('kernels'), /kernels\.jsonl:2: expected a JSON object with a step/],
    ['another network', () => ({ model: 'ConvColumnSmall', frames: 16 }), /expected a checkpoint of ConvCol/],
    ['another optimizer', () => ({ optimizer: 'sgd' }), /expected SGD, received Adam/],
    [
      'a damaged checkpoint',
      (copy) => {
        truncateSync(join(runFolderOf(copy).checkpoints, 'last', 'optimizer.safetensors'), 500);
        return {};
      },
      /optimizer\.safetensors/,
    ],
  ])('%s', async (name, change, message) => {
    const copy = copyOf(name.replaceAll(' ', '-'));
    const changes = change(copy);
    const before = contents(runFolderOf(copy).path);
    for (const resume of ['last', 'best'] as const) {
      if (name === 'a damaged checkpoint' && resume === 'best') continue;
      await expect(trainSession({ ...copy, ...changes }, { resume })).rejects.toThrow(message);
      expect(contents(runFolderOf(copy).path)).toEqual(before);
    }
  });
});

test('a checkpoint whose state is not JSON is one printable line', () => {
  const { checkpoints } = runFolderOf(copyOf('not-json'));
  const path = join(checkpoints, 'step-00000006');
  writeFileSync(join(path, 'checkpoint.json'), '{\n"a\u001b[2J": \n');
  expect(() => readState(path)).toThrow(
    `${path}/checkpoint.json: expected the state of a checkpoint, received something other than JSON; use the other`,
  );
});

test('a second training touches nothing, not even what looks half-written: the first may be writing it', async () => {
  const copy = copyOf('in-use');
  const folder = runFolderOf(copy);
  await withRunFolder(folder, async () => {
    mkdirSync(join(folder.checkpoints, '.step-00000007.1-ab.tmp'));
    writeFileSync(join(folder.path, '.config.json.1-ab.tmp'), '');
    mkdirSync(join(folder.checkpoints, 'step-00000007')); // published, and not linked yet
    const before = contents(folder.path);
    for (const resume of [true, false, 'best'] as const)
      await expect(trainSession(copy, { resume })).rejects.toThrow(
        'training.lock: expected no other training in this run folder, received process',
      );
    expect(contents(folder.path)).toEqual(before);
    expect(existsSync(join(folder.checkpoints, '.step-00000007.1-ab.tmp'))).toBe(true);
    expect(existsSync(join(folder.checkpoints, 'step-00000007'))).toBe(true);
  });
});

/** `kinora train`, `eval` and `test` as a user starts them: what bad input says, and that nothing saved is lost. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectiveConfig, type RunConfigInput } from '../config/index.js';
import { linked } from '../run/generations.js';
import { runFolderOf } from '../run/run-folder.js';
import { canMount, withTinyDisk } from '../run/tiny-disk.test.util.js';
import { losses, outcome, TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { type Exit, kinora, kinoraHere, main } from './terminal/kinora.test.util.js';
import { normalizeArgv } from './terminal/options.js';
import { modeOf, restartWords, trainCommand, whatNext } from './train.js';

const golden = (name: string): string =>
  fileURLToPath(new URL(`../../../torch/golden/serialize/${name}`, import.meta.url));

let data: TinyData;
const train = (name: string, changes: RunConfigInput, ...words: string[]): Promise<Exit> =>
  kinoraHere(data.folder, 'train', '--config', data.configFile(name, changes), ...words);

/** The one line of a failure, without the folder of the test. */
function complaint({ status, stderr, stdout }: Exit): string {
  expect({ status, stderr, stdout }).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^kinora: [^\n]*\n$/),
  });
  return stderr.replaceAll(`${data.folder}/`, '').slice('kinora: '.length).trimEnd();
}

const GOOD = ['1;Stop Sign', '2;Stop Sign', '3;Swiping Left'];
const BAD = ['missing', 'empty', 'truncated', 'text', 'zero.mp4', 'corrupted.mp4'];

beforeAll(() => {
  data = new TinyData();
  for (const name of ['empty', 'truncated', 'text']) mkdirSync(data.at('clips', name));
  const jpeg = readFileSync(data.at('clips', '1', '00001.jpg'));
  writeFileSync(data.at('clips', 'truncated', '00001.jpg'), jpeg.subarray(0, jpeg.length >> 1));
  writeFileSync(data.at('clips', 'text', '00001.jpg'), 'Hello, this is a text file.');
  writeFileSync(data.at('clips', 'zero.mp4'), '');
  writeFileSync(data.at('clips', 'corrupted.mp4'), Buffer.alloc(5000, 'no video '));
});
afterAll(() => data.remove());

test('what to do next: evaluate, or a note that nothing was validated', () => {
  const next = (more: RunConfigInput) => whatNext(effectiveConfig({ trainFolder: 'a', ...more }), 'runs/x');
  expect(next({ validationFolder: 'b' })).toEqual(['next: kinora eval runs/x']);
  expect(next({ validationList: 'b.csv' })).toEqual(['next: kinora eval runs/x']);
  expect(next({}).join('\n')).toMatch(/^no validation clips.*\nnext: kinora predict runs\/x CLIP$/);
});

/** What a line of words asks `kinora train` for, without training. */
function parse(line: string) {
  const command = trainCommand().action(() => {});
  command.parse(normalizeArgv(line.split(' '), command.options), { from: 'user' });
  const flags = command.opts();
  return { mode: modeOf(flags), flags };
}

describe("the tutorial project's own lines", () => {
  test.each([
    ['--config configs/config.json -g 0', 'train', { gpus: [0] }],
    ['--config configs/config.json -g 0,1 --resume True', 'train', { resume: true, gpus: [0, 1] }],
    ['--eval_only True --resume True --config configs/config.json -g 0', 'eval', { resume: true }],
    ['--config configs/config.json --test_only True', 'test', {}],
    ['-c configs/config.json -e True -r True --use_gpu False', 'eval', { useGpu: false }],
    ['-c configs/config.json --eval_only False', 'train', {}],
  ])('%s', (line, mode, flags) => {
    expect(parse(line)).toMatchObject({ mode, flags: { config: 'configs/config.json', ...flags } });
  });

  test('two kinds of work at once', () => {
    expect(() => parse('-e -t')).toThrow('kinora train: expected only one of --eval-only and --test-only');
  });

  test('a flag that only training uses is refused in an evaluation', async () => {
    const { status, stderr } = await kinoraHere(data.folder, 'train', '-c', 'x.json', '-e', '--nproc', '2');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        'kinora train: expected only flags that it uses with --eval-only, received --nproc; leave it out\n',
    });
  });
});

describe('lists and configurations that cannot be meant are one line', () => {
  const list = (line: string) => (name: string) => ({
    trainList: data.write(`${name}.csv`, [...GOOD, line]),
  });
  test.each<[string, (name: string) => RunConfigInput, string]>([
    ['bad-line', list('4,Stop Sign'), 'bad-line.csv line 4: expected id;label, received "4,Stop Sign"'],
    [
      'label-not-in-the-list',
      list('4;Stop Sgn'),
      'label-not-in-the-list.csv line 4: expected one of the 3 labels, received "Stop Sgn"; the nearest label is "Stop Sign"; unknownLabels: "drop" leaves such lines out',
    ],
    [
      'climbing',
      list('../../etc;Stop Sign'),
      'climbing.csv line 4: expected a path inside clips, received "../../etc"',
    ],
    [
      'no-labels',
      (name) => ({ trainList: data.write(`${name}.csv`, ['1', '2', '3']) }),
      'no-labels.csv: expected a label for every clip, received none for 1; lists with only ids are for testList',
    ],
    [
      'no-labels-to-validate',
      (name) => ({ validationList: data.write(`${name}.csv`, ['1', '2', '3']) }),
      'no-labels-to-validate.csv: expected a label for every clip, received none for 1; lists with only ids are for testList',
    ],
    [
      'wrong-type',
      () => ({ batchSize: 'ten' }) as unknown as RunConfigInput,
      'configs/wrong-type.json:1, batchSize: expected a number, received "ten"',
    ],
  ])('%s', async (name, changes, message) => {
    expect(complaint(await train(name, changes(name)))).toBe(message);
    expect(existsSync(data.at('runs', name))).toBe(false);
  });
});

describe('clips that cannot be read', () => {
  /** What is told of each kind. */
  const REASONS = [
    'missing: expected a folder of JPEG frames or a video file, received nothing there',
    'empty: expected frames named *.jpg, received a folder with none',
    'truncated/00001.jpg: expected a complete JPEG, received a truncated file',
    'text/00001.jpg: expected a complete JPEG, received something that is not a JPEG',
    'zero.mp4: expected a video file, received an empty file',
    'corrupted.mp4: expected',
  ];
  const lists = (name: string): RunConfigInput => ({
    trainList: data.write(`${name}.csv`, [...GOOD, ...BAD.map((id) => `${id};Stop Sign`)]),
    epochs: 1,
    workers: 2,
    batchSize: 9,
  });

  test('training continues: each is reported and listed once', async () => {
    const changes = { ...lists('tolerant'), maxBadFraction: 1 };
    const file = data.configFile('tolerant', changes);
    const { status, stdout, stderr } = await kinora(data.folder, 'train', '--config', file);
    expect([status, stderr]).toEqual([0, '']);
    const csv = readFileSync(data.at('runs', 'tolerant', 'bad_clips.csv'), 'utf8');
    for (const [i, reason] of REASONS.entries()) {
      expect(stdout.split(`bad clip ${BAD[i]}: ${data.at('clips')}/${reason}`)).toHaveLength(2);
      expect(csv.split(`\n${BAD[i]},${data.at('clips', BAD[i]!)},`)).toHaveLength(2);
    }
    expect(csv.trimEnd().split('\n')).toHaveLength(1 + BAD.length);
    expect(stdout).toMatch(/\nepoch 1: train loss .*\nbest: .* top-1 in epoch 1\nnext: kinora eval .*\n$/);
  });

  test('above maxBadFraction it ends with the count', async () => {
    const exit = await train('strict', lists('strict'));
    expect(complaint(exit)).toMatch(
      /^expected at most 1 of 9 clips to be unreadable \(maxBadFraction 0.01\), received \d, the last: clips\/.*; repair the data, or raise maxBadFraction$/,
    );
  });

  test('when none is left', async () => {
    const nothing = data.write(
      'nothing.csv',
      BAD.map((id) => `${id};Stop Sign`),
    );
    const changes = { trainList: nothing, maxBadFraction: 1, batchSize: 2 };
    expect(complaint(await train('nothing-left', changes))).toBe(
      'expected at least one clip that can be read, received 6, none of which can be read',
    );
  });
});

describe('checkpoints that cannot be used', () => {
  const run = (name: string, ...rest: string[]): string => data.at('runs', name, ...rest);
  beforeAll(() => trainSession(data.config('good', { epochs: 1 })));

  /** A copy of a good run, with one file of its checkpoint cut to half. */
  function damaged(name: string, file: string): string {
    cpSync(run('good'), run(name), { recursive: true, verbatimSymlinks: true });
    const path = run(name, 'checkpoints', 'last', file);
    truncateSync(path, statSync(path).size >> 1);
    return path;
  }

  /** Every file below a folder and its bytes. */
  const contents = (folder: string): Map<string, string> =>
    new Map(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(folder, name)).isFile() && !name.endsWith('log.txt'))
        .map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
    );

  test.each([
    [
      'model.safetensors',
      /model\.safetensors at byte \d+: expected a file of \d+ bytes, received \d+ bytes; the file is damaged/,
    ],
    [
      'optimizer.safetensors',
      /optimizer\.safetensors at byte \d+: expected a file of \d+ bytes, received \d+ bytes; the file is damaged/,
    ],
    [
      'checkpoint.json',
      /checkpoint\.json: expected the state of a checkpoint, received .*; use the other checkpoint of the run/,
    ],
  ])('a truncated %s: resuming says so and touches nothing', async (file, message) => {
    const name = `cut-${file}`;
    damaged(name, file);
    const before = contents(run(name));
    expect(complaint(await train(name, { epochs: 2 }, '--resume'))).toMatch(message);
    expect(contents(run(name))).toEqual(before);
  });

  test('truncated weights: eval and predict say so', async () => {
    damaged('cut-for-eval', 'model.safetensors');
    for (const words of [
      ['eval', run('cut-for-eval')],
      ['predict', run('cut-for-eval'), data.at('clips', '1')],
    ]) {
      const exit = await kinoraHere(data.folder, ...words);
      expect(complaint(exit)).toMatch(
        /^runs\/cut-for-eval\/.*model\.safetensors at byte \d+: expected a file of/,
      );
    }
  });

  test('of another network: neither resumed nor evaluated', async () => {
    const other = { model: 'ConvColumnSmall', frames: 16, epochs: 1 } as const;
    expect(complaint(await train('good', other, '--resume'))).toMatch(
      /^runs\/good\/checkpoints\/last: expected a checkpoint of ConvColumnSmall, as in the configuration, received one of SingleFrameSmall; /,
    );
    const checkpoint = run('good', 'checkpoints', 'best', 'model.safetensors');
    const config = data.configFile('other', { ...other, checkpoint });
    expect(complaint(await kinoraHere(data.folder, 'eval', '--config', config))).toMatch(
      /model\.safetensors: expected the weights of ConvColumnSmall, as in the configuration, received those of SingleFrameSmall; /,
    );
  });

  test.each(['legacy', 'zip'])(
    'a malicious pickle (%s) is refused by the name of what it asks for',
    async (format) => {
      const checkpoint = data.at(`evil-${format}.pth.tar`);
      copyFileSync(golden(`refused.os.system.${format}.pth`), checkpoint);
      const message =
        /^evil-.*: expected a file that holds only tensors and plain containers, received a request for os\.system; /;
      const name = `evil-${format}`;
      expect(complaint(await train(name, { checkpoint }, '--resume'))).toMatch(message);
      const config = data.configFile(name, { checkpoint });
      expect(complaint(await kinoraHere(data.folder, 'eval', '--config', config))).toMatch(message);
    },
  );

  test('eval RUN takes a checkpoint of a run, and only flags that it uses', async () => {
    const { status, stdout } = await kinora(data.folder, 'eval', 'runs/good/checkpoints/last');
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/report: runs\/good\/report\/index\.html\n$/),
    });
    const exit = await kinoraHere(data.folder, 'eval', 'runs/good', '--resume');
    expect(exit).toMatchObject({ status: 2, stdout: '' });
    expect(exit.stderr).toMatch(
      /^kinora eval: expected a known flag, received --resume; the nearest valid one is --/,
    );
  });

  test('a moved run is evaluated where it lies', async () => {
    cpSync(run('good'), data.at('moved', 'elsewhere'), { recursive: true, verbatimSymlinks: true });
    const { status, stdout } = await kinoraHere(data.folder, 'eval', 'moved/elsewhere');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^top-1 .*, top-5 .*, loss .*\n(gestures .*\n)?report: moved\/elsewhere\/report\/index\.html\n$/,
    );
  });
});

test.skipIf(!canMount)(
  'a disk that fills up while saving: one line, what was saved is whole, and with room it goes on exactly (needs the right to mount a tmpfs)',
  async () => {
    const whole = data.config('roomy', { epochs: 2 });
    await trainSession(whole);
    // Room for one checkpoint and the logs, and not for a second one beside it.
    const checkpoint = folderSize(join(runFolderOf(whole).checkpoints, 'last'));
    withTinyDisk(Math.ceil((1.5 * checkpoint) / 1024), (disk) => {
      const file = data.configFile('full', { outputDir: disk });
      const config = effectiveConfig(data.input('full', { outputDir: disk }));
      const run = (...words: string[]) =>
        spawnSync(process.execPath, [main, 'train', '--config', file, ...words], { encoding: 'utf8' });
      expect(complaint(run())).toMatch(
        /step-00000006.*: expected room and permission to write, received a full disk; free some space; what was saved before is whole$/,
      );
      expect(readdirSync(join(disk, 'full', 'checkpoints')).sort()).toEqual([
        'best',
        'last',
        'step-00000003',
      ]);
      expect(losses(config)).toEqual(losses(whole));
      execFileSync('mount', ['-o', `remount,size=${40 * 1024}k`, disk]);
      expect(run('--resume').status).toBe(0);
      expect(outcome(config)).toEqual(outcome(whole));
    });
  },
);

describe('output that cannot be written: saved, reported once on stderr, exit code 1, no lock left, and exactly resumed', () => {
  test.skipIf(!existsSync('/dev/full')).each([
    ['a full disk', '> /dev/full', 'a full disk'],
    ['a reader that leaves', '| head -n 1', 'a closed pipe'],
  ])('%s', async (name, redirection, received) => {
    // Long enough that the reader is gone before the end.
    const config = data.config(name, { epochs: 50, schedule: 'constant' });
    const file = data.configFile(name, { epochs: 50, schedule: 'constant' });
    const line = `'${process.execPath}' '${main}' train --config '${file}' ${redirection}`;
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', line], { encoding: 'utf8' });
    expect(status).toBe(1);
    const complaints = stderr.split('\n').filter((each) => each !== '' && !each.startsWith('epoch '));
    expect(complaints).toEqual([
      expect.stringMatching(
        new RegExp(
          `^kinora: stdout: expected every line to be written, received ${received}; saved after step \\d+; to continue, add --resume to the command$`,
        ),
      ),
    ]);
    expect(existsSync(join(runFolderOf(config).path, 'training.lock'))).toBe(false);
    const steps = losses(config).length;
    expect(steps).toBeLessThan(150);
    const epochs = Math.floor(steps / 3) + 1;
    const whole = { ...config, name: `${name}, undisturbed`, epochs };
    await trainSession(whole);
    await trainSession({ ...config, epochs }, { resume: true });
    expect(outcome(config)).toEqual(outcome(whole));
  });
});

/** Bytes of the files in a folder. */
const folderSize = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

const LAST = ['--resume-from', 'last'];

test('a group of ranks starts anew where its run has not begun, and resumes where it has', async () => {
  const words = restartWords(data.config('anew', { epochs: 1 }), undefined);
  expect(words()).toEqual([]);
  await trainSession(data.config('anew', { epochs: 1 }));
  expect(words()).toEqual(LAST);
});

test('--resume-from best counts until the run has gone back there, once', async () => {
  const config = data.config('back', { epochs: 1 });
  const { checkpoints } = runFolderOf(config);
  await trainSession(config);
  // A step further, not evaluated: the last checkpoint is no longer the best.
  const further = data.config('back', { epochs: 2 });
  await trainSession(further, { resume: true, stopAt: { task: 'epoch 2', update: 1 } });
  const [last, best] = [linked(checkpoints, 'last'), linked(checkpoints, 'best')];
  expect(last).not.toBe(best);

  const words = restartWords(further, 'best');
  expect(words()).toEqual([]);
  await trainSession(further, { resume: 'best', stopAt: { task: 'epoch 2', update: 2 } });
  expect(linked(checkpoints, 'best')).toBe(best);
  expect(linked(checkpoints, 'last')).not.toBe(last);
  expect(words()).toEqual(LAST);
});

/** `kinora models`, `flow`, and `train` from other weights, as a user starts them. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serialize } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfigInput } from '../config/index.js';
import { networks } from '../model/registry.js';
import { runFolderOf } from '../run/run-folder.js';
import { TinyData, trainSession } from '../train/tiny-run.test.util.js';
import { type Exit, kinoraHere } from './terminal/kinora.test.util.js';

const kinora = (...words: string[]): Promise<Exit> => kinoraHere(process.cwd(), ...words);

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

describe('kinora models', () => {
  const inTerminal = async (columns: number | undefined): Promise<string[]> => {
    const { columns: own } = process.stdout;
    try {
      process.stdout.columns = columns as number;
      return (await kinora('models')).stdout.split('\n');
    } finally {
      process.stdout.columns = own;
    }
  };

  test.each([80, 140])(
    'names every network in a terminal of %i columns, and wraps no line',
    async (columns) => {
      const lines = await inTerminal(columns);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
      for (const { name } of networks)
        expect(lines.some((line) => line.trim().split(' ')[0] === name)).toBe(true);
    },
  );

  test('says what each is where there is room', async () => {
    const [narrow, wide] = [(await inTerminal(80)).join('\n'), (await inTerminal(undefined)).join('\n')];
    const { summary } = networks[0]!;
    expect([narrow.includes(summary), wide.includes(summary)]).toEqual([false, true]);
  });

  test('NAME: layer by layer, and what a frame costs a network that streams', async () => {
    const { stdout } = await kinora('models', 'CausalMobile3DSmall');
    expect(stdout).toMatch(/^CausalMobile3DSmall: 6 causal blocks, .*; input 16x84x84\n/);
    expect(stdout).toMatch(/^features\.0\.0 +CausalConv3d +16x16x21x21 +432 +0\.003 +\d/m);
    expect(stdout).toMatch(/Frame by frame: 0\.003 GMAC for each further frame,[\s\S]*16\.0 times as much/);
  });

  test('NAME --size: at the size of other clips, if they fit', async () => {
    const { stdout } = await kinora('models', 'slowfast_r50', '--size', '32x256x256', '--classes', '400');
    expect(stdout).toMatch(/; input 32x256x256\n/);
    expect(stdout).toMatch(/^ +34,566,488 +65\.709 /m);
    const errors = [
      ['models', 'slowfast_r50', '--size', '30x256x256'],
      ['models', 'slowfast_r50', '--size', '256'],
      ['models', '--size', '16x112x112'],
    ];
    const lines = await Promise.all(errors.map(async (words) => (await kinora(...words)).stderr));
    expect(lines[0]).toMatch(/with T a multiple of 4, .* clips of 32x256x256 fit\n$/);
    expect(lines[1]).toMatch(/--size: expected frames, height and width, such as 16x112x112, received "256"/);
    expect(lines[2]).toMatch(/--size: expected a network beside it, received none/);
  });

  test('of a name that is none: one line with the nearest', async () => {
    const { status, stdout, stderr } = await kinora('models', 'ResNet3D19');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^kinora: expected a network that `kinora models` lists, received "ResNet3D19"; the nearest name is "ResNet3D1.A?"\n$/,
    );
  });
});

describe('kinora flow', () => {
  test('draws clips, and keeps the flow of a folder of them', async () => {
    const picture = data.at('flow.png');
    expect(await kinora('flow', data.at('clips', '1'), '--out', picture)).toMatchObject({ status: 0 });
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');
    const cache = data.at('flow');
    const words = ['flow', '--data', data.at('clips'), '--cache', cache, '--workers', '1'];
    const output = (await kinora(...words)).stdout;
    expect(output).toContain('flow of 16 of 16 clips, 16 of them new');
    expect((await kinora(...words)).stdout).toContain('flow of 16 of 16 clips, 0 of them new');
    expect(statSync(cache).isDirectory()).toBe(true);
  });

  test.each([
    ['nothing to do', [], 'expected clips to draw, or --config or --data'],
    ['another kind of picture', ['clip', '--out', 'flow.gif'], '--out: expected a file named .png or .jpg'],
    ['no such clip', ['no-such-clip', '--out', 'flow.png'], 'no-such-clip: expected'],
  ])('%s is one line', async (_, words, message) => {
    const { status, stderr } = await kinora('flow', ...words);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('kinora train --init-from', () => {
  const golden = fileURLToPath(new URL('../../golden/tutorial/ConvColumn5.pth.tar', import.meta.url));
  const train = (name: string, changes: RunConfigInput, ...words: string[]): Promise<Exit> =>
    kinora(
      'train',
      '--config',
      data.configFile(name, { epochs: 1, ...changes }),
      '--use_gpu',
      'False',
      ...words,
    );
  const model = (name: string) => {
    const file = join(runFolderOf(data.config(name)).checkpoints, 'last', 'model.safetensors');
    return serialize.withFile(file, (bytes) => {
      const { tensors } = serialize.parseSafetensors(bytes);
      return new Map(
        [...tensors].map(([at, tensor]) => [at, Buffer.from(tensor.bytes()).toString('base64')]),
      );
    });
  };

  beforeAll(async () => void (await trainSession(data.config('source', { epochs: 1 }))), 120_000);

  test('--freeze and lrMultipliers: what is frozen stays, the rest moves, the classifier furthest', async () => {
    const { path } = runFolderOf(data.config('source'));
    const words = ['--init-from', path, '--freeze', 'base_model.conv1', '--freeze', 'base_model.bn1'];
    const { status, stdout } = await train('tuned', {}, ...words, '--set', 'lrMultipliers.new_fc=10');
    expect([status, stdout]).toEqual([0, expect.stringMatching(/weights from .*: \d+ tensors taken\n/)]);
    const [before, after] = [model('source'), model('tuned')];
    for (const [name, bytes] of before)
      expect([name, after.get(name) === bytes]).toEqual([name, /^base_model\.(conv1|bn1)\./.test(name)]);
  });

  test('weights of another network: one line that names both, and no run', async () => {
    const { status, stderr } = await train('foreign', {}, '--init-from', golden);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /ConvColumn5\.pth\.tar: expected the weights of SingleFrameSmall, as in the configuration, received those of ConvColumn5: .*\n$/,
    );
    expect(() => statSync(runFolderOf(data.config('foreign')).path)).toThrow('ENOENT');
  });

  test("a network's layers that are not there: the nearest name", async () => {
    const { stderr } = await train('nolayer', {}, '--freeze', 'base_modle');
    expect(stderr).toMatch(
      /^kinora: freeze: expected patterns .* received "base_modle".*nearest name is "base_model"\n$/,
    );
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { manualSeed, serialize } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { gestureLabels } from '../data/synth/labels.js';
import { findNetwork } from '../model/registry.js';
import type { Prediction } from '../predict/predict.js';
import { describePrediction } from './predict.js';
import { type Exit, kinoraHere, kinora as startKinora } from './terminal/kinora.test.util.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-predict-'));
const weights = join(folder, 'model.safetensors');
const labels = ['Swiping Left', 'Swiping Right', 'Stop Sign'];
afterAll(() => rmSync(folder, { recursive: true }));

const kinora = (...words: string[]): Promise<Exit> => kinoraHere(folder, ...words);

/** A folder of grey frames that become lighter. */
function writeClip(name: string, frames = 20): void {
  mkdirSync(join(folder, name));
  for (let t = 0; t < frames; t++) {
    const pixels = new Uint8Array(100 * 120 * 3).fill(10 * t);
    const file = `${String(t + 1).padStart(5, '0')}.jpg`;
    writeFileSync(join(folder, name, file), encodeJpeg(pixels, { height: 100, width: 120 }));
  }
}

beforeAll(() => {
  manualSeed(3);
  const spec = { ...defaultSpec(labels), frames: 16, stride: 1 };
  const network = findNetwork('ConvColumnSmall').build(labels.length, [16, 84, 84]);
  serialize.saveSafetensors(weights, network.stateDict(), { format: 'pt', spec: JSON.stringify(spec) });
  network.dispose();
  writeClip('a');
  writeClip('b', 5);
  mkdirSync(join(folder, 'empty'));
});

interface Line {
  path: string;
  top?: Prediction[];
  error?: string;
}
const parse = (stdout: string): Line[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('kinora predict', () => {
  test('--json prints one object a clip, likeliest first', async () => {
    const { status, stdout, stderr } = await startKinora(folder, 'predict', weights, 'a', 'b', '--json');
    expect([status, stderr]).toEqual([0, '']);
    const [a, b] = parse(stdout);
    expect([a!.path, b!.path]).toEqual(['a', 'b']);
    const shares = a!.top!.map(({ probability }) => probability);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
    expect([...shares].sort((x, y) => y - x)).toEqual(shares);
    expect(a!.top!.map(({ label }) => label).sort()).toEqual([...labels].sort());
    expect(b!.top![0]!.probability).not.toBe(shares[0]);
  });

  test('prints bars for people; without a GPU, -g says so on stderr and goes on', async () => {
    const { status, stdout, stderr } = await kinora('predict', weights, 'a', '-k', '2', '-g', '0');
    expect(status).toBe(0);
    // On a machine with a GPU there is nothing to say.
    expect(stderr).toMatch(/^(kinora: no CUDA device found[^\n]*\n)?$/);
    expect(stdout).toMatch(/^a\n( {2}S.*\d\d\.\d % {2}█.*\n){2}$/);
  });

  test('an unreadable clip among others: they get their answer, the exit code is 1', async () => {
    const text = await kinora('predict', weights, 'empty', 'a');
    expect(text.status).toBe(1);
    expect(text.stdout).toMatch(/^a\n/);
    expect(text.stderr).toMatch(
      /^kinora: empty: expected .*\nkinora: expected clips that can be read, received 1 of 2/,
    );
    const lines = parse((await kinora('predict', weights, 'empty', 'a', '--json')).stdout);
    expect(lines[0]!.error).toMatch(/^empty: expected /);
    expect(lines[1]!.top).toHaveLength(3);
  });

  test('alone, its error is one line', async () => {
    const { status, stderr, stdout } = await kinora('predict', weights, 'empty');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^kinora: empty: expected [^\n]*\n$/);
  });

  test('a clip that is damaged anywhere gets no answer, even where the network does not look', async () => {
    writeClip('long', 40);
    writeFileSync(join(folder, 'long', '00039.jpg'), 'broken');
    const { status, stderr, stdout } = await kinora('predict', weights, 'long');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^kinora: long\/00039\.jpg: expected a complete JPEG, received [^\n]*\n$/);
  });

  test('needs RUN and a clip', async () => {
    expect(await kinora('predict')).toMatchObject({
      status: 2,
      stderr:
        'kinora predict: expected the argument CLIP, received nothing; kinora predict --help describes it\n',
    });
    expect(await kinora('predict', weights)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^kinora predict: expected clips after the run, received only /),
    });
  });

  test('without a run, the model of @kinora/gestures answers', async () => {
    const { status, stdout, stderr } = await kinora('predict', 'a', '--json', '--top', '27');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(
      parse(stdout)[0]!
        .top!.map(({ label }) => label)
        .sort(),
    ).toEqual([...gestureLabels].sort());
    const named = await kinora('predict', '@kinora/gestures', 'a', '--json', '--top', '27');
    expect(named.stdout).toBe(stdout);
  });

  test.skipIf(spawnSync('ffmpeg', ['-version']).status !== 0)(
    'a video is what the training clips are, which is said of mirrored ones, or what the flag says',
    async () => {
      const source = ['-f', 'lavfi', '-i', 'testsrc=size=120x100:rate=12:duration=2'];
      execFileSync('ffmpeg', ['-v', 'error', ...source, '-c:v', 'mpeg4', join(folder, 'film.mp4')]);
      const gestures = (...flags: string[]) => kinora('predict', ...flags, 'film.mp4', '--json');
      const [plain, mirrored, filmed] = [
        await gestures(),
        await gestures('--mirrored'),
        await gestures('--no-mirrored'),
      ];
      expect(plain.stderr).toMatch(
        /^kinora: film\.mp4: taken to show people as a mirror does, .* pass --no-mirrored, or .*\n$/,
      );
      expect([mirrored.stderr, filmed.stderr]).toEqual(['', '']);
      expect(mirrored.stdout).toBe(plain.stdout);
      expect(filmed.stdout).not.toBe(plain.stdout);
      // Clips of this network are what cameras film, as most videos are: nothing to say.
      const camera = await kinora('predict', weights, 'film.mp4', '--json');
      expect(camera.stderr).toBe('');
      const [said, other] = [
        await kinora('predict', weights, 'film.mp4', '--json', '--no-mirrored'),
        await kinora('predict', weights, 'film.mp4', '--json', '--mirrored'),
      ];
      expect(said.stdout).toBe(camera.stdout);
      expect(other.stdout).not.toBe(camera.stdout);
    },
  );

  test('a package that is not installed ends with the ways there are', async () => {
    expect(await kinora('predict', '@kinora/nothing', 'a')).toMatchObject({
      status: 1,
      stderr:
        'kinora: @kinora/nothing: expected a package with a trained network that is installed, received none of this name; install it with npm install @kinora/nothing, or give a run folder or a file of weights\n',
    });
  });

  test('--checkpoint, which named RUN before, ends with the command line of today', async () => {
    expect(await kinora('predict', '--checkpoint', 'runs/my run', 'a', '--json')).toMatchObject({
      status: 2,
      stdout: '',
      stderr:
        "kinora predict: expected RUN as the first argument, received --checkpoint; type: kinora predict 'runs/my run' a --json\n",
    });
  });

  test('--set without --config has nothing to change', async () => {
    expect(await kinora('predict', weights, 'a', '--set', 'crop=64')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^kinora predict: expected --set only together with --config/),
    });
  });
});

test('bars stand below each other whatever the labels', () => {
  const best = [
    { label: 'a', probability: 1 },
    { label: 'longer', probability: 0.0004 },
  ];
  expect(describePrediction('clip', best)).toBe(
    `clip\n  a       100.0 %  ${'█'.repeat(28)}\n  longer    0.0 %\n`,
  );
});

test('the name of a file cannot colour or clear a terminal', () => {
  expect(describePrediction('red\u001b[31m\n.mp4', [{ label: 'a', probability: 1 }])).toMatch(
    /^red\\u001b\[31m\\u000a\.mp4\n {2}a /,
  );
});

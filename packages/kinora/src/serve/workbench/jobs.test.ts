/** Every kind of job through the API, as real processes on one tiny run: what they leave, how they fail, how they are cancelled. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../files/npy.js';
import { GESTURES } from '../../run/packaged.js';
import type { Job, JobDetail, NewJob } from './api/contract.js';
import { CLASSES, TestBench } from './bench.test.util.js';

const bench = new TestBench(['anna', 'ben'], 1);
const settings = {
  ...{ model: 'SingleFrameSmall', frames: 1, stride: 1, batchSize: 2, threads: 1, workers: 0 },
  ...{ crop: { height: 42, width: 42 }, resize: { rule: 'height', height: 48 }, augment: {} },
  ...{ epochs: 1, patience: null },
};
const at = (...names: string[]) => join(bench.project, ...names);

const add = (body: Parameters<typeof bench.call<'addJob'>>[1]['body']): Promise<Job> =>
  bench.call('addJob', { body });
const stateOf = async (job: string) => (await bench.call('getJob', { job })).state;
const isOver = (state: string): boolean => !['queued', 'running', 'stopping'].includes(state);

/** Runs a job to its end. */
async function finish(job: Job): Promise<JobDetail> {
  await expect.poll(async () => isOver(await stateOf(job.id)), { timeout: 250_000 }).toBe(true);
  return bench.call('getJob', { job: job.id });
}

async function succeed(body: Parameters<typeof add>[0]): Promise<JobDetail> {
  const job = await finish(await add(body));
  expect(job.state, job.log).toBe('done');
  return job;
}

beforeAll(async () => {
  await bench.start();
  await bench.call('changeSplit', { body: { leaveOut: 'ben' } });
});
afterAll(async () => {
  await bench.stop();
  bench.remove();
});

test('a training leaves a run', async () => {
  await succeed({ kind: 'train', run: 'tiny', settings });
  expect(await bench.call('getRun', { run: 'tiny' })).toMatchObject({ hasModel: true, evaluated: null });
});

test.each([
  [GESTURES, 'ConvColumnTiny', `weights from .*gestures.safetensors: \\d+ tensors taken`],
  ['tiny', 'SingleFrameSmall', `weights from .*runs/tiny/checkpoints/.*: \\d+ tensors taken`],
])('a training that starts from %s is of its network', async (initFrom, network, line) => {
  const run = `from-${network}`;
  const small = { batchSize: 2, augment: {}, epochs: 1, patience: null, threads: 1, workers: 0 };
  const { log } = await succeed({ kind: 'train', run, settings: small, initFrom });
  expect(log).toMatch(new RegExp(line));
  expect(await bench.call('getRun', { run })).toMatchObject({ network, hasModel: true });
});

test('an evaluation answers for every validation clip, without an interval over one person', async () => {
  const { run, command } = await succeed({ kind: 'evaluate', run: 'tiny' });
  expect([run, command]).toEqual(['tiny', 'kinora eval runs/tiny']);
  const { clips, people, top1, confusion } = await bench.call('getEvaluation', { run: 'tiny' });
  expect(clips.map(({ id }) => id.replace(/\.\w+$/, '')).sort()).toEqual(
    [...CLASSES].sort().map((name) => `${name}/ben-1`),
  );
  expect(people!.map(({ name }) => name)).toEqual(['ben']);
  expect([top1.low, top1.high]).toEqual([null, null]);
  expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(3);
  expect((await bench.call('getRun', { run: 'tiny' })).evaluated).not.toBeNull();
});

test('two evaluated runs are compared on the clips and labels that both have', async () => {
  const [a, b] = ['tiny', 'from-SingleFrameSmall'];
  await expect(bench.call('compareRuns', { query: { a, b } })).rejects.toMatchObject({ status: 404 });
  await succeed({ kind: 'evaluate', run: b });
  const stored = async (run: string) => (await bench.call('getEvaluation', { run })).clips;
  // Known answers: the logits of every clip, of which the first run gets two right and the second the third.
  const give = (run: string, answers: readonly number[]) =>
    writeNpy(
      at('runs', run, 'report', 'logits.npy'),
      Float32Array.from(answers.flatMap((answer) => CLASSES.map((_, n) => (n === answer ? 3 : 0)))),
      [3, 3],
    );
  const labels = (await stored(a)).map(({ label }) => label);
  const wrong = labels.map((label) => (label + 1) % 3);
  give(a, [labels[0]!, labels[1]!, wrong[2]!]);
  give(b, [labels[0]!, wrong[1]!, wrong[2]!]);
  const found = await bench.call('compareRuns', { query: { a, b } });
  expect(found).toMatchObject({ clips: 3, bothWrong: 1 });
  expect(found.runs.map(({ top1 }) => top1!.value)).toEqual([2 / 3, 1 / 3]);
  // All clips are of one person: there is no interval.
  expect(found.difference).toEqual({ value: expect.closeTo(-1 / 3), low: null, high: null });
  expect(found.disagreements.map(({ id, answers }) => [id, answers.map(({ right }) => right)])).toEqual([
    [(await stored(a))[1]!.id, [true, false]],
  ]);
  expect(found.settings.map(({ key }) => key)).toEqual(['initFrom']);
  expect(found.settings[0]!.values).toEqual([null, 'runs/tiny']);

  const list = at('runs', b, 'report', 'targets.npy');
  writeNpy(list, Int32Array.from([wrong[0]!, labels[1]!, labels[2]!]), [3]);
  expect(await bench.call('compareRuns', { query: { a, b } })).toMatchObject({ clips: 2 });
  await expect(bench.call('compareRuns', { query: { a, b: 'nowhere' } })).rejects.toMatchObject({
    status: 404,
  });
  await expect(bench.call('compareRuns', { query: { a, b: '../..' } })).rejects.toMatchObject({
    status: 400,
  });
});

test('a range test of learning rates leaves its curve', async () => {
  const { run, command, inputs, resumable } = await succeed({ kind: 'lr-find', settings, steps: 25 });
  expect(command).toBe(
    'kinora lr-find --config trainings/lr-find-1/config.json --steps 25 --out runs/lr-find-1',
  );
  expect([run, resumable]).toEqual(['lr-find-1', false]);
  expect(inputs.map(({ file }) => file)).toEqual(['trainings/lr-find-1/config.json']);
  expect(JSON.parse(inputs[0]!.text)).toMatchObject(settings);
  const [found] = await bench.call('listSearches', {});
  expect(found).toMatchObject({ kind: 'lr-find', name: 'lr-find-1' });
  const rates = found!.kind === 'lr-find' ? found!.steps.map(({ lr }) => lr) : [];
  expect(rates[0]).toBeCloseTo(1e-6);
  expect(rates).toEqual([...rates].sort((a, b) => a - b));
  // Its folder is no run.
  expect((await bench.call('listRuns', {})).map(({ name }) => name)).not.toContain('lr-find-1');
});

describe('a sweep', () => {
  const space = { lr: { log: [0.001, 0.01] as [number, number] }, optimizer: { choice: ['adam', 'sgd'] } };
  const sweep = { kind: 'sweep', settings: { ...settings, epochs: 2 }, trials: 3 } as const;

  test('leaves its trials, the best first, and their settings train', async () => {
    const { run, command, inputs } = await succeed({ ...sweep, space, method: 'random' });
    expect([run, command]).toEqual([
      'sweep-1',
      'kinora sweep trainings/sweep-1/space.json --config trainings/sweep-1/config.json --trials 3 --method random --out runs/sweep-1',
    ]);
    expect(inputs.map(({ text }) => JSON.parse(text))).toEqual([
      space,
      expect.objectContaining({ epochs: 2 }),
    ]);
    const [found] = await bench.call('listSearches', {});
    expect(found).toMatchObject({ kind: 'sweep', name: 'sweep-1', rungs: [2], space });
    const trials = found!.kind === 'sweep' ? found!.trials : [];
    expect(trials.map(({ name }) => name).sort()).toEqual(['trial-1', 'trial-2', 'trial-3']);
    const top1 = trials.map(({ rungs }) => rungs.at(-1)!.top1);
    expect(top1).toEqual([...top1].sort((a, b) => b - a));
    const best = { ...settings, ...trials[0]!.point };
    await succeed({ kind: 'train', run: 'best', settings: best });
    expect((await bench.call('getRun', { run: 'best' })).settings).toMatchObject(trials[0]!.point);
  });

  test.each([
    [{ lr: { log: [0, 1] } }, 'lr: expected two ends'],
    [{ lrate: { lin: [0, 1] } }, 'lrate'],
    [{ labelSmoothing: { lin: [0, 3] } }, 'labelSmoothing'],
    [{ outputDir: { choice: ['/tmp'] } }, 'a key that names no file'],
    [{}, 'at least one key'],
  ])('of %j is refused, and nothing is left of it', async (other, message) => {
    await expect(add({ ...sweep, space: other as never })).rejects.toThrow(message);
    expect(existsSync(at('trainings', 'sweep-2'))).toBe(false);
  });
});

describe('exports', () => {
  const bytesOf = async (file: string): Promise<number> => {
    const { files } = await bench.call('getRun', { run: 'tiny' });
    expect(files.map((one) => one.file)).toContain(file);
    const response = await bench.call('runFile', { run: 'tiny', query: { file } });
    return (await response.arrayBuffer()).byteLength;
  };

  test('in int8 are listed, can be loaded down, and are smaller than in float32', async () => {
    await succeed({ kind: 'export', run: 'tiny', format: 'onnx' });
    await succeed({ kind: 'export', run: 'tiny', format: 'onnx', weights: 'int8' });
    expect(await bytesOf('tiny.int8.onnx')).toBeLessThan(0.6 * (await bytesOf('tiny.onnx')));
  });

  test('as safetensors hold the tensors of the checkpoint', async () => {
    await succeed({ kind: 'export', run: 'tiny', format: 'safetensors' });
    const tensors = serialize.loadSafetensors(at('runs', 'tiny', 'tiny.safetensors'));
    expect(tensors.size).toBeGreaterThan(3);
    for (const tensor of tensors.values()) tensor.dispose();
  });

  test('as a page are one HTML file', async () => {
    await succeed({ kind: 'page', run: 'tiny' });
    const { files } = await bench.call('getRun', { run: 'tiny' });
    const [page] = files.filter(({ file }) => /^[^/]+\.html$/.test(file));
    const text = readFileSync(at('runs', 'tiny', page!.file), 'utf8');
    for (const name of CLASSES) expect(text).toContain(name);
  });
});

test('a check of the labels predicts every clip by a network that never saw its person', async () => {
  const before = await bench.call('getHealth', {});
  expect(before.labelsChecked).toBeNull();
  const { run, command, resumable } = await succeed({ kind: 'labels', settings });
  expect([run, resumable]).toEqual(['labels-1', false]);
  expect(command).toMatch(/^kinora crossval --config trainings\/labels-1\/config.json .*--folds 2$/);
  expect(readNpy(at('runs', 'labels-1', 'report', 'logits.npy')).shape).toEqual([6, 3]);
  expect((await bench.call('getHealth', {})).labelsChecked).toBeGreaterThan(0);
});

test('clips are judged by the latest cross-validation and the latest evaluation, as they are now', async () => {
  const judges = await bench.call('listJudges', {});
  expect(judges.map(({ kind, run, clips }) => [kind, run, clips.length])).toEqual([
    ['crossval', 'labels-1', 6],
    ['evaluation', 'from-SingleFrameSmall', 2],
  ]);
  const logits = readNpy(at('runs', 'labels-1', 'report', 'logits.npy')).data as Float32Array;
  for (const { clips } of judges)
    for (const { confidence, loss } of clips) {
      expect(confidence).toBeGreaterThan(1 / 3 - 1e-6);
      expect(loss).toBeGreaterThan(0);
    }
  // The cross-entropy, once more.
  const [first] = judges[0]!.clips;
  const ids = readFileSync(at('runs', 'labels-1', 'report', 'predictions.csv'), 'utf8')
    .split('\n')
    .slice(1);
  const row = ids.findIndex((line) => line.includes(first!.id));
  const targets = readNpy(at('runs', 'labels-1', 'report', 'targets.npy')).data;
  const own = [...logits.subarray(row * 3, row * 3 + 3)];
  const sum = own.reduce((total, value) => total + Math.exp(value), 0);
  expect(first!.loss).toBeCloseTo(Math.log(sum) - own[Number(targets[row])]!, 4);

  // A clip of another class now was another question.
  const { id } = judges[0]!.clips.find(({ id }) => id.startsWith('Stop Sign/'))!;
  const { id: change } = await bench.call('moveClips', { body: { clips: [id], class: 'Swiping Left' } });
  expect((await bench.call('listJudges', {}))[0]!.clips).toHaveLength(5);
  await bench.call('undoChange', { change });
  expect((await bench.call('listJudges', {}))[0]!.clips).toHaveLength(6);
});

test('a check of the clips finds what only decoding shows', async () => {
  const clip = readdirSync(at('clips', 'Stop Sign'))[0]!;
  writeFileSync(at('clips', 'Stop Sign', 'cleo-1.mp4'), 'no video');
  await succeed({ kind: 'check' });
  const { findings, checked, stale } = await bench.call('getHealth', {});
  expect([checked !== null, stale]).toEqual([true, false]);
  const broken = findings.find(({ kind }) => kind === 'broken');
  expect(broken?.clips).toEqual(['Stop Sign/cleo-1.mp4']);
  expect(broken?.clips).not.toContain(clip);
  rmSync(at('clips', 'Stop Sign', 'cleo-1.mp4'));
});

test('clips are packed, and a second time keeps the pack', async () => {
  const content = () =>
    readdirSync(at('packed'))
      .sort()
      .map((name) => [name, statSync(at('packed', name)).mtimeMs]);
  await succeed({ kind: 'pack' });
  const packed = content();
  expect(packed.length).toBeGreaterThan(0);
  await succeed({ kind: 'pack' });
  expect(content()).toEqual(packed);
});

test('jobs of runs that are not there, or that lost their weights, say so', async () => {
  for (const kind of ['evaluate', 'page'] as const)
    await expect(add({ kind, run: 'other' })).rejects.toMatchObject({ status: 404 });
  await expect(add({ kind: 'export', run: 'other', format: 'onnx' })).rejects.toMatchObject({ status: 404 });
  expect(existsSync(at('runs', 'other'))).toBe(false);
  rmSync(at('runs', 'tiny', 'checkpoints'), { recursive: true });
  const { state, message, resumable } = await finish(await add({ kind: 'evaluate', run: 'tiny' }));
  expect([state, resumable]).toEqual(['failed', false]);
  expect(message).toMatch(/: expected .+, received .+/);
  // What it was evaluated as before is still there.
  expect((await bench.call('getEvaluation', { run: 'tiny' })).clips).toHaveLength(3);
});

test('a running job is interrupted, a queued one never starts, and both are forgotten when asked', async () => {
  const long: NewJob = {
    kind: 'train',
    run: 'long',
    settings: { ...settings, epochs: 100_000 },
    initFrom: null,
  };
  const [running, queued] = [await add(long), await add({ kind: 'check' })];
  await expect(bench.call('removeJob', { job: running.id })).rejects.toMatchObject({ status: 409 });
  expect((await bench.call('stopJob', { job: queued.id })).state).toBe('stopped');
  await expect.poll(() => existsSync(at('runs', 'long', 'metrics.jsonl')), { timeout: 250_000 }).toBe(true);
  await bench.call('stopJob', { job: running.id });
  expect((await finish(running)).state).toBe('stopped');
  expect((await bench.call('getRun', { run: 'long' })).hasModel).toBe(true);
  expect((await bench.call('getJob', { job: queued.id })).log).toBe('');
  for (const { id } of [running, queued]) await bench.call('removeJob', { job: id });
  expect((await bench.call('listJobs', {})).map(({ id }) => id)).not.toContain(running.id);
});

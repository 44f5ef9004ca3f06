/**
 * A server that is killed (kill -9) in the middle of a training, and the training with it: what starts again finds the process, or
 * resumes the run, and the losses are those of a training that nobody disturbed, bit for bit.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMetrics } from '../../run/metrics-log.js';
import { type Answer, call, type Job, type Operation, type Request } from './api/client.js';
import { TestBench } from './bench.test.util.js';

const bench = new TestBench(['anna', 'ben'], 2);
const settings = {
  ...{
    model: 'SingleFrameSmall',
    frames: 1,
    stride: 1,
    batchSize: 2,
    epochs: 40,
    saveSteps: 2,
    threads: 1,
    workers: 0,
  },
  ...{ patience: null },
};

const PROGRAM = new URL('./bench.test.program.js', import.meta.url).pathname;

class Studio {
  #child: ChildProcess | undefined;
  #base = '';
  #token = '';

  async start(): Promise<this> {
    const site = join(bench.folder, 'site');
    const child = spawn(process.execPath, [PROGRAM, bench.project, site], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    let text = '';
    for await (const chunk of child.stdout) {
      text += chunk;
      const link = /(http:\/\/127\.0\.0\.1:\d+)\/\?token=(\w+)/.exec(text);
      if (link === null) continue;
      [this.#base, this.#token] = [link[1]!, link[2]!];
      child.stdout.resume();
      return this;
    }
    throw new Error(`the studio ended: ${text}`);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const exit = once(this.#child!, 'exit');
    this.#child!.kill(signal);
    await exit;
  }

  async call<Name extends Operation>(
    name: Name,
    request: Omit<Request<Name>, 'project'>,
  ): Promise<Answer<Name>> {
    const options = { base: this.#base, headers: { authorization: `Bearer ${this.#token}` } };
    const { projects } = await call('listProjects', {}, options);
    return call(name, { project: projects[0]!.id, ...request } as unknown as Request<Name>, options);
  }

  job = (id: string): Promise<Job> => this.call('getJob', { job: id });
}

let studio = new Studio();
let expected: string[];
const losses = (run: string) =>
  readMetrics(join(bench.project, 'runs', run)).map(({ step, loss, val_loss }) =>
    [step, loss, val_loss].join(),
  );
const steps = (run: string): number => {
  const file = join(bench.project, 'runs', run, 'metrics.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
};
const poll = { timeout: 120_000, interval: 50 };
const train = (run: string): Promise<Job> =>
  studio.call('addJob', { body: { kind: 'train', run, settings } });
const pidOf = (job: string): number =>
  Number(readFileSync(join(bench.project, '.kinora', 'jobs', job, 'pid'), 'utf8'));

beforeAll(async () => {
  await studio.start();
});
afterAll(async () => {
  await studio.end('SIGKILL').catch(() => undefined);
  bench.remove();
});

test('a training that nobody disturbs', async () => {
  await studio.call('changeSplit', { body: { leaveOut: 'ben' } });
  const { id } = await train('whole');
  await expect.poll(async () => (await studio.job(id)).state, poll).toBe('done');
  expected = losses('whole');
  expect(expected.length).toBeGreaterThan(100);
  const { best } = await studio.call('getRun', { run: 'whole' });
  expect(best).not.toBeNull();
});

test('a training outlives its server, which finds it again', async () => {
  const { id } = await train('outlived');
  const later = await train('queued');
  await expect.poll(() => steps('outlived'), poll).toBeGreaterThan(4);
  await studio.end('SIGKILL');
  expect(() => process.kill(pidOf(id), 0)).not.toThrow();
  studio = await new Studio().start();
  await expect.poll(async () => (await studio.job(id)).state, poll).toBe('done');
  expect(losses('outlived')).toEqual(expected);
  await expect.poll(async () => (await studio.job(later.id)).state, poll).toBe('done');
  expect(losses('queued')).toEqual(expected);
});

test('a training that was killed with its server resumes to the bit', async () => {
  const { id } = await train('killed');
  await expect.poll(() => steps('killed'), poll).toBeGreaterThan(9);
  await studio.end('SIGKILL');
  process.kill(pidOf(id), 'SIGKILL');
  studio = await new Studio().start();
  await expect.poll(async () => (await studio.job(id)).state, poll).toBe('done');
  expect((await studio.job(id)).command).toContain('--resume');
  expect(losses('killed')).toEqual(expected);
});

test('a sweep that was killed with its server does what remains, and finds the same', async () => {
  const sweep = (): Promise<Job> =>
    studio.call('addJob', {
      body: {
        kind: 'sweep',
        settings: { ...settings, epochs: 12 },
        space: { lr: { log: [0.0003, 0.01] } },
        trials: 4,
      },
    });
  const trialsOf = async (run: string) =>
    (await studio.call('listSearches', {}))
      .flatMap((found) => (found.kind === 'sweep' && found.name === run ? found.trials : []))
      .map(({ minutes: _, ...trial }) => trial);
  const whole = await sweep();
  await expect.poll(async () => (await studio.job(whole.id)).state, poll).toBe('done');
  const { id, run } = await sweep();
  await expect
    .poll(async () => (await trialsOf(run!)).some(({ rungs }) => rungs.length > 0), poll)
    .toBe(true);
  await studio.end('SIGKILL');
  process.kill(pidOf(id), 'SIGKILL');
  studio = await new Studio().start();
  await expect.poll(async () => (await studio.job(id)).state, poll).toBe('done');
  expect(await trialsOf(run!)).toEqual(await trialsOf(whole.run!));
});

test('a stopped training saves, and resumes when it is asked to, though clips have come meanwhile', async () => {
  const { id } = await train('stopped');
  await expect.poll(() => steps('stopped'), poll).toBeGreaterThan(4);
  await studio.call('stopJob', { job: id });
  await expect.poll(async () => (await studio.job(id)).state, poll).toBe('stopped');
  const clips = join(bench.project, 'clips', 'Stop Sign');
  cpSync(join(clips, 'anna-1.mp4'), join(clips, 'anna-9.mp4'), { recursive: true });
  await studio.call('resumeJob', { job: id });
  await expect.poll(async () => (await studio.job(id)).state, poll).toBe('done');
  expect(losses('stopped')).toEqual(expected);
});

/**
 * `kinora train` killed (kill -9) and interrupted (Ctrl+C) at random moments, then resumed until it is through: the losses
 * of every step, the weights and the optimizer are those of a run that nobody disturbed, bit for bit.
 * The moments are a function of the seed, which is printed: KINORA_SOAK_SEED=<seed> repeats them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { randomStream } from '@kinora/clip';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunConfig } from '../config/index.js';
import { runFolderOf } from '../run/run-folder.js';
import { losses, type Outcome, outcome, TinyData } from '../train/tiny-run.test.util.js';
import { checkWhole } from './ranks/whole.test.util.js';
import { kinora, main } from './terminal/kinora.test.util.js';

const SEED = Number(process.env.KINORA_SOAK_SEED ?? Date.now() % 1_000_000);
const KILLS = 20;
const INTERRUPTS = 6;
/** Steps after the first line in which the end comes: a few epochs, each with checkpoints and a validation. */
const SPAN = 16;

const changes = { epochs: 100, saveSteps: 2, schedule: 'one_cycle', workers: 2 } as const;

let data: TinyData;
let whole: RunConfig;
let expected: Outcome;
/** Milliseconds that a step takes on this machine, with its share of everything else. */
let stepTime: number;
beforeAll(async () => {
  data = new TinyData();
  whole = data.config('whole', changes);
  const start = performance.now();
  const { status, stderr } = await kinora(
    data.folder,
    'train',
    '--config',
    data.configFile('whole', changes),
  );
  expect({ status, stderr: stderr.replace(/^epoch .*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
  expected = outcome(whole);
  stepTime = (performance.now() - start) / losses(whole).length;
  console.log(`seed ${SEED}, ${stepTime.toFixed(0)} ms a step`);
});
afterAll(() => data.remove());

const words = (config: RunConfig): string[] => {
  const begun = existsSync(runFolderOf(config).config);
  return ['train', '--config', data.configFile(config.name, changes), ...(begun ? ['--resume'] : [])];
};

/** Starts the program and sends it a signal `delay` ms after its first line, or after its start. */
async function disturbed(config: RunConfig, signal: NodeJS.Signals, delay: number, fromStart: boolean) {
  const child = spawn(process.execPath, [main, ...words(config)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  let stdout = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  if (!fromStart) await Promise.race([once(child.stdout, 'data'), exit]);
  await wait(delay);
  child.kill(signal);
  const [code, killedBy] = await exit;
  return { code, killedBy, stdout, stderr };
}

const leftHalfWritten = ({ checkpoints }: { checkpoints: string }): boolean =>
  existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.endsWith('.tmp'));

async function finish(config: RunConfig): Promise<void> {
  const { status, stderr } = await kinora(data.folder, ...words(config));
  expect({ status, stderr: stderr.replace(/^epoch .*\n/gm, '') }).toEqual({ status: 0, stderr: '' });
  expect(losses(config)).toEqual(losses(whole));
  expect(outcome(config)).toEqual(expected);
}

describe('interrupted and resumed until it is through', () => {
  test(`kill -9 at ${KILLS} random moments`, async () => {
    const random = randomStream(SEED, 1);
    const config = data.config('killed', changes);
    const steps: number[] = [];
    let halfWritten = 0;
    for (let i = 0; i < KILLS; i++) {
      // Every fifth in the time the program starts, restores and cuts back its logs.
      const fromStart = i % 5 === 4;
      const { killedBy } = await disturbed(
        config,
        'SIGKILL',
        random.uniform() * SPAN * stepTime * (fromStart ? 2 : 1),
        fromStart,
      );
      expect(killedBy).toBe('SIGKILL');
      if (leftHalfWritten(runFolderOf(config))) halfWritten++;
      steps.push(checkWhole(config));
    }
    console.log(`killed at steps ${steps.join(', ')}; ${halfWritten} times while a checkpoint was written`);
    expect(steps.every((step, i) => i === 0 || step >= steps[i - 1]!)).toBe(true);
    await finish(config);
  });

  test(`Ctrl+C at ${INTERRUPTS} random moments: saved, exit code 130`, async () => {
    const random = randomStream(SEED, 2);
    const config = data.config('stopped', changes);
    const steps = [0];
    for (let i = 0; i < INTERRUPTS; i++) {
      const { code, stdout, stderr } = await disturbed(
        config,
        'SIGINT',
        random.uniform() * SPAN * stepTime,
        false,
      );
      expect(code).toBe(130);
      expect(stderr).toContain('stopping and saving; press Ctrl+C again to stop at once\n');
      steps.push(checkWhole(config));
      expect(stdout).toContain(
        `saved after step ${steps.at(-1)}; to continue, add --resume to the command\n`,
      );
      // Nothing of the session is lost: its step in work was finished and saved.
      expect(steps.at(-1)).toBe(losses(config).length);
      expect(steps.at(-1)).toBeGreaterThanOrEqual(steps.at(-2)!); // the same one: stopped in its validation
    }
    expect(steps.at(-1)).toBeGreaterThan(0);
    console.log(`stopped at steps ${steps.slice(1).join(', ')}`);
    await finish(config);
  });
});

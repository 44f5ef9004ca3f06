/**
 * `kinora train --nproc 2` whose ranks are killed and stopped at random moments: the launcher starts them again from the
 * last checkpoint, until the losses and the weights are those of a run that nobody disturbed, and nobody is left behind.
 * The moments are a function of the seed, which is printed: KINORA_SOAK_SEED=<seed> repeats them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { randomStream } from '@kinora/clip';
import { distributed } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { losses, outcome, TinyData } from '../../train/tiny-run.test.util.js';
import { kinora, main } from '../terminal/kinora.test.util.js';
import { checkWhole } from './whole.test.util.js';

const SEED = Number(process.env.KINORA_SOAK_SEED ?? Date.now() % 1_000_000);
const KILLS = 20;
/** Steps after the first epoch of a life in which its end comes. */
const SPAN = 3;
const changes = { epochs: 80, batchSize: 4, saveSteps: 2, schedule: 'one_cycle' } as const;
const enough = distributed.features().gloo && process.platform === 'linux';

let data: TinyData;
let stepTime: number;
beforeAll(async () => {
  data = new TinyData();
  if (!enough) return;
  const start = performance.now();
  const { status } = await kinora(data.folder, ...words('whole'));
  expect(status).toBe(0);
  stepTime = (performance.now() - start) / losses(data.config('whole')).length;
  console.log(`seed ${SEED}, ${stepTime.toFixed(0)} ms a step`);
});
afterAll(() => data.remove());

const words = (name: string): string[] => [
  ...['train', '--config', data.configFile(name, changes), '--nproc', '2', '--max-restarts', '99'],
];

interface Group {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly exit: Promise<number | null>;
}

function start(name: string): Group {
  const child = spawn(process.execPath, [main, ...words(name)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  return { child, text: () => text, exit: once(child, 'exit').then(([code]) => code as number | null) };
}

/** The launcher's ranks, in the order in which it started them. */
function ranksOf({ child: { pid } }: Group): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

const epochsIn = ({ text }: Group): number => text().match(/^epoch \d+: train/gm)?.length ?? 0;

async function until(holds: () => boolean, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`expected ${holds} within ${limitMs} ms`);
    await wait(50);
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

function expectUndisturbed(name: string): void {
  expect(losses(data.config(name))).toEqual(losses(data.config('whole')));
  expect(outcome(data.config(name))).toEqual(outcome(data.config('whole')));
}

describe.skipIf(!enough)('two ranks', () => {
  test(`kill -9 of either at ${KILLS} random moments`, async () => {
    const random = randomStream(SEED, 3);
    const group = start('killed');
    const seen = new Set<number>();
    const steps: number[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      // Those of the group before may still be among them.
      const fresh = () => ranksOf(group).filter((pid) => !seen.has(pid));
      await until(() => fresh().length === 2, 60_000);
      const ranks = fresh();
      for (const pid of ranks) seen.add(pid);
      // Every fifth while they start and find each other.
      const fromStart = kill % 5 === 0;
      const epochs = epochsIn(group);
      if (!fromStart) await until(() => epochsIn(group) > epochs, 60_000);
      await wait(random.uniform() * (fromStart ? 3000 : SPAN * stepTime));
      process.kill(ranks[random.below(2)]!, 'SIGKILL');
      await until(() => group.text().includes(`restarting (${kill} of 99)`), 60_000);
      steps.push(checkWhole(data.config('killed')));
    }
    console.log(`killed at steps ${steps.join(', ')}`);
    expect(steps.every((step, i) => i === 0 || step >= steps[i - 1]!)).toBe(true);
    expect(await group.exit).toBe(0);
    expectUndisturbed('killed');
    expect([...seen].filter(isAlive)).toEqual([]);
  });

  test.each([0, 1])('rank %i hangs: the other names it within 30 s, and all start again', async (rank) => {
    const name = `hung-${rank}`;
    const group = start(name);
    await until(() => group.text().includes('epoch 1:'), 60_000);
    const ranks = ranksOf(group);
    const begin = Date.now();
    process.kill(ranks[rank]!, 'SIGSTOP');
    await until(
      () => /rank [01], which keeps the store|rank 1 has given no sign of life/.test(group.text()),
      30_000,
    );
    console.log(`rank ${rank} was named after ${Date.now() - begin} ms`);
    expect(group.text()).toContain(`rank ${rank}`);
    await until(() => group.text().includes('restarting (1 of 99)'), 60_000);
    expect(await group.exit).toBe(0);
    expectUndisturbed(name);
    expect(ranks.filter(isAlive)).toEqual([]);
  });

  test('kill -9 of the launcher: no rank is left', async () => {
    const group = start('orphans');
    await until(() => group.text().includes('epoch 1:'), 60_000);
    const ranks = ranksOf(group);
    group.child.kill('SIGKILL');
    await until(() => ranks.filter(isAlive).length === 0, 30_000);
    checkWhole(data.config('orphans'));
  });
});

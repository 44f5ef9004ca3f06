/**
 * Two hosts: two network namespaces with a virtual link between them, made here; where that is not permitted the tests say
 * so and are skipped. Every rank is started with torchrun's variables, as a cluster does, and resumed as it would be.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { distributed } from '@kinora/torch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runFolderOf } from '../../run/run-folder.js';
import { losses, outcome, TinyData } from '../../train/tiny-run.test.util.js';
import { kinora, main } from '../terminal/kinora.test.util.js';
import { checkWhole } from './whole.test.util.js';

const HOSTS = ['kinora-a', 'kinora-b'] as const;
const ADDRESSES = ['10.213.7.1', '10.213.7.2'] as const;
const changes = { epochs: 40, batchSize: 4, saveSteps: 2 } as const;

const ip = (...words: string[]) => spawnSync('ip', words, { encoding: 'utf8' });

/** Undefined where all of it is there; otherwise why not. */
function connect(): string | undefined {
  disconnect();
  const commands = [
    ...HOSTS.map((host) => `netns add ${host}`),
    `link add kinora0 netns ${HOSTS[0]} type veth peer name kinora0 netns ${HOSTS[1]}`,
    ...HOSTS.flatMap((host, i) => [
      `-n ${host} addr add ${ADDRESSES[i]}/24 dev kinora0`,
      `-n ${host} link set lo up`,
      `-n ${host} link set kinora0 up`,
    ]),
  ];
  for (const command of commands) {
    const { status, stderr, error } = ip(...command.split(' '));
    if (status !== 0) return `ip ${command}: ${(error?.message ?? stderr).trim()}`;
  }
  return undefined;
}

function disconnect(): void {
  for (const host of HOSTS) ip('netns', 'del', host);
}

const enough = distributed.features().gloo && process.platform === 'linux';
const refused = enough ? connect() : 'Gloo is not built in';
if (refused !== undefined) console.log(`two hosts are not tested: ${refused}`);

let data: TinyData;
beforeAll(async () => {
  data = new TinyData();
  const whole = ['train', '--config', data.configFile('whole', changes), '--nproc', '2'];
  if (refused === undefined) expect((await kinora(data.folder, ...whole)).status).toBe(0);
});
afterAll(() => {
  disconnect();
  data.remove();
});

function startHost(name: string, rank: number) {
  const resume = existsSync(runFolderOf(data.config(name)).config) ? ['--resume'] : [];
  const words = [main, 'train', '--config', data.configFile(name, changes), ...resume];
  const env = {
    ...process.env,
    ...{ RANK: String(rank), LOCAL_RANK: '0', WORLD_SIZE: '2', OMP_NUM_THREADS: '1' },
    ...{ MASTER_ADDR: ADDRESSES[0], MASTER_PORT: '29517' },
  };
  const child = spawn('ip', ['netns', 'exec', HOSTS[rank]!, process.execPath, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  return { text, exit: once(child, 'close').then(([code]) => code as number | null) };
}

const startBoth = (name: string) => [startHost(name, 0), startHost(name, 1)] as const;

describe.skipIf(refused !== undefined)('two hosts', () => {
  test('train what two processes of one host train, bit for bit', async () => {
    const hosts = startBoth('apart');
    expect(await Promise.all(hosts.map(({ exit }) => exit))).toEqual([0, 0]);
    expect(outcome(data.config('apart'))).toEqual(outcome(data.config('whole')));
  });

  test('the link is cut in the middle of an epoch: both say so soon, and go on when it has healed', async () => {
    const hosts = startBoth('cut');
    while (!hosts[0].text.stdout.includes('epoch 3:')) await wait(50);
    const begin = Date.now();
    ip('-n', HOSTS[1], 'link', 'set', 'kinora0', 'down');
    const codes = await Promise.all(hosts.map(({ exit }) => exit));
    console.log(
      `both ended after ${Date.now() - begin} ms:\n${hosts.map(({ text }) => text.stderr).join('')}`,
    );
    expect(Date.now() - begin).toBeLessThan(120_000); // 30 s where nothing else runs; without a sign of life, five minutes
    expect(codes.every((code) => code !== 0)).toBe(true);
    expect(hosts[0].text.stderr).toContain('rank 1 has given no sign of life');
    expect(hosts[1].text.stderr).toContain('rank 0, which keeps the store');
    const saved = checkWhole(data.config('cut'));
    expect(saved).toBeGreaterThanOrEqual(4);
    expect(saved).toBeLessThan(losses(data.config('whole')).length);
    ip('-n', HOSTS[1], 'link', 'set', 'kinora0', 'up');
    const again = startBoth('cut');
    expect(await Promise.all(again.map(({ exit }) => exit))).toEqual([0, 0]);
    expect(outcome(data.config('cut'))).toEqual(outcome(data.config('whole')));
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorOf } from '../engine/engine.test.util.js';
import { engineInfo, manualSeed, nn, ops, type Tensor, tensor } from '../index.js';
import { firstHost, freePort, placeFromEnvironment } from './environment.js';
import { features } from './features.js';
import { resultsOf, startRank, startRanks } from './ranks.test.util.js';
import { Store } from './store.js';

const program = new URL('./rank.test.program.js', import.meta.url);
const storeProgram = new URL('./store.test.program.js', import.meta.url);
const enough = features().gloo;
const SIZE = 2;

interface Step {
  gradients: [string, number[]][];
  mean: number[];
  variance: number[];
  times: { sent: number; returned: number }[];
}
type ByKind = Record<'c10d' | 'after-backward', Step>;
interface Together {
  collectives: unknown;
  turns: number;
  steps: ByKind;
  timed: Step;
  accumulated: ByKind;
}
let ranks: Together[] = [];
beforeAll(async () => {
  if (enough) ranks = (await resultsOf(program, ['together'], SIZE)) as Together[];
});

test.skipIf(!enough)('collectives, waited for and awaited', () => {
  const gathered = [
    [0, 0],
    [1, -1],
  ];
  const expected = { sum: [3, 20], most: 1, broadcast: 7, gathered, state: [1, 1, 1] };
  expect(ranks.map(({ collectives }) => collectives)).toEqual([expected, expected]);
});

test.skipIf(!enough)('awaiting leaves the event loop free', () => {
  expect(ranks[1]!.turns).toBeGreaterThan(5);
});

/** The same step in one process over all clips; mirrors the program's. */
function alone(): Step {
  class Net extends nn.Module {
    conv = new nn.Conv3d(2, 4, 3, { padding: 1 });
    norm = new nn.BatchNorm3d(4);
    bare = new nn.BatchNorm3d(4, { affine: false, trackRunningStats: false });
    fc = new nn.Linear(4, 3);
    forward(clips: Tensor) {
      const maps = ops.leaky_relu(this.norm.call(this.conv.call(clips)));
      return this.fc.call(this.bare.call(maps).mean([2, 3, 4]));
    }
  }
  manualSeed(5);
  const net = new Net();
  const clips = ops
    .randn([8, 2, 3, 5, 5])
    .mul(3)
    .add(ops.arange(8).reshape([8, 1, 1, 1, 1]));
  nn.crossEntropy(net.call(clips), tensor([0, 1, 2, 0, 1, 2, 0, 1], { dtype: 'int64' })).backward();
  return {
    gradients: [...net.namedParameters()].map(([name, { grad }]) => [
      name,
      grad!.flatten().toArray() as number[],
    ]),
    mean: net.norm.running_mean!.toArray() as number[],
    variance: net.norm.running_var!.toArray() as number[],
    times: [],
  };
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, value] of actual.entries())
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * scale + 1e-7);
}

describe.skipIf(!enough)('gradients and batch norm over ranks are those of one process', () => {
  test.each(['c10d', 'after-backward'] as const)('reduced by %s', (kind) => {
    const whole = alone();
    const [first, second] = ranks.map(({ steps }) => steps[kind]);
    expect(first).toEqual(second);
    for (const [i, [name, values]] of first!.gradients.entries()) {
      expect(name).toBe(whole.gradients[i]![0]);
      // The norm cancels the convolution's bias: its gradient is only rounding.
      if (name !== 'conv.bias') expectClose(values, whole.gradients[i]![1]);
    }
    expectClose(first!.mean, whole.mean);
    expectClose(first!.variance, whole.variance);
  });

  test.each(['c10d', 'after-backward'] as const)('accumulated over two backwards, by %s', (kind) => {
    const [first, second] = ranks.map(({ accumulated }) => accumulated[kind]);
    expect(first).toEqual(second);
    const weight = ({ gradients }: Step) => gradients.find(([name]) => name === 'fc.weight')![1];
    expectClose(weight(first!), weight(alone()));
  });
});

test.skipIf(!features().reducer)(
  'a timed reducer averages the same, and records when each bucket was sent and returned',
  () => {
    for (const { timed, steps } of ranks) {
      expect(timed.gradients).toEqual(steps.c10d.gradients);
      expect(timed.times.length).toBeGreaterThan(1);
      for (const [i, { sent, returned }] of timed.times.entries()) {
        expect(returned).toBeGreaterThan(sent);
        expect(sent).toBeGreaterThanOrEqual(timed.times[i - 1]?.sent ?? 0);
      }
      expect(steps.c10d.times).toEqual([]);
    }
  },
);

test.skipIf(!enough)('a rank that reaches the end after rank 0 has left ends too', async () => {
  const common = { host: '127.0.0.1', timeoutMs: 5000 };
  const server = await Store.tcp({ ...common, port: 0, isServer: true });
  const late = await Store.tcp({ ...common, port: server.port!, isServer: false });
  server.close();
  // Waits for a reply, which not every libtorch sends to `set`.
  expect(errorOf(() => late.add('key', 1)).code).toBe('distributed/store-lost');
  await late.gather('left', { rank: 1, size: 2 }, 100);
  late.close();
});

describe.skipIf(!enough)('failures name the rank', () => {
  // The last rank joins after the others have failed.
  test.each([
    ['fail early', 0, 'rank 0 failed: no such list'],
    ['fail early', 1, 'rank 1 failed: no such list'],
    ['die early', 1, 'rank 1 has given no sign of life'],
  ])('before all have joined: %s, rank %i', async (task, victim, message) => {
    const size = 3;
    const env = { WORLD_SIZE: String(size), MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(await freePort()) };
    const start = (rank: number) =>
      startRank(program, [task, String(victim)], { ...env, RANK: String(rank) });
    const early = [start(0), start(1)];
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const begin = Date.now();
    const ranks = [...early, start(2)];
    const outcomes = await Promise.all(ranks.map(({ outcome }) => outcome));
    expect(Date.now() - begin).toBeLessThan(120_000); // below the five minutes that a rank waits for the others
    for (const [rank, { code, stderr }] of outcomes.entries())
      if (rank !== victim) expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(outcomes[victim]!.code).not.toBe(0);
  });

  test('an error is reported to the other ranks', async () => {
    const started = await startRanks(program, ['fail alone'], 3);
    const outcomes = await Promise.all(started.map(({ outcome }) => outcome));
    expect(outcomes.map(({ code }) => code === 0)).toEqual([false, false, false]);
    expect(outcomes[1]!.stderr).toBe('no such clip\n');
    for (const rank of [0, 2]) expect(outcomes[rank]!.stderr).toContain('rank 1 failed: no such clip');
  });

  test.each([
    ['SIGKILL', 1, 3, 'rank 1 has given no sign of life'],
    ['SIGSTOP', 1, 2, 'rank 1 has given no sign of life'],
    ['SIGKILL', 0, 2, 'rank 0, which keeps the store'],
    ['SIGSTOP', 0, 2, 'rank 0, which keeps the store'],
  ] as const)('%s of rank %i of %i', async (signal, victim, size, message) => {
    const ranks = await startRanks(program, ['wait for ever'], size);
    await Promise.all(ranks.map(({ printed }) => printed('ready')));
    const start = Date.now();
    ranks[victim]!.child.kill(signal);
    const others = ranks.filter((_, rank) => rank !== victim);
    const outcomes = await Promise.all(others.map(({ outcome }) => outcome));
    // 2 s of silence and 2 s of grace, on a busy machine; a rank that did not notice would wait forever.
    expect(Date.now() - start).toBeLessThan(120_000);
    for (const { code, stderr } of outcomes) {
      expect(code).not.toBe(0);
      expect(stderr).toContain(message);
    }
    ranks[victim]!.child.kill('SIGKILL');
    await ranks[victim]!.outcome;
  });

  test('ranks with different settings refuse to start', async () => {
    const outcomes = await Promise.all(
      (await startRanks(program, ['differ'], 2)).map(({ outcome }) => outcome),
    );
    for (const { code, stderr } of outcomes) {
      expect(code).toBe(1);
      expect(stderr).toContain(
        'rank 1 differs from rank 0 in code ("build 0" there, "build 1" here), config.lr (0 there, 1 here)',
      );
    }
  });

  test('two processes with the same rank', async () => {
    const port = String(await freePort());
    const env = { WORLD_SIZE: '3', MASTER_ADDR: '127.0.0.1', MASTER_PORT: port };
    const ranks = ['0', '1', '1'].map((rank) => startRank(program, ['broadcast'], { ...env, RANK: rank }));
    const refused = await Promise.race([ranks[1]!.outcome, ranks[2]!.outcome]);
    for (const { child } of ranks) child.kill('SIGKILL');
    await Promise.all(ranks.map(({ outcome }) => outcome));
    expect(refused.stderr).toMatch(
      /RANK: expected a different rank for every process, received another process with rank 1/,
    );
  });
});

/** The address by which other hosts reach this one. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

/** Whether a connection is accepted within a second. */
async function answers(port: number, host: string): Promise<boolean> {
  const socket = connect(port, host);
  try {
    return await Promise.race([once(socket, 'connect').then(() => true), sleep(1000, false)]);
  } finally {
    socket.destroy();
  }
}

describe.skipIf(!features().c10d)('stores', () => {
  // A connection that the host had not accepted when it died is reset; libtorch 1.13 throws on its own thread. Newer
  // versions do not call a store connected before it has answered.
  test.skipIf(!engineInfo().version.startsWith('1.'))(
    'outlive a host that is killed before it greets',
    async () => {
      const keeper = startRank(storeProgram, ['keep'], {});
      const port = await keeper.printed('\n').then(() => keeper.stdout().match(/port (\d+)/)![1]!);
      keeper.child.kill('SIGSTOP');
      const user = startRank(storeProgram, ['use', port], {});
      await user.printed('connected');
      keeper.child.kill('SIGKILL');
      expect(await user.outcome).toMatchObject({
        code: 0,
        stderr: '',
        stdout: 'connected\nstill here\nclosed\n',
      });
      await keeper.outcome;
    },
  );

  test('keep values and counters, prefixed or not', async () => {
    const store = await Store.tcp({ host: '127.0.0.1', port: 0, isServer: true });
    const part = store.prefixed('part');
    part.set('a', 'ä');
    expect([part.get('a'), part.has('a'), store.has('a'), store.add('n', 2), store.add('n', 1)]).toEqual([
      'ä',
      true,
      false,
      2,
      3,
    ]);
    expect(await store.wait(['n', 'never'], 50)).toEqual(['never']);
  });

  test.skipIf(process.platform !== 'linux' || outside === undefined)(
    `for this host only accept no connection from others${outside === undefined ? ': no network but the loopback' : ''}`,
    async () => {
      const serve = (thisHostOnly: boolean) =>
        Store.tcp({ host: '127.0.0.1', port: 0, isServer: true, thisHostOnly });
      const [open, closed] = [await serve(false), await serve(true)];
      const user = await Store.tcp({ host: '127.0.0.1', port: closed.port!, isServer: false });
      user.set('a', 'from here');
      expect(closed.get('a')).toBe('from here');
      expect(await answers(open.port!, outside!)).toBe(true);
      expect(await answers(closed.port!, outside!)).toBe(false);
    },
  );

  test('a port in use and a master that does not reply: one line each', async () => {
    const store = await Store.tcp({ host: '127.0.0.1', port: 0, isServer: true });
    const port = store.port!;
    await expect(Store.tcp({ host: '127.0.0.1', port, isServer: true })).rejects.toThrow(
      `MASTER_PORT: expected a port on which rank 0 can serve the store, received ${port}, which another program uses`,
    );
    const unused = await freePort();
    await expect(
      Store.tcp({ host: '127.0.0.1', port: unused, isServer: false, timeoutMs: 1000 }),
    ).rejects.toThrow(`expected the store of rank 0 at 127.0.0.1:${unused}, received no reply within 1 s`);
  });
});

describe('the rank from the environment', () => {
  const torchrun = { RANK: '3', WORLD_SIZE: '8', LOCAL_RANK: '1', MASTER_ADDR: 'a', MASTER_PORT: '29501' };
  test('set by torchrun', () => {
    expect(placeFromEnvironment(torchrun)).toEqual({
      rank: 3,
      worldSize: 8,
      localRank: 1,
      gpu: 1,
      host: 'a',
      port: 29501,
      thisHostOnly: false,
    });
    expect(placeFromEnvironment({ ...torchrun, LOCAL_WORLD_SIZE: '8' })).toMatchObject({
      thisHostOnly: true,
    });
  });

  test("set by Kubeflow's trainer, one process per pod", () => {
    const pod = {
      PET_NNODES: '4',
      PET_NODE_RANK: '2',
      PET_NPROC_PER_NODE: '1',
      PET_MASTER_ADDR: 'job-node-0-0.job',
      PET_MASTER_PORT: '29400',
    };
    const expected = { rank: 2, worldSize: 4, localRank: 0, gpu: 0, host: 'job-node-0-0.job', port: 29400 };
    expect(placeFromEnvironment(pod)).toEqual({ ...expected, thisHostOnly: false });
    expect(errorOf(() => placeFromEnvironment({ ...pod, PET_NPROC_PER_NODE: 'auto' })).message).toContain(
      'PET_NPROC_PER_NODE: expected 1, for one process per pod, received "auto"',
    );
  });

  test('set by Slurm', () => {
    const slurm = {
      SLURM_STEP_ID: '0',
      SLURM_STEP_NUM_TASKS: '16',
      SLURM_PROCID: '9',
      SLURM_LOCALID: '1',
      SLURM_STEP_NODELIST: 'gpu[03-06,09]',
      SLURM_JOB_ID: '4711',
    };
    const expected = { rank: 9, worldSize: 16, localRank: 1, gpu: 1, host: 'gpu03', port: 29500 + 711 };
    expect(placeFromEnvironment(slurm)).toEqual({ ...expected, thisHostOnly: false });
    // --gpus-per-node shows every task all GPUs, --gpus-per-task only its own.
    const gpuOf = (more: Record<string, string>) => placeFromEnvironment({ ...slurm, ...more })!.gpu;
    expect(gpuOf({ CUDA_VISIBLE_DEVICES: '0,1,2,3' })).toBe(1);
    for (const own of ['0', '1', 'GPU-8a56'])
      expect(gpuOf({ CUDA_VISIBLE_DEVICES: own, SLURM_GPUS_PER_TASK: '1' })).toBe(0);
    // One GPU listed for all processes of a host is not one GPU for each.
    expect(gpuOf({ CUDA_VISIBLE_DEVICES: '0', LOCAL_WORLD_SIZE: '2' })).toBe(1);
    const { SLURM_STEP_ID: _, ...batch } = slurm;
    expect(placeFromEnvironment(batch)).toBeUndefined();
  });

  test.each([
    ['gpu1', 'gpu1'],
    ['a-1,b-[2-3]', 'a-1'],
    ['n[7,9]-x,m1', 'n7-x'],
  ])('the first host of %s', (list, host) => expect(firstHost(list)).toBe(host));

  test.each([
    [{ RANK: '8' }, 'rank: expected a whole number from 0 to 7, below the world size, received 8 of 8'],
    [{ RANK: 'one' }, 'the environment variable RANK: expected a whole number, received "one"'],
    [{ MASTER_ADDR: undefined }, 'the environment variable MASTER_ADDR: expected a value'],
    [{ MASTER_PORT: '70000' }, 'the environment variable MASTER_PORT: expected a port below 65536'],
  ])('%j is refused', (change, message) => {
    expect(errorOf(() => placeFromEnvironment({ ...torchrun, ...change })).message).toContain(message);
  });
});

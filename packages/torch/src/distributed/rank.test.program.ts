/** One rank of the tests: joins the others, runs the given task and prints a result as JSON. */
import { distributed, manualSeed, nn, ops, type Tensor, tensor } from '../index.js';

const task = process.argv[2]!;
const place = distributed.placeFromEnvironment()!;
const { rank, worldSize } = place;
const facts = {
  code: task === 'differ' ? `build ${rank}` : '1',
  config: { lr: task === 'differ' ? rank : 0.1 },
};
const heartbeat = { intervalMs: 200, limitMs: 2000, graceMs: 2000 };
let world: distributed.World;
let group: distributed.ProcessGroup;

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

const CLIPS = 8;
function example(): { net: Net; clips: Tensor; labels: Tensor } {
  manualSeed(5);
  const net = new Net();
  const clips = ops
    .randn([CLIPS, 2, 3, 5, 5])
    .mul(3)
    .add(ops.arange(CLIPS).reshape([CLIPS, 1, 1, 1, 1]));
  return { net, clips, labels: tensor([0, 1, 2, 0, 1, 2, 0, 1], { dtype: 'int64' }) };
}

/** Gradients after one backward over this rank's part of the clips, and the running statistics. */
function step(wanted: 'c10d' | 'after-backward', parts = 1, timed = false) {
  const kind = distributed.features().reducer ? wanted : 'after-backward';
  const { net, clips, labels } = example();
  distributed.synchronizeBatchNorm(net, group);
  const reducer = distributed.gradientReducer(group, net.parameters(), {
    kind,
    bucketBytes: 400,
    firstBucketBytes: 100,
    timed,
  });
  const share = CLIPS / worldSize;
  const mine = (x: Tensor) => x.narrow(0, rank * share, share);
  for (let part = 0; part < parts; part++) {
    const last = part === parts - 1;
    const loss = () => nn.crossEntropy(net.call(mine(clips)), mine(labels)).div(parts);
    if (last) reducer.backward(reducer.forward(loss));
    else loss().backward();
  }
  return {
    gradients: [...net.namedParameters()].map(([name, { grad }]) => [name, grad?.flatten().toArray()]),
    mean: net.norm.running_mean!.toArray(),
    variance: net.norm.running_var!.toArray(),
    times: reducer.bucketTimes(),
  };
}

async function collectives() {
  const sum = tensor([rank + 1, 10]);
  group.allReduce(sum).wait();
  const most = tensor([rank]);
  await group.allReduce(most, 'max').done();
  const copied = tensor([rank === 1 ? 7 : 0], { dtype: 'int64' });
  group.broadcast(copied, 1).wait();
  const gathered = await group.allGather(tensor([rank, -rank])).done();
  const state = ops.full([3], rank);
  distributed.broadcastState(group, [state], 1);
  return {
    sum: sum.toArray(),
    most: most.item(),
    broadcast: Number(copied.item()),
    gathered: gathered.map((each) => each.toArray()),
    state: state.toArray(),
  };
}

/** Turns of the event loop in rank 1 while it awaits rank 0, which comes once there were six, or after half a minute. */
async function turnsWhileWaiting(): Promise<number> {
  const { host, port } = place;
  const store = await distributed.Store.tcp({ host, port, isServer: false });
  let turns = 0;
  const timer = setInterval(() => {
    if (++turns === 6 && rank === 1) store.set('turned', '');
  }, 1);
  if (rank === 0) await store.wait(['turned'], 30_000);
  await group.barrier().done();
  clearInterval(timer);
  return turns;
}

const tasks: Record<string, () => unknown> = {
  together: async () => ({
    collectives: await collectives(),
    turns: await turnsWhileWaiting(),
    steps: { c10d: step('c10d'), 'after-backward': step('after-backward') },
    timed: step('c10d', 1, true),
    accumulated: { c10d: step('c10d', 2), 'after-backward': step('after-backward', 2) },
  }),
  'fail alone': async () => {
    if (rank === 1) throw new Error('no such clip');
    group.barrier().wait();
  },
  'wait for ever': async () => {
    process.stdout.write('ready\n');
    if (rank !== 1) group.barrier().wait();
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
  differ: () => undefined,
};

/** What a rank does before it joins; in some tests it fails here. */
async function prepare(): Promise<void> {
  if (task === 'fail early' && rank === Number(process.argv[3])) throw new Error('no such list');
  if (task === 'die early' && rank === 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    process.kill(process.pid, 'SIGKILL');
  }
}

async function work(rendezvous: distributed.Rendezvous): Promise<unknown> {
  await prepare();
  world = await rendezvous.join({ backend: 'gloo', facts });
  group = world.group;
  const result = await tasks[task]!();
  await world.leave();
  return result;
}

try {
  const result = await distributed.Rendezvous.run(place, work, { heartbeat, joinTimeoutMs: 60_000 });
  process.stdout.write(JSON.stringify(result));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}

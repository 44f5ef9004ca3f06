/** Optimizers beyond their arithmetic: exact resume, no leaks, and what they refuse. */
import { describe, expect, test } from 'vitest';
import {
  fromBytes,
  manualSeed,
  memoryStats,
  nn,
  noGrad,
  ops,
  optim,
  scope,
  type Tensor,
  tensor,
  threads,
} from '../index.js';

// Nets this small only wait for a second thread.
threads.set(1);

type AnyOptimizer = optim.Optimizer;
type Make = (params: readonly Tensor[]) => AnyOptimizer;

const makers: Record<string, Make> = {
  'SGD with momentum': (params) => new optim.SGD(params, { lr: 0.05, momentum: 0.9, weightDecay: 1e-3 }),
  'Adam with AMSGrad': (params) => new optim.Adam(params, { lr: 0.01, amsgrad: true }),
  AdamW: (params) => new optim.AdamW(params),
  'L-BFGS': (params) => new optim.LBFGS(params, { maxIter: 2, historySize: 1, lineSearchFn: 'strong_wolfe' }),
};

function trainStep(net: nn.Module, optimizer: AnyOptimizer): void {
  scope(() => {
    const inputs = ops.randn([8, 5]);
    optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = nn.crossEntropy(net.call(inputs), ops.argmax(inputs, 1));
      loss.backward();
      return loss;
    });
  });
}

const makeNet = () =>
  new nn.Sequential(new nn.Linear(5, 7), new nn.BatchNorm1d(7), new nn.ReLU(), new nn.Linear(7, 5));

/** State as a file would hold it: bytes and JSON. */
function throughFile(state: optim.OptimizerState): optim.OptimizerState {
  const tensors = [...state.tensors].map(([name, t]): [string, Tensor] => [
    name,
    fromBytes(t.toBytes(), t.dtype, t.shape),
  ]);
  return { tensors: new Map(tensors), settings: JSON.parse(JSON.stringify(state.settings)) };
}

describe.each(Object.entries(makers))('%s', (_, make) => {
  test('goes on bit for bit from a saved state', () => {
    const [net, copy] = [makeNet(), makeNet()];
    const optimizer = make(net.parameters());
    manualSeed(1);
    for (let step = 0; step < 5; step++) trainStep(net, optimizer);

    copy.loadStateDict(net.stateDict());
    const resumed = make(copy.parameters());
    resumed.loadStateDict(throughFile(optimizer.stateDict()));
    manualSeed(2);
    for (let step = 0; step < 5; step++) trainStep(net, optimizer);
    manualSeed(2);
    for (let step = 0; step < 5; step++) trainStep(copy, resumed);
    for (const [name, value] of net.stateDict())
      expect(copy.stateDict().get(name)!.toBytes()).toEqual(value.toBytes());
  });

  test('200 training steps leave the number of live tensors as it was', () => {
    const net = makeNet();
    const optimizer = make(net.parameters());
    for (let step = 0; step < 3; step++) trainStep(net, optimizer);
    const { liveTensors } = memoryStats();
    for (let step = 0; step < 200; step++) trainStep(net, optimizer);
    expect(memoryStats().liveTensors).toBe(liveTensors);
    optimizer.dispose();
    net.dispose();
  });
});

test('dispose frees the state, and disposing everything leaves nothing', () => {
  const before = memoryStats().liveTensors;
  const net = makeNet();
  const optimizer = makers['Adam with AMSGrad']!(net.parameters());
  trainStep(net, optimizer);
  net.zeroGrad();
  optimizer.dispose();
  net.dispose();
  expect(memoryStats().liveTensors).toBe(before);
});

test('a state of another optimizer or network is refused and changes nothing', () => {
  const net = makeNet();
  const [adam, sgd] = [
    new optim.Adam(net.parameters()),
    new optim.SGD(net.parameters(), { lr: 0.3, momentum: 0.9 }),
  ];
  trainStep(net, adam);
  expect(() => sgd.loadStateDict(adam.stateDict())).toThrow(
    'optimizer state, optimizer: expected SGD, received Adam',
  );

  const other = new optim.Adam(new nn.Linear(5, 7).parameters());
  expect(() => other.loadStateDict(adam.stateDict())).toThrow(
    /groups: expected 1 groups of 2 parameters, received 1 groups of 6/,
  );

  const wide = new nn.Sequential(
    new nn.Linear(5, 8),
    new nn.BatchNorm1d(8),
    new nn.ReLU(),
    new nn.Linear(8, 5),
  );
  const wider = new optim.Adam(wide.parameters(), { lr: 0.5 });
  trainStep(wide, wider);
  const moment = wider.stateDict().tensors.get('0.exp_avg')!.toBytes();
  expect(() => wider.loadStateDict(adam.stateDict())).toThrow(
    /0.exp_avg: expected \[8, 5\], received \[7, 5\]/,
  );
  expect(wider.groups[0]!.lr).toBe(0.5);
  expect(wider.stateDict().tensors.get('0.exp_avg')!.toBytes()).toEqual(moment);
});

test('a closure is called before the update, and its loss returned', () => {
  const param = tensor([3], { requiresGrad: true });
  const square = () => {
    param.grad = null;
    const loss = param.square().sum();
    loss.backward();
    return loss;
  };
  const sgd = new optim.SGD([param], { lr: 0.25 });
  expect(scope(() => noGrad(() => sgd.step(square)))).toBe(9);
  expect([param.detach().item(), sgd.step()]).toEqual([1.5, undefined]);
});

test('L-BFGS finds the minimum of an ill-conditioned quadratic', () => {
  const scales = tensor(
    Array.from({ length: 40 }, (_, j) => 10 ** (j / 10)),
    { dtype: 'float64' },
  );
  const minimum = tensor(
    Array.from({ length: 40 }, (_, j) => j - 20),
    { dtype: 'float64' },
  );
  const x = ops.zeros([40], { dtype: 'float64' });
  x.requiresGrad = true;
  const lbfgs = new optim.LBFGS([x], { maxIter: 500, toleranceChange: 0, lineSearchFn: 'strong_wolfe' });
  const loss = lbfgs.step(() => {
    x.grad = null;
    const loss = x.sub(minimum).square().mul(scales).sum();
    loss.backward();
    return loss;
  });
  expect(loss).toBeGreaterThan(1e5);
  for (const [j, value] of (x.detach().toArray() as number[]).entries()) expect(value).toBeCloseTo(j - 20, 5);
});

test('L-BFGS wants a closure, one group and a state of its own length', () => {
  const net = makeNet();
  const params = net.parameters();
  const lbfgs: AnyOptimizer = makers['L-BFGS']!(params);
  expect(() => lbfgs.step()).toThrow('step: expected a closure that computes the loss and its gradients');
  const groups = [{ params: params.slice(0, 1) }, { params: params.slice(1) }];
  expect(() => new optim.LBFGS(groups as never)).toThrow(
    'expected one group of parameters, received 2 groups',
  );
  expect(() => new optim.LBFGS(params, { lineSearchFn: 'armijo' as never })).toThrow(
    'lineSearchFn: expected strong_wolfe or null, received armijo',
  );
  expect(() => new optim.LBFGS(params, { historySize: 0 })).toThrow('historySize: expected a number >= 1');
  trainStep(net, lbfgs);
  const [weight] = new nn.Linear(5, 7, { bias: false }).parameters();
  const others = [weight!, ...params.slice(1).map((param) => ops.zeros([param.numel + 1]))];
  expect(() => new optim.LBFGS(others).loadStateDict(lbfgs.stateDict())).toThrow(
    /prev_flat_grad: expected \[101\], received \[96\]/,
  );
});

test('settings out of range are refused', () => {
  const params = [tensor([1, 2], { requiresGrad: true })];
  expect(() => new optim.SGD(params, { lr: -1 })).toThrow('lr: expected a number >= 0, received -1');
  expect(() => new optim.SGD(params, { lr: 1, nesterov: true })).toThrow(/nesterov: expected a momentum/);
  expect(() => new optim.Adam(params, { betas: [0.9, 1] })).toThrow(
    'betas[1]: expected 0 <= betas[1] < 1, received 1',
  );
  expect(() => new optim.Adam([])).toThrow(/at least one parameter/);
  expect(() => new optim.Adam([...params, ...params])).toThrow(/one of them twice/);
});

test('clipGradNorm says when the gradients are not finite, if asked', () => {
  const param = tensor([1, 2], { requiresGrad: true });
  param.grad = tensor([1, Number.NaN]);
  expect(() => optim.clipGradNorm([param], 1, { errorIfNonfinite: true })).toThrow(
    /finite gradient norm, received NaN/,
  );
});

test('applySchedule writes rates and cycled momentum into the groups', () => {
  const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
  const adam = new optim.Adam([{ params: [a] }, { params: [b], lr: 0.02 }], { lr: 0.1 });
  const schedule = optim.oneCycle({ steps: 10, divFactor: 10 });
  optim.applySchedule(schedule, adam);
  expect(adam.groups.map((group) => group.lr)).toEqual([expect.closeTo(0.01, 12), expect.closeTo(0.002, 12)]);
  expect(adam.groups[0]!.betas).toEqual([0.95, 0.999]);
});

test('a plateau counts its reductions and wants a metric', () => {
  const schedule = optim.plateau({ factor: 0.5, patience: 0 });
  expect(() => schedule.advance()).toThrow(/a metric at each step/);
  for (const loss of [1, 1, 1]) schedule.advance(loss);
  expect([schedule.reductions, schedule.best, schedule.lr(1)]).toEqual([2, 1, 0.25]);
  expect(() => schedule.restore({ best: 'low' })).toThrow(/schedule state/);
});

test.each([
  ['larger', 0.5],
  ['smaller', 50],
])(
  'limitGradNorm does what clipGradNorm does, without reading the norm: gradients %s than the limit',
  (_, limit) => {
    const made = () =>
      [
        [3, -4],
        [12, 0],
      ].map((values) => {
        const param = tensor([1, 1], { requiresGrad: true });
        param.grad = tensor(values);
        return param;
      });
    const [read, unread] = [made(), made()];
    optim.clipGradNorm(read, limit);
    optim.limitGradNorm(unread, limit);
    for (const [i, param] of read.entries()) {
      const [a, b] = [param.grad!.toArray(), unread[i]!.grad!.toArray()] as [number[], number[]];
      for (const [j, value] of a.entries()) expect(b[j]).toBeCloseTo(value, 6);
    }
    expect(unread[1]!.grad!.index(0).item()).toBeCloseTo(limit > 13 ? 12 : (12 * limit) / 13, 5);
  },
);

test('limitGradNorm lets a NaN spread, and leaves parameters without gradients alone', () => {
  const [good, bad, idle] = [1, Number.NaN, 0].map((value) => {
    const param = tensor([1], { requiresGrad: true });
    if (value !== 0) param.grad = tensor([value]);
    return param;
  });
  optim.limitGradNorm([idle!], 1);
  optim.limitGradNorm([good!, bad!, idle!], 1);
  expect(good!.grad!.item()).toBeNaN();
  expect(idle!.grad).toBeNull();
});

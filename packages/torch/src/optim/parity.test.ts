/** Every optimizer, clipping, schedule and a whole small training against PyTorch, step by step. */
import { describe, expect, test } from 'vitest';
import { nn, ops, optim, scope, type Tensor } from '../index.js';
import { expectClose, Golden, numbers } from '../nn/golden.test.util.js';

interface Named {
  name: string;
  options: Record<string, unknown>;
}
interface OptimizerCases {
  steps: number;
  late: number;
  lateSteps: number;
  optimizers: Named[];
  clips: { name: 'clipGradNorm' | 'clipGradValue'; args: (number | 'inf')[] }[];
}

describe('optimizers, 20 steps', () => {
  const golden = new Golden<OptimizerCases>('optim/optimizers.safetensors');
  const { steps, late, lateSteps } = golden.cases;
  const optimizers = optim as unknown as Record<
    string,
    new (
      params: unknown,
      settings: object,
    ) => optim.Optimizer
  >;

  golden.cases.optimizers.forEach(({ name, options }, number) => {
    test(`${name} ${JSON.stringify(options)}`, () => {
      scope(() => {
        const params = startingParams(golden);
        const groups = [
          { params: params.slice(0, 1) },
          { params: params.slice(1), lr: 0.02, weightDecay: 0.005 },
        ];
        const optimizer = new optimizers[name]!(groups, options);
        for (let step = 0; step < steps; step++) {
          params.forEach((param, i) => {
            param.grad = i === late && step < lateSteps ? null : golden.tensor(`grad.${step}.${i}`);
          });
          optimizer.step();
          params.forEach((param, i) => {
            expectClose(param, golden.tensor(`${number}.${step}.${i}`), `step ${step}, parameter ${i}`);
          });
        }
        optimizer.dispose();
      });
    });
  });

  golden.cases.clips.forEach(({ name, args }, number) => {
    test(`${name}(${args.join(', ')})`, () => {
      scope(() => {
        const params = startingParams(golden);
        params.forEach((param, i) => {
          param.grad = golden.tensor(`grad.0.${i}`);
        });
        const [limit, order] = args.map((value) => (value === 'inf' ? Number.POSITIVE_INFINITY : value));
        if (name === 'clipGradValue') optim.clipGradValue(params, limit!);
        else {
          const norm = optim.clipGradNorm(params, limit!, order === undefined ? {} : { normType: order });
          expect(norm).toBeCloseTo(Number(golden.tensor(`clip.${number}.norm`).item()), 5);
        }
        params.forEach((param, i) => {
          expectClose(param.grad, golden.tensor(`clip.${number}.${i}`), `gradient ${i}`);
        });
      });
    });
  });
});

function startingParams<C>(golden: Golden<C>): Tensor[] {
  const params = [...golden.tensors('start.').values()];
  for (const param of params) param.requiresGrad = true;
  return params;
}

describe('L-BFGS: losses, evaluations, iterations and parameters of each step', () => {
  const golden = new Golden<{ steps: number; runs: Named[] }>('optim/lbfgs.safetensors');

  golden.cases.runs.forEach(({ name, options }, number) => {
    test(`${name} ${JSON.stringify(options)}`, () => {
      scope(() => {
        const params = startingParams(golden);
        const [inputs, targets] = [golden.tensor('inputs'), golden.tensor('targets')];
        const lossOf: Record<string, (step: number) => Tensor> = {
          regression: () => regressionLoss(params, inputs, targets),
          batches: (step) => {
            const part = (all: Tensor) => all.narrow(0, 20 * (step % 3), 20);
            return regressionLoss(params, part(inputs), part(targets));
          },
          rosenbrock: () => rosenbrock(ops.cat(params.map((param) => param.reshape([-1])))),
        };
        const optimizer = new optim.LBFGS(params, options);
        const expected = numbers(golden.tensor(`${number}.steps`));
        for (let step = 0; step < golden.cases.steps; step++) {
          let evaluations = 0;
          const loss = optimizer.step(() => {
            evaluations += 1;
            optimizer.zeroGrad();
            const loss = lossOf[name]!(step);
            loss.backward();
            return loss;
          });
          const [expectedLoss, ...counts] = expected.slice(3 * step, 3 * step + 3);
          expect([evaluations, optimizer.iterations], `counts of step ${step}`).toEqual(counts);
          expect(Math.abs(loss - expectedLoss!)).toBeLessThanOrEqual(1e-9 * Math.abs(expectedLoss!));
          params.forEach((param, i) => {
            const what = `step ${step}, parameter ${i}`;
            expectClose(param, golden.tensor(`${number}.${step}.${i}`), what, 1e-9);
          });
        }
        optimizer.dispose();
      });
    });
  });

  function regressionLoss([weight, bias]: Tensor[], inputs: Tensor, targets: Tensor): Tensor {
    const loss = nn.crossEntropy(ops.linear(inputs, weight!, bias!), targets);
    return loss.add(weight!.square().sum().mul(0.005)).add(bias!.square().sum().mul(0.005));
  }

  function rosenbrock(x: Tensor): Tensor {
    const [head, tail] = [x.narrow(0, 0, x.numel - 1), x.narrow(0, 1, x.numel - 1)];
    return tail.sub(head.square()).square().mul(100).add(head.sub(1).square()).sum();
  }
});

describe('schedules, rates of two groups and momentum over 30 steps', () => {
  const golden = new Golden<{ metrics: number[]; schedules: Named[] }>('optim/schedules.safetensors');

  golden.cases.schedules.forEach((spec, number) => {
    test(`${spec.name} ${JSON.stringify(spec.options)}`, () => {
      const expected = numbers(golden.tensor(String(number)));
      const schedule = makeSchedule(spec);
      golden.cases.metrics.forEach((metric, step) => {
        // Saved and restored at each step: the state is all there is.
        const again = makeSchedule(spec);
        again.restore(JSON.parse(JSON.stringify(schedule.state())));
        for (const one of [schedule, again])
          expectRow(
            [one.lr(0.1), one.lr(0.02), one.momentum() ?? 0.9],
            expected.slice(3 * step, 3 * step + 3),
          );
        schedule.advance(metric);
      });
    });
  });

  function makeSchedule({ name, options }: Named): optim.Schedule {
    if (name === 'warmUp') return optim.warmUp(options as never, makeSchedule(options.then as Named));
    return optim[name as 'constant' | 'cosine'](options as never);
  }

  function expectRow(received: number[], expected: number[]): void {
    received.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-12 * expected[i]! + 1e-18);
    });
  }
});

test('ten AMSGrad steps of a small 3D network: losses, parameters and running statistics', () => {
  const golden = new Golden<{ steps: number }>('optim/training.safetensors');
  scope(() => {
    const net = smallNetwork();
    net.loadStateDict(golden.tensors('before.'));
    const settings = { lr: 0.01, weightDecay: 1e-3, amsgrad: true };
    const optimizer = new optim.Adam(net.parameters(), settings);
    const losses = numbers(golden.tensor('losses'));
    for (let step = 0; step < golden.cases.steps; step++) {
      optimizer.zeroGrad();
      const logits = net.call(golden.tensor(`clips.${step}`));
      const loss = nn.crossEntropy(logits, golden.tensor(`labels.${step}`), { labelSmoothing: 0.1 });
      loss.backward();
      optimizer.step();
      expect(Math.abs(Number(loss.item()) - losses[step]!)).toBeLessThan(1e-5 * losses[step]!);
    }
    const state = net.stateDict();
    for (const [name, value] of golden.tensors('after.')) expectClose(state.get(name)!, value, name, 1e-4);
    optimizer.dispose();
    net.dispose();
  });
});

function smallNetwork(): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv3d(3, 4, [2, 3, 3], { bias: false }),
    new nn.BatchNorm3d(4),
    new nn.LeakyReLU(),
    new nn.MaxPool3d(2),
    new nn.Flatten(),
    new nn.Linear(4 * 2 * 2 * 2, 6),
    new nn.SiLU(),
    new nn.Linear(6, 3),
  );
}

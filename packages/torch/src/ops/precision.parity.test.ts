/** Scaled steps against PyTorch's GradScaler, and a small 3D network in bfloat16, values and gradients, against its autocast. */
import { describe, expect, test } from 'vitest';
import { autocast, nn, noGrad, ops, optim, scope, type Tensor } from '../index.js';
import { expectClose, Golden, numbers } from '../nn/golden.test.util.js';

describe('GradScaler, 17 steps of plain SGD, some of which overflow', () => {
  const golden = new Golden<{ settings: optim.GradScalerSettings[]; spoilt: boolean[] }>(
    'optim/grad-scaler.safetensors',
  );

  golden.cases.settings.forEach((settings, number) => {
    test(JSON.stringify(settings), () => {
      scope(() => {
        const scaler = new optim.GradScaler(settings);
        const params = [...golden.tensors('start.').values()];
        for (const param of params) param.requiresGrad = true;
        const optimizer = new optim.SGD(params, { lr: 0.1 });
        const states = numbers(golden.tensor(`${number}.states`));
        golden.cases.spoilt.forEach((spoilt, step) => {
          const made = (what: string): Tensor[] => [...golden.tensors(`${number}.${step}.${what}.`).values()];
          const [loss, finite, scale, goodSteps] = states.slice(4 * step, 4 * step + 4);
          const products = params.map((param, i) => param.mul(made('weight')[i]!));
          const scaled = scaler.scaled(products[0]!.sum().add(products[1]!.sum()));
          const terms = products.flatMap((product) => numbers(product.detach()));
          const size = scaler.state.scale * terms.reduce((sum, x) => sum + Math.abs(x), 0);
          expectNear(Number(scaled.item()), loss!, size);
          optimizer.zeroGrad();
          scaled.backward();
          const expectGrads = (expected: Tensor[]): void =>
            expect(
              params.map(({ grad }) => numbers(grad!)),
              `step ${step}, to the last bit`,
            ).toEqual(expected.map(numbers));
          const set = (grad: Tensor, i: number): void => {
            params[i]!.grad = grad;
          };
          if (spoilt) made('scaled').forEach(set);
          expectGrads(made('scaled'));
          expect(scaler.unscale(params), `step ${step}`).toBe(finite === 1);
          expectGrads(made('unscaled'));
          if (finite === 1) optimizer.step();
          for (const [i, value] of made('after').entries())
            expectClose(params[i]!.detach(), value, `parameter ${i}, step ${step}`);
          expect(scaler.state, `step ${step}`).toEqual({ scale, goodSteps });
        });
        optimizer.dispose();
      });
    });
  });

  /**
   * A loss that the scale made infinite is that on both sides. @param size of all its terms, some of which cancel: rounding
   * is in proportion to that
   */
  const expectNear = (received: number, expected: number, size: number): void => {
    if (Number.isFinite(expected)) expect(Math.abs(received - expected)).toBeLessThanOrEqual(1e-6 * size);
    else expect(received).toBe(expected);
  };
});

/** Half of the distance from 1 to the next bfloat16, which has 8 significant bits: the error of one rounding. */
const ROUNDING = 2 ** -8;

const TERMS = 1024;
const bf16Sum = sumOfOnesInBf16();

// libtorch leaves bf16 convolutions to oneDNN by what the processor has; one that DNNL_MAX_CPU_ISA limits to less refuses them.
test.skipIf(bf16Sum === undefined)(
  'a small 3D network under bf16 autocast: logits, loss, and gradients in float32 (needs oneDNN with the instructions of this processor)',
  () => {
    const golden = new Golden<{ logits: string }>('nn/autocast.safetensors');
    scope(() => {
      const tolerance = bf16Tolerances();
      const net = smallNetwork();
      net.loadStateDict(golden.tensors('before.'));
      const logits = autocast({ device: 'cpu', dtype: 'bfloat16' }, () => net.call(golden.tensor('clips')));
      expect(`torch.${logits.dtype}`).toBe(golden.cases.logits);
      const full = logits.to('float32');
      const loss = nn.crossEntropy(full, golden.tensor('labels'));
      loss.backward();
      expectClose(full, golden.tensor('logits'), 'logits', tolerance.sums);
      expectClose(loss, golden.tensor('loss'), 'loss', tolerance.sums);
      const [short, long] = ['loss', 'full.loss'].map((name) => numbers(golden.tensor(name))[0]!);
      expect(Math.abs(short! - long!), 'the reference was made in bf16').toBeGreaterThan(1e-5);
      const { '0.weight': weight, '0.bias': bias, ...others } = Object.fromEntries(net.namedParameters());
      expectClose(
        weight!.grad,
        golden.tensor('grad.0.weight'),
        'gradient of 0.weight',
        tolerance.weightGradient,
      );
      for (const [name, param] of Object.entries(others))
        expectClose(param.grad, golden.tensor(`grad.${name}`), `gradient of ${name}`, tolerance.sums);
      // The norm subtracts what the bias before it adds, so the gradient of that bias is rounding error alone.
      const largest = (tensor: Tensor) => Math.max(...numbers(tensor.abs()));
      expect(largest(bias!.grad!)).toBeLessThan(tolerance.weightGradient * largest(weight!.grad!));
      net.dispose();
    });
  },
);

/**
 * Bounds on relative errors under bf16 autocast, by how this processor's convolutions add up. The golden file was made by
 * oneDNN on AVX-512: it multiplies bfloat16 and adds in float32, so only inputs and results are rounded, a few times one after
 * the other. Elsewhere libtorch's own kernel rounds after every addition, up or down, so that the error of a sum grows with the
 * square root of its length; eight times that is allowed. An output sums 3 x 2 x 3 x 3 terms, a weight's gradient 4 x 4 x 4 x 4.
 */
function bf16Tolerances(): { sums: number; weightGradient: number } {
  // 256 + 1 is 256 in bfloat16, so a sum of ones in bfloat16 never exceeds it.
  if (bf16Sum === TERMS) return { sums: 4 * ROUNDING, weightGradient: 4 * ROUNDING };
  const summed = (length: number) => 8 * Math.sqrt(length) * ROUNDING;
  return { sums: summed(3 * 2 * 3 * 3), weightGradient: summed(4 ** 4) };
}

/** How many ones a bf16 convolution adds up when it is given `TERMS`; undefined where DNNL_MAX_CPU_ISA makes oneDNN refuse it. */
function sumOfOnesInBf16(): number | undefined {
  return scope(() => {
    const conv = new nn.Conv3d(TERMS, 1, 1);
    try {
      noGrad(() => [conv.weight.fill_(1), conv.bias!.zero_()]);
      const ones = ops.ones([1, TERMS, 1, 1, 1]);
      return Number(autocast({ device: 'cpu', dtype: 'bfloat16' }, () => conv.call(ones)).item());
    } catch (error) {
      if (process.env.DNNL_MAX_CPU_ISA && /primitive descriptor/.test(String(error))) return undefined;
      throw error;
    } finally {
      conv.dispose();
    }
  });
}

function smallNetwork(): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv3d(3, 4, [2, 3, 3]),
    new nn.BatchNorm3d(4),
    new nn.LeakyReLU(),
    new nn.MaxPool3d(2),
    new nn.Flatten(),
    new nn.Linear(4 * 2 * 2 * 2, 6),
    new nn.ReLU(),
    new nn.Linear(6, 3),
  );
}

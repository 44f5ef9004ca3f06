import { afterEach, describe, expect, test } from 'vitest';
import { autocast, KinoraError, manualSeed, nn, ops, optim, scope, type Tensor, tensor } from '../index.js';

const bf16 = { device: 'cpu', dtype: 'bfloat16' } as const;

describe('autocast', () => {
  test('products run in the shorter type, as if the operands were cast; weights and gradients stay float32', () => {
    manualSeed(5);
    const linear = new nn.Linear(6, 4);
    scope(() => {
      const x = ops.randn([3, 6]);
      const output = autocast(bf16, () => linear.call(x));
      const [a, w, b] = [x, linear.weight, linear.bias!].map((value) => value.detach().to('bfloat16'));
      expect(output.dtype).toBe('bfloat16');
      expect(numbers(output)).toEqual(numbers(ops.linear(a!, w!, b!)));
      output.to('float32').sum().backward();
      expect(linear.weight.grad!.dtype).toBe('float32');
      expect(linear.call(x).dtype).toBe('float32');
    });
    linear.dispose();
  });

  test('null is full precision inside it; what was before comes back, even after an error', () => {
    scope(() => {
      const x = ops.ones([2, 2]);
      autocast(bf16, () => {
        expect(autocast(null, () => x.matmul(x).dtype)).toBe('float32');
        expect(x.matmul(x).dtype).toBe('bfloat16');
      });
      expect(() => autocast(bf16, () => ops.ones([2]).matmul(ops.ones([3])))).toThrow(KinoraError);
      expect(x.matmul(x).dtype).toBe('float32');
    });
  });

  test('a checkpointed segment is computed again in the precision that it had', () => {
    const gradient = (how: 'plain' | 'checkpointed'): number[] => {
      manualSeed(6);
      const net = new nn.Segments([new nn.Linear(8, 8), new nn.Linear(8, 8)]);
      return scope(() => {
        const x = ops.randn([4, 8]);
        const forward = () =>
          autocast(bf16, () => net.call(x))
            .to('float32')
            .square()
            .sum();
        if (how === 'plain') forward().backward();
        else {
          const { result, backward } = nn.checkpointed(forward);
          backward(result);
        }
        return net.parameters().flatMap(({ grad }) => numbers(grad!));
      });
    };
    expect(gradient('checkpointed')).toEqual(gradient('plain'));
  });
});

describe('GradScaler', () => {
  const weight = tensor([1, 2], { requiresGrad: true });
  afterEach(() => {
    weight.grad = null;
  });
  const settings = { initial: 8, growth: 2, backoff: 0.5, interval: 3 };
  const after = (scaler: optim.GradScaler, gradient: number): boolean => {
    weight.grad = tensor([gradient, 4]);
    return scaler.unscale([weight]);
  };

  test('grows after three good steps in a row, shrinks and starts counting anew at an overflow', () => {
    const scaler = new optim.GradScaler(settings);
    const seen = [1, 1, Number.POSITIVE_INFINITY, 1, Number.NaN, 1, 1, 1, 1].map((gradient) => {
      const finite = after(scaler, gradient);
      return [finite, scaler.state.scale, scaler.state.goodSteps];
    });
    // The states of torch.amp.GradScaler(init_scale=8, growth_interval=3) by _amp_update_scale_.
    expect(seen).toEqual([
      [true, 8, 1],
      [true, 8, 2],
      [false, 4, 0],
      [true, 4, 1],
      [false, 2, 0],
      [true, 2, 1],
      [true, 2, 2],
      [true, 4, 0],
      [true, 4, 1],
    ]);
  });

  test('what backward starts from is divided out again', () => {
    const scaler = new optim.GradScaler(settings);
    scope(() => scaler.scaled(weight.mul(3).sum()).backward());
    expect(numbers(weight.grad!)).toEqual([24, 24]);
    expect(scaler.unscale([weight])).toBe(true);
    expect(numbers(weight.grad!)).toEqual([3, 3]);
  });

  test('never beyond what float32 holds; its state goes on in another one', () => {
    const scaler = new optim.GradScaler({ ...settings, initial: 2 ** 127, interval: 1 });
    expect(after(scaler, 1)).toBe(true);
    expect(scaler.state).toEqual({ scale: 2 ** 127, goodSteps: 0 });
    const next = new optim.GradScaler(settings);
    next.state = { scale: 2, goodSteps: 2 };
    after(next, 1);
    expect(next.state).toEqual({ scale: 4, goodSteps: 0 });
  });
});

const numbers = (of: Tensor): number[] =>
  scope(() => Array.from(of.detach().to('float32').toTypedArray() as Float32Array));

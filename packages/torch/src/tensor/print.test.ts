import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { callOp, type DType, fromBytes, ops, type Tensor, tensor } from '../index.js';

interface Case {
  name: string;
  dtype: DType;
  shape: number[];
  bytes: string;
  requiresGrad: boolean;
  text: string;
}

const golden = new URL('../../golden/print.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(golden, 'utf8')) as { cases: Case[] };

describe('as PyTorch prints', () => {
  test.each(cases)('$name', ({ dtype, shape, bytes, requiresGrad, text }) => {
    const made = fromBytes(Buffer.from(bytes, 'base64'), dtype, shape);
    made.requiresGrad = requiresGrad;
    expect(String(made)).toBe(text);
  });

  test('there are cases', () => expect(cases.length).toBeGreaterThan(60));
});

describe('where PyTorch differs or says nothing', () => {
  test('a tensor in a graph says requires_grad where PyTorch names the operator', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(String(x.add(1))).toBe('tensor([2., 3.], requires_grad=True)');
  });

  test('views, transposed and expanded, show their elements', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(String(x.t())).toBe('tensor([[1., 3.],\n        [2., 4.]])');
    expect(String(tensor([5]).expand([3]))).toBe('tensor([5., 5., 5.])');
  });

  test('conjugate views show conjugates', () => {
    const x = callOp('aten::conj', callOp('aten::complex', tensor([1, 2]), tensor([0.5, -1]))) as Tensor;
    expect(String(x)).toBe('tensor([1.-0.5000j, 2.+1.0000j])');
  });

  test('a tensor without data shows its shape', () => {
    expect(String(ops.empty([2, 3], { device: 'meta' }))).toBe("tensor(..., device='meta', size=(2, 3))");
  });

  test('inspecting prints, and a disposed tensor says so', () => {
    const x = tensor(1.5);
    expect(inspect(x)).toBe('tensor(1.5000)');
    x.dispose();
    expect(inspect(x)).toBe('tensor(<disposed>)');
  });
});

/** What a run computes in, what it says of it, and that a resumed run goes on in the same. */
import { ops, scope } from '@kinora/torch';
import { expect, test } from 'vitest';
import type { PrecisionState } from '../../run/checkpoint.js';
import { Precision } from './precision.js';

const inForward = (precision: Precision): string =>
  scope(() => precision.forward(() => ops.ones([2, 2]).matmul(ops.ones([2, 2])).dtype));

test('float32 asks nothing', () => {
  const precision = new Precision('float32', 'cpu');
  expect([precision.used, precision.note, precision.scaler]).toEqual(['float32', null, null]);
  expect(inForward(precision)).toBe('float32');
});

test('bf16 on a CPU: a measurement decides, and a line says so where it is against it', () => {
  const precision = new Precision('bf16', 'cpu');
  if (precision.used === 'bf16') expect(precision.note).toBeNull();
  else
    expect(precision.note).toMatch(
      /^(a bf16 convolution takes [\d.e+]+ times as long as a float32 one|libtorch refuses bf16 convolutions) on this CPU/,
    );
  expect(inForward(precision)).toBe(precision.used === 'bf16' ? 'bfloat16' : 'float32');
});

test('fp16 on a CPU is float32', () => {
  const precision = new Precision('fp16', 'cpu');
  expect([precision.used, precision.note]).toEqual(['float32', 'precision fp16 needs a GPU; using float32']);
});

test('a resumed run goes on in what it used, whatever is measured today, with its scale', () => {
  const saved: PrecisionState = { asked: 'bf16', used: 'bf16', device: 'cpu', scaler: null };
  const resumed = new Precision('bf16', 'cpu');
  resumed.restore(saved);
  expect(resumed.used).toBe('bf16');
  expect(inForward(resumed)).toBe('bfloat16');
  expect(resumed.state).toEqual(saved);
  const scaled = new Precision('fp16', 'cpu');
  scaled.restore({ asked: 'fp16', used: 'fp16', device: 'cpu', scaler: { scale: 512, goodSteps: 7 } });
  expect(scaled.scaler!.state).toEqual({ scale: 512, goodSteps: 7 });
});

test('what another precision or another kind of device used does not count', () => {
  for (const saved of [
    { asked: 'fp16', used: 'fp16', device: 'cpu', scaler: null },
    { asked: 'bf16', used: 'bf16', device: 'cuda', scaler: null },
  ] as const) {
    const precision = new Precision('bf16', 'cpu');
    const { used } = precision;
    precision.restore(saved);
    expect(precision.used).toBe(used);
  }
});

/** Channels last: what a GPU may choose computes the same on a CPU. */

import { defaultSpec, FLOW_FIELDS } from '@kinora/clip';
import { cuda, manualSeed, ops, scope, type Tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { inputBytes, inputFloats, zeroInputs } from '../../model/input.js';
import { networks } from '../../model/registry.js';
import { fastestLayout, layouts, milliseconds } from './layout.js';
import { Precision } from './precision.js';

test('a CPU is not asked, and deterministic runs ask nobody', () => {
  expect(fastestLayout('cpu', null)).toBe('contiguous_format');
  const device = cuda.isAvailable() ? 'cuda:0' : 'cpu';
  expect(new Precision('float32', device, true).layout).toBe('contiguous_format');
});

test('a layer goes both ways in either layout', () => {
  for (const layout of layouts) expect(milliseconds(layout, 'cpu', null, [1, 8, 4, 8, 8])).toBeGreaterThan(0);
});

test('a run goes on in the layout that it began in', () => {
  const precision = new Precision('float32', 'cpu');
  expect(precision.state).not.toHaveProperty('layout');
  precision.restore({ ...precision.state, layout: 'channels_last_3d' });
  expect(precision.layout).toBe('channels_last_3d');
  expect(precision.state.layout).toBe('channels_last_3d');
  const { layout: _, ...older } = precision.state;
  precision.restore(older);
  expect(precision.layout).toBe('contiguous_format');
});

test('clips and flow are the same numbers, lying as the bytes do', () => {
  const shape = [2, 3, 4, 5] as const;
  const batch = {
    clips: Uint8Array.from({ length: 2 * 3 * 4 * 5 * 3 }, (_, i) => (i * 37) % 256),
    flow: Uint8Array.from({ length: 2 * FLOW_FIELDS * 4 * 5 * 2 }, (_, i) => (i * 11) % 256),
    shape,
  };
  const spec = defaultSpec(['a', 'b']);
  scope(() => {
    const [plain, last] = layouts.map((layout) => inputFloats(inputBytes(batch), spec, layout));
    for (const [i, tensor] of last!.entries()) {
      expect(tensor!.strides[1]).toBe(1);
      expect(tensor!.toTypedArray()).toEqual(plain![i]!.toTypedArray());
    }
  });
});

describe('networks of every family go both ways', () => {
  const smallest = new Map(
    networks.filter(({ name }) => name.endsWith('Small')).map((entry) => [entry.family, entry] as const),
  );
  test.each([...smallest.values()])('$name', (entry) => {
    manualSeed(1);
    scope(() => {
      const [frames, size] = entry.input;
      const network = entry.build(3, [frames, size, size]).eval();
      const inputs = zeroInputs(network, [frames, size, size], { n: 2 }).map((zeros) =>
        ops.randn_like(zeros!),
      );
      const passes = layouts.map((layout) => {
        for (const parameter of network.parameters()) parameter.grad = null;
        const laid = inputs.map((input) => input.contiguous({ memory_format: layout }));
        const { logits } = network.call(...(laid as [Tensor, Tensor?]));
        logits.square().sum().backward();
        const gradient = network.parameters()[0]!.grad!;
        return { logits: logits.detach(), gradient };
      });
      const [plain, last] = passes as [(typeof passes)[0], (typeof passes)[0]];
      expect(Number(last.logits.sub(plain.logits).abs().max().item())).toBeLessThan(1e-4);
      const norm = (tensor: Tensor) => Number(tensor.norm().item());
      expect(norm(plain.gradient)).toBeGreaterThan(0);
      // Rounding puts a value on the kink of a ReLU to either side, and its gradient with it; libtorch 2.13 and 1.13 differ in
      // which. A tensor that is read in the other layout is off by as much as the gradient itself.
      expect(norm(last.gradient.sub(plain.gradient))).toBeLessThan(0.02 * norm(plain.gradient));
      network.dispose();
    });
  });
});

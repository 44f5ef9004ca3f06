import { expect, test } from 'vitest';
import { nn, noGrad, ops, scope, trace } from '../../index.js';
import { expectClose } from '../golden.test.util.js';

test('an activation in place gives the same values and gradients, and overwrites its input', () => {
  scope(() => {
    const [plain, inplace] = [new nn.LeakyReLU(0.1), new nn.LeakyReLU(0.1, { inplace: true })];
    const [a, b] = [ops.randn([3, 5]), ops.empty([3, 5])];
    b.copy_(a);
    a.requiresGrad = true;
    b.requiresGrad = true;
    const [before, kept] = [b.mul(2), a.mul(2)];
    const output = inplace.call(before);
    expectClose(output.detach(), plain.call(kept).detach(), 'values', 0);
    expectClose(before.detach(), output.detach(), 'the input', 0);
    output.square().sum().backward();
    plain.call(kept).square().sum().backward();
    expectClose(b.grad, a.grad!, 'gradients', 0);
  });
});

test('a trace still sees what came before it', () => {
  scope(() => {
    const input = noGrad(() => ops.randn([4]).neg());
    const before = input.toTypedArray();
    trace(() => noGrad(() => new nn.LeakyReLU(0.1, { inplace: true }).call(input)));
    expect(input.toTypedArray()).toEqual(before);
  });
});

// What a stranger might write first with @kinora/torch: types, values, gradients, freed memory.
import { strict as assert } from 'node:assert';
import { memoryStats, ops, scope, type Tensor, tensor } from '@kinora/torch';
import { inspect } from '@kinora/torch/install';

const gradient: number = scope(() => {
  const weight: Tensor = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  ops
    .matmul(weight, tensor([[1], [1]]))
    .sum()
    .backward();
  return Number(weight.grad?.sum().item());
});

assert.equal(gradient, 4);
assert.equal(memoryStats().liveTensors, 0);
assert.equal((await inspect()).addon.state, 'ready');

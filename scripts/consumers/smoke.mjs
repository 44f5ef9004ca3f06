// A 3D convolution forward and backward, for a quick look whether the engine works on this Node. Prints Node's version.
import { strict as assert } from 'node:assert';
import { memoryStats, ops, scope } from '@kinora/torch';

scope(() => {
  const clip = ops.ones([1, 3, 4, 8, 8]); // [N, C, T, H, W]
  const kernel = ops.ones([2, 3, 2, 3, 3]);
  kernel.requiresGrad = true;
  const sum = ops.conv3d(clip, kernel).sum();
  sum.backward();
  assert.equal(sum.item(), 2 * 3 * 6 * 6 * (3 * 2 * 3 * 3));
  assert.deepEqual(kernel.grad?.shape, [2, 3, 2, 3, 3]);
});
assert.equal(memoryStats().liveTensors, 0);
console.log(process.version);

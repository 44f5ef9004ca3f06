/** A worker thread that loads the addon for itself and does what it is told. */
import { parentPort, workerData } from 'node:worker_threads';
import { getRngState, KinoraError, manualSeed, memoryStats, ops, scope, Tensor, tensor } from '../index.js';

const { task, handle } = workerData as { task: string; handle?: number };

const tasks: Record<string, () => unknown> = {
  compute: () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.mul(x).sum().backward();
    return { gradient: x.grad?.toArray(), live: memoryStats().liveTensors };
  },
  'use a handle': () => {
    tensor([1]); // takes the first slot, as the other thread did
    try {
      return new Tensor(handle!).shape;
    } catch (error) {
      return error instanceof KinoraError ? error.code : String(error);
    }
  },
  'work on and on': () => {
    const kept = Array.from({ length: 1000 }, () => ops.zeros([100]));
    parentPort!.postMessage('working');
    for (;;) scope(() => kept[0]!.add(1).matmul(kept[1]!));
  },
  seed: () => {
    manualSeed(11);
    return Buffer.from(getRngState()).toString('hex');
  },
  'leave tensors behind': () => {
    for (let i = 0; i < 1000; i++) ops.ones([10]).requires_grad_().mul(2);
    return memoryStats().liveTensors;
  },
};

parentPort!.postMessage(tasks[task]!());

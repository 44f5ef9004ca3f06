import { expect, test } from 'vitest';
import { silent } from '../../progress.js';
import { chooseDevice, type DeviceChoice } from './choice.js';

const choose = (choice: DeviceChoice, available: number) => chooseDevice(choice, silent, () => available);

test.each<[DeviceChoice, number, string]>([
  [{ useGpu: false, gpus: [0, 1] }, 2, 'cpu'],
  [{ gpus: [0, 1] }, 0, 'cpu'],
  [{}, 2, 'cuda:0'],
  [{ gpus: [1] }, 2, 'cuda:1'],
  [{ gpus: [3, 1], localRank: 1 }, 4, 'cuda:1'],
  [{ localRank: 3 }, 4, 'cuda:3'],
])('%j of %i GPUs: %s', (choice, available, device) => {
  expect(choose(choice, available)).toBe(device);
});

test.each<[DeviceChoice, number, string]>([
  [{ gpus: [0, 2] }, 2, '--gpus: expected a number from 0 to 1, received 2'],
  [{ gpus: [1] }, 1, '--gpus: expected GPU 0, the only one on this machine, received 1'],
  [
    { gpus: [0, 1], localRank: 2 },
    4,
    'expected a GPU for every process of this host, received 2 for process 3',
  ],
  [{ localRank: 1 }, 1, 'expected a GPU for every process of this host, received 1 for process 2'],
])('%j of %i GPUs is refused', (choice, available, message) => {
  expect(() => choose(choice, available)).toThrow(message);
});

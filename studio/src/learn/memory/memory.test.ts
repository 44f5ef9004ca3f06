import type { SiteNetwork } from 'kinora/site';
import { expect, it } from 'vitest';
import { memoryOf } from './memory.js';

const layer = (path: string, values: number, activationBytes: number) => ({
  path,
  type: 'Conv3d',
  output: [values],
  parameters: 10,
  macs: 0,
  activationBytes,
});
const network: SiteNetwork = {
  name: 'net',
  family: 'nets',
  summary: '',
  input: [1, 1, 1],
  layers: [layer('a.0', 100, 400), layer('a.1', 50, 200), layer('b', 10, 40)],
  parameters: 30,
  macs: 0,
  activationBytes: 640,
};
const plain = { batch: 1, precision: 'float32', checkpointing: false } as const;

it('keeps every activation of every clip', () => {
  const { activations, stages, parameters } = memoryOf(network, { ...plain, batch: 8 });
  expect(activations).toBe(8 * 640);
  expect(stages.map(({ name, kept }) => [name, kept])).toEqual([
    ['a', 4800],
    ['b', 320],
  ]);
  expect(parameters).toBe(30 * 16);
});

it('halves activations in bfloat16', () => {
  expect(memoryOf(network, { ...plain, precision: 'bfloat16' }).activations).toBe(320);
});

it('keeps what stages hand on, and the largest stage that is computed again', () => {
  const { activations, stages } = memoryOf(network, { ...plain, checkpointing: true });
  expect(stages.map(({ kept }) => kept)).toEqual([200, 40]);
  expect(activations).toBe(200 + 40 + 600);
});

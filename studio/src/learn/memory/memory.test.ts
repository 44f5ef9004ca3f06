import type { SiteNetwork } from 'kinora/site';
import { expect, it } from 'vitest';
import { memoryOf } from './memory.js';

const network: SiteNetwork = {
  name: 'net',
  family: 'nets',
  summary: '',
  input: [1, 1, 1],
  layers: [],
  parameters: 30,
  macs: 0,
  activationBytes: 640,
  checkpointed: {
    segments: [
      { name: 'a.0–2', keptBytes: 200, insideBytes: 300 },
      { name: 'a.3', keptBytes: 50, insideBytes: 50 },
    ],
    outsideBytes: 30,
  },
};
const plain = { batch: 1, precision: 'float32', checkpointing: false } as const;

it('keeps every activation of every clip', () => {
  const { activations, stages, parameters } = memoryOf(network, { ...plain, batch: 8 });
  expect(activations).toBe(8 * 640);
  expect(stages.map(({ name, kept }) => [name, kept])).toEqual([
    ['a.0–2', 4000],
    ['a.3', 800],
    ['the rest', 320],
  ]);
  expect(parameters).toBe(30 * 16);
});

it('halves activations in bfloat16', () => {
  expect(memoryOf(network, { ...plain, precision: 'bfloat16' }).activations).toBe(320);
});

it('keeps the inputs and outputs of segments, and the inside of the largest, which is recomputed', () => {
  const { activations, stages } = memoryOf(network, { ...plain, checkpointing: true });
  expect(stages.map(({ kept, again }) => [kept, again])).toEqual([
    [200, 300],
    [50, 50],
    [30, 0],
  ]);
  expect(activations).toBe(200 + 50 + 30 + 300);
});

/** Activation checkpointing in training: every family learns the very same, dropout and running statistics included. */
import { manualSeed, nn, scope } from '@kinora/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { zeroInputs } from '../model/input.js';
import { findNetwork } from '../model/registry.js';
import { readMetrics } from '../run/metrics-log.js';
import { runFolderOf } from '../run/run-folder.js';
import { TinyData, trainSession } from './tiny-run.test.util.js';

const data = new TinyData();
afterAll(() => data.remove());

/** Gradients and buffers after a pass over the same clips. */
function pass(name: string, checkpointed: boolean, n = 2): Map<string, Uint8Array> {
  manualSeed(4);
  using network = findNetwork(name).build(5);
  return scope(() => {
    const inputs = zeroInputs(network, n === 1 ? [8, 48, 48] : [4, 24, 24], { n });
    for (const input of inputs) input!.normal_();
    const forward = () =>
      network
        .call(...inputs)
        .logits.square()
        .sum();
    const { result, backward } = checkpointed
      ? nn.checkpointed(forward)
      : { result: forward(), backward: (loss: { backward(): void }) => loss.backward() };
    backward(result);
    const gradients = [...network.namedParameters()].map(([at, { grad }]) => [at, grad!.toBytes()] as const);
    return new Map([
      ...gradients,
      ...[...network.namedBuffers()].map(([at, b]) => [at, b.toBytes()] as const),
    ]);
  });
}

describe('gradients and statistics of a checkpointed pass are those of a plain one, bit for bit', () => {
  test.each([
    'ConvColumnSmall',
    'ResNet3DSmall',
    'R2Plus1DSmall',
    'MobileNet3DSmall',
    'CausalMobile3DSmall',
    'LRCNSmall',
    'TwoStreamSmall',
  ])('%s', (name) => {
    const [plain, checkpointed] = [pass(name, false), pass(name, true)];
    for (const [at, bytes] of plain) expect(Buffer.compare(checkpointed.get(at)!, bytes), at).toBe(0);
  });

  // Where nothing is learnt, a single clip goes through other kernels.
  test.each(['ConvColumnSmall', 'MobileNet3DSmall'])('%s, one clip', (name) => {
    const [plain, checkpointed] = [pass(name, false, 1), pass(name, true, 1)];
    for (const [at, bytes] of plain) expect(Buffer.compare(checkpointed.get(at)!, bytes), at).toBe(0);
  });
});

test('a run with activationCheckpointing has the losses of one without', async () => {
  const losses = async (name: string, activationCheckpointing: boolean) => {
    const config = data.config(name, { activationCheckpointing, epochs: 1 });
    await trainSession(config);
    return readMetrics(runFolderOf(config).metrics).map(({ loss, val_loss }) => [loss, val_loss]);
  };
  const plain = await losses('plain', false);
  expect(plain.length).toBeGreaterThan(2);
  expect(await losses('checkpointed', true)).toEqual(plain);
});

/** The moving average of weights beside its formula, and what it is in a run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noGrad, serialize, type Tensor } from '@kinora/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNetwork } from '../../model/registry.js';
import { readMetrics } from '../../run/metrics-log.js';
import { runFolderOf } from '../../run/run-folder.js';
import { losses, TinyData, trainSession } from '../tiny-run.test.util.js';
import { WeightAverage } from './average.js';

let data: TinyData;
beforeAll(() => {
  data = new TinyData();
});
afterAll(() => data.remove());

test('moves by the formula, warming up; counters are copied; what does not change stays to the bit', () => {
  const build = () => findNetwork('SingleFrameSmall').build(3, [1, 84, 84]);
  using source = build();
  const average = new WeightAverage(build(), 0.9);
  average.begin(source);
  const at = (network: typeof source, name: string): Tensor => network.stateDict().get(name)!;
  const [bias, steady] = ['new_fc.bias', 'new_fc.weight'];
  const counter = [...source.stateDict().keys()].find((name) => name.endsWith('num_batches_tracked'))!;
  const before = (at(source, steady).toTypedArray() as Float32Array).slice();
  let expected = Number(at(source, bias).toTypedArray()[0]);
  for (let step = 1; step <= 200; step++) {
    noGrad(() => at(source, bias).fill_(step));
    noGrad(() => at(source, counter).fill_(step));
    average.update(source, step);
    const decay = Math.min(0.9, (1 + step) / (10 + step));
    expected = decay * expected + (1 - decay) * step;
  }
  expect(Number(at(average.network, bias).toTypedArray()[0])).toBeCloseTo(expected, 3);
  expect(at(average.network, counter).item()).toBe(200n);
  expect(at(average.network, steady).toTypedArray()).toEqual(before);
  average.dispose();
});

test('in a run: the weights are trained as without it; the average is validated, saved and found best', async () => {
  const [plain, averaged] = [data.config('plain'), data.config('averaged', { emaDecay: 0.99 })];
  for (const config of [plain, averaged]) await trainSession(config);
  const file = (config: typeof plain, name: string) =>
    readFileSync(join(runFolderOf(config).checkpoints, 'last', `${name}.safetensors`));
  const tensors = (bytes: Uint8Array) =>
    [...serialize.parseSafetensors(serialize.memorySource(bytes)).tensors].map(
      ([name, tensor]) => [name, Buffer.from(tensor.bytes()).toString('base64')] as const,
    );
  expect(losses(averaged)).toEqual(losses(plain));
  expect(tensors(file(averaged, 'weights'))).toEqual(tensors(file(plain, 'model')));
  expect(tensors(file(averaged, 'model'))).not.toEqual(tensors(file(plain, 'model')));
  const validation = (config: typeof plain) => readMetrics(runFolderOf(config).metrics).at(-1)!.val_loss;
  expect(validation(averaged)).not.toBe(validation(plain));
});

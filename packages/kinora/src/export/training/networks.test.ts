/** Training graphs of whole networks against libtorch, in single and in double precision. Rules alone: rules.test.ts. */
import { manualSeed, nn } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import type { Size3 } from '../../model/layers.js';
import { findNetwork } from '../../model/registry.js';
import { specFor } from '../agreement.test.util.js';
import {
  difference,
  OnnxTrainer,
  randomBatch,
  type StepValues,
  TorchTrainer,
} from './agreement.test.util.js';
import { type TrainingOptions, toTrainingOnnx } from './graph.js';

const CLASSES = 5;
const CLIPS = 4;

const NETWORKS: [name: string, size: Size3][] = [
  ['ConvColumnSmall', [8, 48, 48]],
  ['R2Plus1DSmall', [8, 48, 48]],
  ['MobileNet3DSmall', [8, 48, 48]],
  ['ResNet3DSmall', [8, 48, 48]],
  ['CausalMobile3DSmall', [8, 48, 48]],
];

/** The largest value that an entry of the state is measured by. */
function scaleOf(key: string, values: StepValues): number {
  const largest = (name: string): number =>
    [...(values.get(name) ?? [])].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  // A bias before a batch norm has no gradient but rounding, a mean may be zero: their layer's weights, and the deviation, say what is large.
  if (key.endsWith('running_mean')) return Math.sqrt(largest(key.replace('running_mean', 'running_var')));
  return Math.max(largest(key), largest(key.replace(/(^|\.)bias(?=\.|$)/, '$1weight')));
}

interface Three {
  readonly onnx: OnnxTrainer;
  readonly single: TorchTrainer;
  readonly double: TorchTrainer;
}

/** One network, three times with the same weights. */
function trainers(name: string, size: Size3, options: TrainingOptions): Three {
  const build = () => {
    manualSeed(5);
    const network = findNetwork(name).build(CLASSES, size);
    for (const module of network.namedModules().values()) if (module instanceof nn.Dropout) module.p = 0;
    return network;
  };
  const network = build();
  const model = toTrainingOnnx({ network, name, spec: specFor(size, CLASSES) }, '0.0.0', options);
  return {
    onnx: new OnnxTrainer(model, network, size),
    single: new TorchTrainer(network, size, options),
    double: new TorchTrainer(build().to({ dtype: 'float64' }), size, options),
  };
}

describe.each(NETWORKS)('%s', (name, size) => {
  test('loss and every updated tensor are those of libtorch, for several steps', async () => {
    const { onnx, single, double } = trainers(name, size, { optimizer: 'sgd' });
    for (let step = 1; step <= 3; step++) {
      const batch = randomBatch(CLIPS, size, CLASSES);
      const judges = [single.step(batch, 0.01), double.step(batch, 0.01)];
      for (const [key, values] of await onnx.step(batch, 0.01)) {
        const errors = judges.map((exact) => difference(values, exact.get(key)!, scaleOf(key, exact)));
        expect(Math.min(...errors), `${key}, step ${step}`).toBeLessThan(boundOf(key));
      }
    }
    await onnx.release();
    single.network.dispose();
    double.network.dispose();
  });
});

/** A value on the kink of a ReLU falls to either side by rounding; its gradient then comes or not, and hardly moves a weight. */
const boundOf = (key: string): number => (key.endsWith('momentum_buffer') ? 0.1 : 1e-4);

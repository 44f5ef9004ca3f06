/**
 * Fifty steps of a training graph beside libtorch's. Rounding grows from step to step, in libtorch too: the judge is libtorch in
 * double precision, and the measure how far libtorch in single precision is from it by then. Activations are smooth, because a
 * value on a kink falls to either side by rounding.
 */
import { expect, test } from 'vitest';
import type { Size3 } from '../../model/layers.js';
import { randomBatch, registryTrainers, type StepValues } from './agreement.test.util.js';

const SIZE: Size3 = [8, 40, 40];
const CLASSES = 4;
const STEPS = 50;
/** Networks whose activations are all modules, so that each can be made smooth; residual blocks have a ReLU besides. */
const NETWORKS = ['ConvColumnSmall', 'MobileNet3DSmall'];
/** How many times as far from the judge as libtorch in single precision a training graph may be. */
const FACTOR = 10;

test.each(NETWORKS)('%s is as near to double precision as libtorch in single precision is', async (name) => {
  const { onnx, single, double } = registryTrainers(name, SIZE, CLASSES, { optimizer: 'sgd' }, true);
  const batches = Array.from({ length: 5 }, () => randomBatch(3, SIZE, CLASSES));
  const report: string[] = [];
  for (let step = 1; step <= STEPS; step++) {
    const batch = batches[step % batches.length]!;
    const [judge, torch, graph] = [
      double.step(batch, 0.005),
      single.step(batch, 0.005),
      await onnx.step(batch, 0.005),
    ];
    if (![1, 2, 5, 10, 20, STEPS].includes(step)) continue;
    const [ofTorch, ofGraph] = [distance(torch, judge, onnx.state), distance(graph, judge, onnx.state)];
    report.push(`step ${step}: libtorch ${ofTorch.toExponential(1)}, graph ${ofGraph.toExponential(1)}`);
    expect(ofGraph, report.join('; ')).toBeLessThan(FACTOR * ofTorch + 1e-6);
  }
  console.log(`${name}: ${report.join('; ')}`);
  await onnx.release();
  single.network.dispose();
  double.network.dispose();
});

/** The distance of all weights and statistics together, relative to their length. */
function distance(values: StepValues, exact: StepValues, names: ReadonlyMap<string, unknown>): number {
  let [difference, length] = [0, 0];
  for (const name of names.keys()) {
    if (name.endsWith('momentum_buffer')) continue;
    const expected = exact.get(name)!;
    for (const [i, value] of values.get(name)!.entries()) {
      difference += (value - expected[i]!) ** 2;
      length += expected[i]! ** 2;
    }
  }
  return Math.sqrt(difference / length);
}

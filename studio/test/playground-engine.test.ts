/**
 * The playground trains for real: in the onnxruntime that pages use, its graphs make the steps that libtorch makes of the
 * same network, weights and clips.
 */
import { fromTypedArray, nn, noGrad, ops, optim, scope, type Tensor } from '@kinora/torch';
import * as web from 'onnxruntime-web';
import { beforeAll, expect, test } from 'vitest';
import { Laboratory } from '../src/learn/playground/engine/laboratory.js';
import { batchOf, type Clips } from '../src/learn/playground/engine/motions.js';
import {
  type Architecture,
  convolutions,
  elements,
  parameters,
  SIDE,
  startingWeights,
  type Weights,
} from '../src/learn/playground/engine/network.js';
import { defaults } from '../src/learn/playground/engine/setting.js';
import { MEAN, Trainer } from '../src/learn/playground/engine/trainer.js';
import { productsOf, sumOf } from '../src/learn/playground/gradient-sum.js';

const RATE = 0.01;

beforeAll(() => {
  web.env.wasm.numThreads = 1;
});

test.each([
  { frames: 8, depth: 3, layers: 3, channels: 4, classes: 8 },
  { frames: 4, depth: 5, layers: 2, channels: 8, classes: 8 },
  { frames: 12, depth: 3, layers: 1, channels: 4, classes: 8 },
])('three steps are those of libtorch: $layers layers, $depth frames deep', async (architecture) => {
  const weights = startingWeights(architecture, 3);
  const trainer = await Trainer.open(web, architecture, weights);
  const reference = new Reference(architecture);
  for (let step = 1; step <= 3; step++) {
    const clips = batchOf('all', architecture.frames, 'none', 3, step);
    const before = trainer.weights();
    const received = await trainer.step(clips, RATE, step, true);
    const expected = reference.gradients(before, clips);
    expect(difference(Float32Array.of(received.loss), expected.loss)).toBeLessThan(1e-5);
    expect(difference(received.logits, expected.logits)).toBeLessThan(1e-5);
    for (const { name } of parameters(architecture)) {
      // A bias is measured by its layer's weights: its own gradient is what is left of sums that cancel.
      const most = largest(expected.gradients[name.replace('bias', 'weight')]!);
      expect(difference(received.gradients![name]!, expected.gradients[name]!, most), name).toBeLessThan(
        1e-3,
      );
    }
    const next = reference.updated(before, received.gradients!);
    const weights = trainer.weights();
    for (const { name } of parameters(architecture))
      expect(difference(weights[name]!, next[name]!), name).toBeLessThan(1e-5);
  }
  await trainer.close();
});

test('a 3D network leaves 50 %, its 2D twin does not, and a seed repeats both', async () => {
  const setting = { ...defaults, frames: 4, channels: 4 } as const;
  const run = async () => {
    const laboratory = await Laboratory.open(web, setting);
    const report = await laboratory.advance(30, 0, true);
    await laboratory.close();
    return report;
  };
  const [report, again] = [await run(), await run()];
  const [own, flat] = report.tests.at(-1)!.accuracy;
  expect(own).toBeGreaterThan(0.8);
  expect(flat).toBe(0.5);
  expect(report.losses.at(-1)![0]).toBeLessThan(0.6);
  for (const [, loss] of report.losses) expect(loss).toBeGreaterThan(Math.LN2 - 1e-3);
  expect(again.losses).toEqual(report.losses);
  expect(again.tests).toEqual(report.tests);
});

test('the products of a weight add up to its gradient', async () => {
  const setting = { ...defaults, motion: 'turning', frames: 4, channels: 4 } as const;
  const laboratory = await Laboratory.open(web, setting);
  const { slow } = await laboratory.advance(2, 0, true);
  await laboratory.close();
  const [layer] = convolutions({ ...setting, classes: 2 });
  const gradient = slow!.gradients['conv1.weight']!;
  const most = Math.max(...gradient.map(Math.abs));
  for (const weight of [0, 37, 74]) {
    const place = [Math.floor(weight / 25), Math.floor(weight / 5) % 5, weight % 5] as const;
    for (const kernel of [0, 3]) {
      const sum = sumOf(productsOf(slow!, layer!, kernel, place));
      expect(Math.abs(sum - gradient[kernel * 75 + weight]!)).toBeLessThan(1e-4 * most);
    }
  }
});

/**
 * The same network in libtorch in float64, by its own operators, gradients and Adam. Every step begins with the weights of the
 * network in training, and Adam is given that one's gradients: where a gradient is nothing but rounding, Adam moves the weight
 * by its sign.
 */
class Reference {
  readonly #architecture: Architecture;
  readonly #parameters: ReadonlyMap<string, Tensor>;
  readonly #optimizer: optim.Adam;

  constructor(architecture: Architecture) {
    this.#architecture = architecture;
    this.#parameters = new Map(
      parameters(architecture).map(({ name, shape }) => [
        name,
        fromTypedArray(new Float64Array(elements(shape)), [...shape], { requiresGrad: true }),
      ]),
    );
    this.#optimizer = new optim.Adam([...this.#parameters.values()], { lr: RATE });
  }

  gradients(
    weights: Weights,
    { pixels, labels, frames }: Clips,
  ): { loss: Float32Array; logits: Float32Array; gradients: Weights } {
    return scope(() => {
      this.#begin(weights);
      const shape = [labels.length, 1, frames, SIDE, SIDE];
      let maps = fromTypedArray(Float64Array.from(pixels), shape).sub(MEAN);
      for (const { name, stride, padding } of convolutions(this.#architecture))
        maps = ops
          .conv3d(maps, this.#get(`${name}.weight`), this.#get(`${name}.bias`), {
            stride: [...stride],
            padding: [...padding],
          })
          .relu();
      const logits = ops.linear(maps.mean([2, 3, 4]), this.#get('linear.weight'), this.#get('linear.bias'));
      const loss = nn.crossEntropy(
        logits,
        fromTypedArray(BigInt64Array.from(labels, BigInt), [labels.length]),
      );
      loss.backward();
      return {
        loss: valuesOf(loss),
        logits: valuesOf(logits),
        gradients: this.#values((parameter) => parameter.grad!),
      };
    });
  }

  /** What Adam's next step with `gradients` makes of `weights`. */
  updated(weights: Weights, gradients: Weights): Weights {
    return scope(() => {
      this.#begin(weights);
      for (const [name, parameter] of this.#parameters)
        parameter.grad = fromTypedArray(Float64Array.from(gradients[name]!), [...parameter.shape]);
      this.#optimizer.step();
      return this.#values((parameter) => parameter);
    });
  }

  #begin(weights: Weights): void {
    this.#optimizer.zeroGrad();
    noGrad(() => {
      for (const [name, parameter] of this.#parameters)
        parameter.copy_(fromTypedArray(Float64Array.from(weights[name]!), [...parameter.shape]));
    });
  }

  #get(name: string): Tensor {
    return this.#parameters.get(name)!;
  }

  #values(of: (parameter: Tensor) => Tensor): Weights {
    return Object.fromEntries(
      [...this.#parameters].map(([name, parameter]) => [name, valuesOf(of(parameter))]),
    );
  }
}

const valuesOf = (tensor: Tensor): Float32Array =>
  noGrad(() => scope(() => Float32Array.from(tensor.detach().toTypedArray() as Float64Array)));

/** The largest difference, relative to the largest value or to `most`. */
const difference = (received: Float32Array, expected: Float32Array, most = largest(expected)): number =>
  received.reduce((far, value, i) => Math.max(far, Math.abs(value - expected[i]!) / most), 0);

const largest = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);

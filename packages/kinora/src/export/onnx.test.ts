import {
  fromTypedArray,
  manualSeed,
  nn,
  noGrad,
  ops,
  scope,
  type Tensor as TorchTensor,
} from '@kinora/torch';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { Network, type NetworkOutput } from '../model/network.js';
import { findNetwork, networks } from '../model/registry.js';
import { agreement, farthest, pretendTraining, specFor } from './agreement.test.util.js';
import { compressWeights, halfBits, type WeightType } from './compress.js';
import type { LayerMap } from './layer-maps.js';
import { toOnnx } from './onnx.js';
import { encodeModel } from './onnx-file.js';

/** The soak test takes all networks; here are those that run in a moment. */
const SMALL = networks.filter(({ name }) => name.endsWith('Small'));

test.each(SMALL.map(({ name }) => name))('%s agrees with libtorch on any number of clips', async (name) => {
  const { build, input } = findNetwork(name);
  manualSeed(5);
  using network = build(5, input);
  pretendTraining(network, input);
  const { logits, features, scale, outputs } = await agreement(network, input, 5, { batch: 4 });
  expect(outputs.logits!.shape).toEqual([4, 5]);
  expect(logits).toBeLessThan(1e-4);
  expect(logits / scale).toBeLessThan(1e-3);
  expect(features).toBeLessThan(1e-3);
});

test.each([
  ['float16', 0.51, 0.005],
  ['int8', 0.27, 0.05],
] as const)('%s weights make a smaller file that answers alike', async (type, size, difference) => {
  const { build, input } = findNetwork('ConvColumnSmall');
  manualSeed(5);
  using network = build(5, input);
  pretendTraining(network, input);
  network.eval();
  const bytesOf = (weights: WeightType): Uint8Array => {
    const { graph, header } = toOnnx({ network, name: 'n', spec: specFor(input, 5) }, '0');
    compressWeights(graph, weights);
    return encodeModel(graph, header);
  };
  const answer = async (file: Uint8Array): Promise<Float32Array> => {
    const session = await InferenceSession.create(file);
    const data = Float32Array.from({ length: 3 * input[0] * input[1] * input[2] }, (_, i) => Math.sin(i * i));
    const { logits } = await session.run({ clips: new Tensor('float32', data, [1, 3, ...input]) });
    await session.release();
    return logits!.data as Float32Array;
  };
  const [whole, small] = [bytesOf('float32'), bytesOf(type)];
  expect(small.length / whole.length).toBeLessThan(size);
  const [exact, rounded] = [await answer(whole), await answer(small)];
  const scale = Math.max(...exact.map(Math.abs));
  expect(Math.max(...exact.map((value, i) => Math.abs(value - rounded[i]!))) / scale).toBeLessThan(
    difference,
  );
});

test.each([
  [0, 0],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65520, 0x7c00],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 ** -24, 1],
  [2 ** -25, 0],
  [3 * 2 ** -25, 2],
  [2 ** -14, 0x0400],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [Number.NaN, 0x7e00],
])('%d as float16', (value, bits) => {
  expect(halfBits(value)).toBe(bits);
});

describe('the file', () => {
  const { build, input } = findNetwork('ConvColumnSmall');

  test('says what it is: opset, metadata, names, a batch of any size', async () => {
    using network = build(3, input);
    network.eval();
    const spec = specFor(input, 3);
    const { graph, header } = toOnnx({ network, name: 'ConvColumnSmall', spec }, '1.2.3');
    expect(header.metadata).toMatchObject({
      kinora: '1.2.3',
      network: 'ConvColumnSmall',
      grouped_conv3d: 'false',
    });
    expect(JSON.parse(header.metadata.spec!)).toEqual(spec);
    expect(JSON.parse(header.metadata.labels!)).toEqual(spec.labels);
    const session = await InferenceSession.create(encodeModel(graph, header));
    expect(session.inputMetadata[0]).toMatchObject({
      name: 'clips',
      type: 'float32',
      shape: ['N', 3, ...input],
    });
    expect(session.outputMetadata.map(({ name }) => name)).toEqual(['logits', 'features']);
    await session.release();
  });

  test('has no batch norm after a convolution left, and nothing unused', () => {
    using network = build(3, input);
    network.eval();
    const { graph } = toOnnx({ network, name: 'n', spec: specFor(input, 3) }, '0');
    const ops = graph.nodes.map(({ op }) => op);
    expect(ops).not.toContain('BatchNormalization');
    expect(ops.filter((op) => op === 'Conv')).toHaveLength(6);
    const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    expect([...graph.constants.keys()].filter((name) => !used.has(name))).toEqual([]);
  });

  test('has the zero padding of a causal network in its convolutions', async () => {
    const { build, input } = findNetwork('CausalMobile3DSmall');
    using network = build(3, input);
    pretendTraining(network, input);
    const { logits, translated } = await agreement(network, input, 3, { explain: true });
    expect(logits).toBeLessThan(1e-4);
    const ops = translated.graph.nodes.map(({ op }) => op);
    expect(ops).not.toContain('Pad');
    const pads = translated.graph.nodes
      .filter(({ op }) => op === 'Conv')
      .map(({ attributes }) => attributes.pads);
    expect(pads).toContainEqual({ ints: [2, 1, 1, 0, 1, 1] });
  });

  test("of the explain variant gives out every layer's map, equal to the network's", async () => {
    manualSeed(5);
    using network = build(5, input);
    pretendTraining(network, input);
    const { clips, outputs, logits, translated } = await agreement(network, input, 5, { explain: true });
    const layers: LayerMap[] = JSON.parse(translated.header.metadata.layers!);
    expect(logits).toBeLessThan(1e-4);
    expect(layers.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['conv_layer1.2', 'conv_layer4', 'fc7']),
    );
    scope(() =>
      noGrad(() => {
        const paths = layers.map(({ path }) => path);
        const run = () => network.call(fromTypedArray(clips, [1, 3, ...input]));
        using recording = nn.recordActivations(network, paths, run).recording;
        for (const { path, output, shape } of layers) {
          const own = recording.output(path);
          expect(own.shape.slice(1), path).toEqual(shape);
          const distance = farthest(own.toTypedArray() as Float32Array, outputs[output]!.data);
          expect(distance, path).toBeLessThan(1e-4);
        }
      }),
    );
    const first = layers.find(({ path }) => path === 'conv_layer1.2')!;
    expect([first.type, first.window?.kernel, first.window?.stride]).toEqual([
      'Conv3d',
      [3, 3, 3],
      [1, 2, 2],
    ]);
  });
});

/** Two channels of 3 frames of 4 x 4 pixels, from the clips; then what is probed; its mean over the rest are the logits. */
class Probe extends Network {
  constructor(readonly probe: (maps: TorchTensor) => TorchTensor) {
    super();
  }
  forward(clips: TorchTensor): NetworkOutput {
    const features = this.probe(clips).flatten(1);
    return { logits: features, features };
  }
}

describe('what has no ONNX form is refused with its place', () => {
  const exportProbe = (probe: (maps: TorchTensor) => TorchTensor) => {
    using network = new Probe(probe).eval() as Probe;
    return toOnnx({ network, name: 'n', spec: specFor([3, 4, 4], 2) }, '0');
  };

  test('an operator that the table does not have', () => {
    expect(() => exportProbe((x) => x.sort()[0])).toThrow(
      /expected operators that export knows, received aten::sort/,
    );
  });

  test('a size that neither stays nor scales with the batch', () => {
    expect(() => exportProbe((x) => x.mul(x.shape[0]! ** 2))).toThrow(
      /aten::mul: expected sizes that are constant or scale .*, received 4 for 2 clips and 9 for 3$/,
    );
  });

  test('other operators for another batch', () => {
    expect(() => exportProbe((x) => (x.shape[0] === 2 ? x.relu() : x.tanh()))).toThrow(
      /received aten::relu for 2 clips and aten::tanh for 3$/,
    );
  });

  test('overwriting memory that another tensor shares', () => {
    const write = (x: TorchTensor) => {
      const maps = x.mul(2);
      const half = maps.narrow(2, 0, 1);
      half.add_(1);
      return maps;
    };
    expect(() => exportProbe(write)).toThrow(/overwrites no memory shared with another tensor/);
  });

  test('a layer is named by its path', () => {
    class Outer extends Network {
      inner = new (class extends nn.Module {
        forward(x: TorchTensor): TorchTensor {
          return x.sort()[0];
        }
      })();
      forward(clips: TorchTensor): NetworkOutput {
        const features = this.inner.call(clips).flatten(1);
        return { logits: features, features };
      }
    }
    const network = new Outer().eval();
    expect(() => toOnnx({ network, name: 'n', spec: specFor([3, 4, 4], 2) }, '0')).toThrow(
      /^inner: expected/,
    );
  });
});

test('constants that a network makes itself, and in-place operators, are translated', async () => {
  const network = new Probe((x) => x.mul(ops.arange(4).add(1)).add_(3).relu_());
  const { logits, scale, translated } = await agreement(network, [3, 4, 4], 2, { batch: 2 });
  expect(logits).toBeLessThan(1e-5);
  expect(scale).toBeGreaterThan(1);
  expect(translated.graph.nodes.map(({ op }) => op)).not.toContain('Range');
});

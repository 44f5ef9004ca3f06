import { manualSeed } from '@kinora/torch';
import { expect, test } from 'vitest';
import type { Size3 } from '../model/layers.js';
import type { NetworkEntry } from '../model/network.js';
import { networks } from '../model/registry.js';
import { agreement, pretendTraining } from './agreement.test.util.js';
import type { LayerMap } from './layer-maps.js';

test.each(networks.map(({ name }) => name))('%s: onnxruntime agrees with libtorch', async (name) => {
  const { build, input } = networks.find((entry) => entry.name === name)!;
  manualSeed(5);
  const size = affordable(build, input);
  using network = build(27, size);
  pretendTraining(network, size);
  const { logits, features, scale } = await agreement(network, size, 27);
  expect(logits).toBeLessThan(1e-4);
  expect(logits / scale).toBeLessThan(1e-3);
  expect(features).toBeLessThan(1e-3);
});

const SMALL = networks.map(({ name }) => name).filter((name) => name.endsWith('Small'));

test.each(SMALL)('%s: the explain variant gives out what it describes', async (name) => {
  const { build, input } = networks.find((entry) => entry.name === name)!;
  using network = build(5, input);
  pretendTraining(network, input);
  const options = { explain: true, batch: 2 };
  const { logits, outputs, translated } = await agreement(network, input, 5, options);
  expect(logits).toBeLessThan(1e-4);
  const layers: LayerMap[] = JSON.parse(translated.header.metadata.layers!);
  expect(layers.length).toBeGreaterThan(5);
  for (const { path, output, shape } of layers) {
    const [rows = 0, ...rest] = outputs[output]!.shape;
    expect(rest, path).toEqual(shape);
    expect(rows % 2, path).toBe(0);
  }
});

/** Half as high and wide, or a quarter where clips are large, if the network fits: a fraction of the cost, and the same operators. */
function affordable(build: NetworkEntry['build'], [t, h, w]: Size3): Size3 {
  const share = h >= 200 ? 4 : 2;
  const less: Size3 = [t, h / share, w / share];
  try {
    build(27, less).dispose();
    return less;
  } catch {
    return [t, h, w];
  }
}

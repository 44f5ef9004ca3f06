/**
 * Networks of each family against PyTorch (scripts/golden_*.py): names and shapes of the weights, logits, loss,
 * gradients and running statistics, in float64 so that nothing but the arithmetic can differ.
 */
import { readFileSync } from 'node:fs';
import { nn, noGrad, ops, scope, shapesOnly, type Tensor, tensor } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { ConvColumn } from './conv-column/conv-column.js';
import type { Network } from './network.js';
import { findNetwork } from './registry.js';
import { ResNet } from './resnet/resnet.js';
import { Slow, SlowFast } from './slowfast/slow-fast.js';
import { slowFastTwin, slowTwin, x3dTwin } from './slowfast/twins.test.util.js';
import { X3D } from './slowfast/x3d.js';

/** Norm of a tensor, and its product with a wave. */
type Digest = [norm: number, product: number];

interface Case {
  name: string;
  /** Of the full network; the rest is of its narrow twin. */
  shapes: Record<string, number[]>;
  /** `[N, 3, T, H, W]`, or `[N, 3, H, W]` of single frames. */
  shape: number[];
  logits: number[][];
  loss: number;
  gradients: Record<string, Digest>;
  statistics: Record<string, Digest>;
}

const golden = (file: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/${file}.json`, import.meta.url), 'utf8')).cases;

/** The narrow twin that the script computes with, or the network itself. */
function twin(full: Network, classes: number, name: string): Network {
  if (full instanceof ResNet) return full.table.eps ? narrowCsn(full, classes) : narrowResNet(full, classes);
  if (full instanceof ConvColumn) return narrowColumn(full, classes);
  if (full instanceof X3D) return x3dTwin(full, classes);
  if (full instanceof Slow) return slowTwin(full, classes);
  if (full instanceof SlowFast) return slowFastTwin(full, classes);
  return findNetwork(name).build(classes);
}

/** A sixteenth of the channels, rounded up. */
function narrowColumn({ table }: ConvColumn, classes: number): Network {
  const thin = (channels: number) => Math.ceil(channels / 16);
  const stages = table.stages.map((layers) =>
    layers.map((layer) => {
      if (layer.type === 'norm') return { ...layer, channels: thin(layer.channels) };
      if (layer.type !== 'conv') return layer;
      return { ...layer, in: layer.in === 3 ? 3 : thin(layer.in), out: thin(layer.out) };
    }),
  );
  const { input, hidden, dropout } = table.head;
  const head = { input: thin(input), hidden: hidden.map(thin), dropout };
  return new ConvColumn({ ...table, stages, head }, classes);
}

/** An eighth of the channels from the end of its stem on. */
function narrowResNet({ table }: ResNet, classes: number): Network {
  const widths = table.widths.map((width) => width / 8);
  const stem = table.stem.with(-1, { ...table.stem.at(-1)!, output: widths[0]! });
  return new ResNet({ ...table, widths, stem }, classes);
}

/** An eighth of the channels, and two stages, as in scripts/golden_separable.py. */
function narrowCsn({ table }: ResNet, classes: number): Network {
  const stem = [{ ...table.stem[0]!, output: 8 }];
  const shape = { widths: [8, 16], blocks: [1, 2], convs: table.convs.slice(0, 2) };
  return new ResNet({ ...table, stem, ...shape }, classes);
}

/** `count` numbers between -1 and 1 that both sides make alike. */
const wave = (count: number, start: number): Tensor =>
  ops.arange(count, { dtype: 'float64' }).mul(0.7).add(start).sin();

/** The same weights as in the script: He's size, norms near one, means near zero, variances above one half. */
function fill(network: Network): void {
  [...network.stateDict()].forEach(([name, weight], i) => {
    if (weight.dtype !== 'float64') return;
    scope(() => {
      const values = wave(weight.numel, i).view(weight.shape);
      const scale = Math.sqrt((2 * weight.shape[0]!) / weight.numel);
      const isScale = /(weight|running_var)$/.test(name);
      const vector = isScale ? values.div(2).add(1) : values.div(10);
      noGrad(() => weight.copy_(weight.ndim > 1 ? values.mul(scale) : vector));
    });
  });
}

function withoutDropout(network: Network): void {
  for (const module of network.namedModules().values()) {
    if (module instanceof nn.Dropout) module.eval();
  }
}

/**
 * What float64 leaves of a gradient that is zero in exact arithmetic (of a bias before a norm, for instance), as a share of the
 * network's largest gradient: sums of up to a million terms, which each processor adds in its own order, err by about the square
 * root of that many units in the last place.
 */
const ROUNDING = 1000 * Number.EPSILON;

/** Both parts of the digest lie within 1e-8 of the norm, or within `floor`. */
function expectDigest(value: Tensor | null, [norm, product]: Digest, what: string, floor: number): void {
  expect(value, what).not.toBeNull();
  const flat = value!.flatten();
  const received = [flat.norm(), flat.dot(wave(flat.numel, 0))].map((part) => Number(part.item()));
  const error = Math.max(Math.abs(received[0]! - norm), Math.abs(received[1]! - product));
  expect(error, `${what}: ${received} instead of ${norm},${product}`).toBeLessThan(
    Math.max(1e-8 * norm, floor),
  );
}

const FILES = [
  ...[
    'conv-columns',
    'video-resnets',
    'resnets-2d',
    'resnets-3d',
    'csn',
    'x3d',
    'slowfast',
    'mobile',
    'shufflenet',
  ],
  'streaming',
];

describe.each(FILES)('%s', (file) => {
  test.each(golden(file))('$name agrees with PyTorch in names, values and gradients', (spec) => {
    const classes = spec.logits[0]!.length;
    const full = shapesOnly(() => findNetwork(spec.name).build(classes));
    const shapes = [...full.stateDict()].map(([name, weight]) => [name, weight.shape]);
    expect(shapes).toEqual(Object.entries(spec.shapes));
    full.dispose();
    const network = twin(full, classes, spec.name).to({ dtype: 'float64' });
    fill(network);
    withoutDropout(network.train());
    scope(() => {
      const [n, c, ...size] = spec.shape as [number, number, ...number[]];
      const clips = wave(
        spec.shape.reduce((a, b) => a * b),
        3,
      );
      const { logits } = network.call(clips.view([n, c, ...(size.length === 2 ? [1] : []), ...size]));
      const expected = tensor(spec.logits, { dtype: 'float64' });
      expect(Number(logits.sub(expected).abs().max().item())).toBeLessThan(1e-9);
      const labels = Array.from({ length: n }, (_, i) => BigInt(i % logits.shape[1]!));
      const loss = nn.crossEntropy(logits, tensor(labels));
      expect(Number(loss.item())).toBeCloseTo(spec.loss, 9);
      loss.backward();
      const parameters = network.namedParameters();
      expect([...parameters.keys()]).toEqual(Object.keys(spec.gradients));
      const largest = Math.max(...Object.values(spec.gradients).map(([norm]) => norm));
      for (const [name, parameter] of parameters)
        expectDigest(parameter.grad, spec.gradients[name]!, name, ROUNDING * largest);
      for (const [name, digest] of Object.entries(spec.statistics))
        expectDigest(network.namedBuffers().get(name)!, digest, name, 1e-11);
    });
    network.dispose();
  });
});

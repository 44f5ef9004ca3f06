/** For tests only: how far onnxruntime is from libtorch on the same random clips. */

import { defaultSpec, FLOW_FIELDS, type PreprocessSpec } from '@kinora/clip';
import {
  fromTypedArray,
  inferenceMode,
  manualSeed,
  nn,
  noGrad,
  ops,
  scope,
  type Tensor,
} from '@kinora/torch';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { Size3 } from '../model/layers.js';
import type { Network } from '../model/network.js';
import { type OnnxOptions, type Translated, toOnnx } from './onnx.js';
import { encodeModel } from './onnx-file.js';

export type Outputs = Record<string, { shape: readonly number[]; data: Float32Array }>;

export const specFor = ([frames, height, width]: Size3, classes: number): PreprocessSpec => ({
  ...defaultSpec(Array.from({ length: classes }, (_, i) => `class ${i}`)),
  frames,
  crop: { height, width },
});

/**
 * Leaves batch norms as training does: affine parameters that are not ones and zeros, and the statistics of what really
 * passes, here of one batch. With other ones the maps of a deep network would grow or vanish, and so would its logits.
 * Four clips say little of a channel's variance, so each is brought closer to the mean of all: where it is hardly above zero
 * by chance, the next clip's rounding would be blown up a hundredfold.
 */
export function pretendTraining(network: Network, size: Size3): void {
  const norms = [...network.namedModules().values()].filter((module) => module instanceof nn.BatchNormNd);
  for (const { weight, bias } of norms) {
    weight?.copyFrom(random(weight, 0.5, 1.5));
    bias?.copyFrom(random(bias, -0.2, 0.2));
  }
  const momenta = norms.map(({ momentum }) => momentum);
  // null: the plain average over all batches, of which there is one.
  for (const norm of norms) Object.assign(norm, { momentum: null });
  const inputs = randomInputs(network, 4, size);
  network.train();
  noGrad(() => scope(() => void network.call(...tensorsOf(inputs))));
  network.eval();
  for (const [i, norm] of norms.entries()) {
    Object.assign(norm, { momentum: momenta[i] });
    noGrad(() => scope(() => void norm.running_var!.add_(norm.running_var!.mean())));
  }
}

const random = ({ shape }: Tensor, low: number, high: number): Float32Array => {
  const elements = shape.reduce((a, b) => a * b, 1);
  return randomInput([elements], () =>
    ops
      .rand([elements])
      .mul(high - low)
      .add(low),
  ).data;
};

interface RandomInput {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

function randomInput(shape: readonly number[], draw = () => ops.randn([...shape])): RandomInput {
  return { data: inferenceMode(() => scope(() => draw().toTypedArray() as Float32Array)), shape };
}

interface RandomInputs {
  readonly clips: RandomInput;
  readonly flow?: RandomInput;
}

function randomInputs(network: Network, batch: number, [t, h, w]: Size3): RandomInputs {
  const clips = randomClips([batch, 3, t, h, w]);
  return network.flow ? { clips, flow: randomClips([batch, 2, FLOW_FIELDS, h, w]) } : { clips };
}

/** Patches and a little noise, `[N, C, T, H, W]`: noise alone looks the same in every clip to a deep network. */
function randomClips(shape: readonly [number, number, number, number, number]): RandomInput {
  const [batch, channels, ...size] = shape;
  const patches = (): Tensor =>
    ops.upsample_nearest3d(ops.randn([batch, channels, 2, 3, 3]), size, { scales_d: null });
  return randomInput(shape, () => patches().add(ops.randn([...shape]).mul(0.1)));
}

const tensorsOf = ({ clips, flow }: RandomInputs): [Tensor, Tensor | undefined] => [
  fromTypedArray(clips.data, clips.shape),
  flow && fromTypedArray(flow.data, flow.shape),
];

/** What onnxruntime makes of clips `[N, 3, T, H, W]`. */
export async function runOnnx(
  file: Uint8Array,
  inputs: Readonly<Record<string, RandomInput>>,
): Promise<Outputs> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  try {
    const feeds = Object.entries(inputs).map(([name, { data, shape }]) => [
      name,
      new OnnxTensor('float32', data, shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: data as Float32Array },
      ]),
    );
  } finally {
    await session.release();
  }
}

export interface Agreement {
  /** Largest difference of logits and of features. */
  readonly logits: number;
  readonly features: number;
  /** Largest logit, so that agreement on zeros is not taken for one. */
  readonly scale: number;
  readonly outputs: Outputs;
  readonly clips: Float32Array;
  readonly translated: Translated;
}

/** Exports the network, and runs `batch` random clips through both. The batch is none that was traced. */
export async function agreement(
  network: Network,
  size: Size3,
  classes: number,
  { batch = 1, ...options }: OnnxOptions & { batch?: number } = {},
): Promise<Agreement> {
  manualSeed(7);
  network.eval();
  const { graph, header } = toOnnx({ network, name: 'test', spec: specFor(size, classes) }, '0.0.0', options);
  const file = encodeModel(graph, header);
  const inputs = randomInputs(network, batch, size);
  const outputs = await runOnnx(file, { ...inputs });
  const [logits, features] = inferenceMode(() =>
    scope(() => {
      const result = network.call(...tensorsOf(inputs));
      return [result.logits.toTypedArray() as Float32Array, result.features.toTypedArray() as Float32Array];
    }),
  ) as [Float32Array, Float32Array];
  return {
    logits: farthest(logits, outputs.logits!.data),
    features: farthest(features, outputs.features!.data),
    scale: Math.max(...logits.map(Math.abs)),
    outputs,
    clips: inputs.clips.data,
    translated: { graph, header },
  };
}

/** Infinite where the lengths differ. */
export function farthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** For tests only: how far onnxruntime is from libtorch on the same random clips. */
import { fromTypedArray, inferenceMode, manualSeed, ops, scope, type Tensor } from '@kinora/torch';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { FLOW_FIELDS } from '../clip/flow/fields.js';
import { defaultSpec, type PreprocessSpec } from '../clip/spec.js';
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

/** Statistics and affine parameters as training leaves them: of a fresh network they are zeros and ones. */
export function disturb(network: Network): void {
  scope(() => {
    for (const [name, tensor] of network.stateDict()) {
      if (name.endsWith('running_mean')) tensor.copyFrom(random(tensor, -0.3, 0.3));
      else if (name.endsWith('running_var')) tensor.copyFrom(random(tensor, 0.3, 0.9));
    }
  });
}

const random = ({ shape }: Tensor, low: number, high: number): Float32Array =>
  inferenceMode(
    () =>
      ops
        .rand([...shape])
        .mul(high - low)
        .add(low)
        .toTypedArray() as Float32Array,
  );

interface RandomInput {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

function randomInput(shape: readonly number[]): RandomInput {
  const data = inferenceMode(() => scope(() => ops.randn([...shape]).toTypedArray() as Float32Array));
  return { data, shape };
}

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
  const clips = randomInput([batch, 3, ...size]);
  const flow = network.flow ? randomInput([batch, 2, FLOW_FIELDS, size[1], size[2]]) : undefined;
  const outputs = await runOnnx(file, { clips, ...(flow && { flow }) });
  const [logits, features] = inferenceMode(() =>
    scope(() => {
      const [first, second] = [clips, flow].map((input) => input && fromTypedArray(input.data, input.shape));
      const result = network.call(first!, second);
      return [result.logits.toTypedArray() as Float32Array, result.features.toTypedArray() as Float32Array];
    }),
  ) as [Float32Array, Float32Array];
  return {
    logits: farthest(logits, outputs.logits!.data),
    features: farthest(features, outputs.features!.data),
    scale: Math.max(...logits.map(Math.abs)),
    outputs,
    clips: clips.data,
    translated: { graph, header },
  };
}

/** Infinite where the lengths differ. */
export function farthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

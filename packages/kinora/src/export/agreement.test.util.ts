/** For tests only: how far onnxruntime is from libtorch on the same random clips. */
import { fromTypedArray, inferenceMode, manualSeed, ops, scope, type Tensor } from '@kinora/torch';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
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

/** What onnxruntime makes of clips `[N, 3, T, H, W]`. */
export async function runOnnx(
  file: Uint8Array,
  clips: Float32Array,
  shape: readonly number[],
): Promise<Outputs> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  try {
    const results = await session.run({ clips: new OnnxTensor('float32', clips, shape) });
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
  const shape = [batch, 3, ...size];
  const clips = inferenceMode(() => scope(() => ops.randn(shape).toTypedArray() as Float32Array));
  const outputs = await runOnnx(file, clips, shape);
  const [logits, features] = inferenceMode(() =>
    scope(() => {
      const result = network.call(fromTypedArray(clips, shape));
      return [result.logits.toTypedArray() as Float32Array, result.features.toTypedArray() as Float32Array];
    }),
  ) as [Float32Array, Float32Array];
  return {
    logits: farthest(logits, outputs.logits!.data),
    features: farthest(features, outputs.features!.data),
    scale: Math.max(...logits.map(Math.abs)),
    outputs,
    clips,
    translated: { graph, header },
  };
}

/** Infinite where the lengths differ. */
export function farthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

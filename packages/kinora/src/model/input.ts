/** The last step of clips and their flow on the way into a network: from a batch of bytes to floats on the device. */
import { type Device, fromTypedArray, ops, scope, type Tensor } from '@kinora/torch';
import { FLOW_FIELDS, FLOW_STEP, STILL } from '../clip/flow/fields.js';
import type { PreprocessSpec } from '../clip/spec.js';
import type { Size3 } from './layers.js';
import type { Network } from './network.js';

/**
 * uint8 RGB `[N, T, H, W, 3]` to float32 `[N, 3, T, H, W]`: `(x / 255 - mean) / std` per channel, the arithmetic of
 * clip/normalise.ts (and of torchvision's ToTensor and Normalize). The bytes travel to the device, not the floats.
 */
export function networkInput(
  clips: Uint8Array,
  shape: readonly [n: number, t: number, h: number, w: number],
  { mean, std }: Pick<PreprocessSpec, 'mean' | 'std'>,
  device: Device = 'cpu',
): Tensor {
  return scope(() => {
    const bytes = fromTypedArray(clips, [...shape, 3], { device });
    const floats = bytes.permute([0, 4, 1, 2, 3]).to('float32', { memory_format: 'contiguous_format' });
    return floats.div_(255).sub_(perChannel(mean, device)).div_(perChannel(std, device));
  });
}

const perChannel = (values: readonly number[], device: Device): Tensor =>
  fromTypedArray(Float32Array.from(values), [3, 1, 1, 1], { device });

/** uint8 `[N, FLOW_FIELDS, H, W, 2]` as the loader gives it, to float32 `[N, 2, FLOW_FIELDS, H, W]` in pixels a frame. */
export function flowInput(
  flow: Uint8Array,
  [n, , h, w]: readonly [n: number, t: number, h: number, w: number],
  device: Device = 'cpu',
): Tensor {
  return scope(() => {
    const bytes = fromTypedArray(flow, [n, FLOW_FIELDS, h, w, 2], { device });
    const floats = bytes.permute([0, 4, 1, 2, 3]).to('float32', { memory_format: 'contiguous_format' });
    return floats.sub_(STILL).mul_(FLOW_STEP);
  });
}

/** Clips as the loader hands them out, with flow where it was asked for. */
export interface InputBatch {
  /** uint8 RGB `[N, T, H, W, 3]`. */
  readonly clips: Uint8Array;
  /** uint8 `[N, FLOW_FIELDS, H, W, 2]`. */
  readonly flow?: Uint8Array;
  readonly shape: readonly [n: number, t: number, h: number, w: number];
}

/** All that a network is called with: `network.call(...networkInputs(batch, spec, device))`. */
export function networkInputs(
  { clips, flow, shape }: InputBatch,
  spec: Pick<PreprocessSpec, 'mean' | 'std'>,
  device: Device = 'cpu',
): [clips: Tensor, flow?: Tensor] {
  const input = networkInput(clips, shape, spec, device);
  return flow === undefined ? [input] : [input, flowInput(flow, shape, device)];
}

/** Inputs of zeros for `n` clips of `[T, H, W]`: for costs, traces and exports. */
export function zeroInputs(
  { flow }: Pick<Network, 'flow'>,
  [t, h, w]: Size3,
  { n = 1, device = 'cpu' }: { n?: number; device?: Device } = {},
): [clips: Tensor, flow?: Tensor] {
  const clips = ops.zeros([n, 3, t, h, w], { device });
  return flow ? [clips, ops.zeros([n, 2, FLOW_FIELDS, h, w], { device })] : [clips];
}

/** The last step from clips and flow to a network's input: a batch of bytes becomes floats on the device. */

import { FLOW_FIELDS, FLOW_STEP, type PreprocessSpec, STILL } from '@kinora/clip';
import { type Device, fromTypedArray, ops, scope, type Tensor } from '@kinora/torch';
import type { Size3 } from './layers.js';
import type { Network } from './network.js';

/** Clips as returned by the loader, with flow if it was requested. */
export interface InputBatch {
  /** uint8 RGB `[N, T, H, W, 3]`. */
  readonly clips: Uint8Array;
  /** uint8 `[N, FLOW_FIELDS, H, W, 2]`. */
  readonly flow?: Uint8Array;
  readonly shape: readonly [n: number, t: number, h: number, w: number];
}

/** The bytes of a batch as tensors on the device, shaped as above. Bytes are transferred, not floats. */
export function inputBytes(
  { clips, flow, shape }: InputBatch,
  device: Device = 'cpu',
): [clips: Tensor, flow?: Tensor] {
  const [n, , h, w] = shape;
  const bytes = fromTypedArray(clips, [...shape, 3], { device });
  return flow === undefined ? [bytes] : [bytes, fromTypedArray(flow, [n, FLOW_FIELDS, h, w, 2], { device })];
}

/** Converts those bytes to the inputs of a network, in a memory format. */
export function inputFloats(
  [clips, flow]: readonly [clips: Tensor, flow?: Tensor],
  spec: Pick<PreprocessSpec, 'mean' | 'std'>,
  format: Format = 'contiguous_format',
): [clips: Tensor, flow?: Tensor] {
  return scope(() => {
    const floats = normalised(channelsFirst(clips, format), spec);
    return flow === undefined ? [floats] : [floats, pixels(channelsFirst(flow, format))];
  });
}

type Format = 'contiguous_format' | 'channels_last_3d';

/** Both steps: `network.call(...networkInputs(batch, spec, device))`. */
export function networkInputs(
  batch: InputBatch,
  spec: Pick<PreprocessSpec, 'mean' | 'std'>,
  device: Device = 'cpu',
): [clips: Tensor, flow?: Tensor] {
  return scope(() => inputFloats(inputBytes(batch, device), spec));
}

/**
 * uint8 RGB `[N, T, H, W, 3]` to float32 `[N, 3, T, H, W]`: `(x / 255 - mean) / std` per channel, the arithmetic of
 * normaliseClip in @kinora/clip (and of torchvision's ToTensor and Normalize).
 */
export function networkInput(
  clips: Uint8Array,
  shape: readonly [n: number, t: number, h: number, w: number],
  spec: Pick<PreprocessSpec, 'mean' | 'std'>,
  device: Device = 'cpu',
): Tensor {
  return networkInputs({ clips, shape }, spec, device)[0];
}

/**
 * uint8 `[N, FLOW_FIELDS, H, W, 2]` as the loader returns it, to float32 `[N, 2, FLOW_FIELDS, H, W]` in pixels per
 * frame.
 */
export function flowInput(
  flow: Uint8Array,
  [n, , h, w]: readonly [n: number, t: number, h: number, w: number],
  device: Device = 'cpu',
): Tensor {
  return scope(() => {
    const bytes = fromTypedArray(flow, [n, FLOW_FIELDS, h, w, 2], { device });
    return pixels(channelsFirst(bytes, 'contiguous_format'));
  });
}

function normalised(floats: Tensor, { mean, std }: Pick<PreprocessSpec, 'mean' | 'std'>): Tensor {
  const { device } = floats;
  return floats.div_(255).sub_(perChannel(mean, device)).div_(perChannel(std, device));
}

const pixels = (floats: Tensor): Tensor => floats.sub_(STILL).mul_(FLOW_STEP);

/** uint8 `[N, T, H, W, C]` to float32 `[N, C, T, H, W]`. */
const channelsFirst = (bytes: Tensor, format: Format): Tensor =>
  bytes.permute([0, 4, 1, 2, 3]).to('float32', { memory_format: format });

const perChannel = (values: readonly number[], device: Device): Tensor =>
  fromTypedArray(Float32Array.from(values), [3, 1, 1, 1], { device });

/** Inputs of zeros for `n` clips of `[T, H, W]`: for costs, traces and exports. */
export function zeroInputs(
  { flow }: Pick<Network, 'flow'>,
  [t, h, w]: Size3,
  { n = 1, device = 'cpu' }: { n?: number; device?: Device } = {},
): [clips: Tensor, flow?: Tensor] {
  const clips = ops.zeros([n, 3, t, h, w], { device });
  return flow ? [clips, ops.zeros([n, 2, FLOW_FIELDS, h, w], { device })] : [clips];
}

/** The last step of a clip on its way into a network: from a batch of bytes to normalised floats on the device. */
import { type Device, fromTypedArray, scope, type Tensor } from '@kinora/torch';
import type { PreprocessSpec } from '../clip/spec.js';

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

/**
 * How the numbers of a clip lie in memory on their way through a network: channel after channel, or all channels of a pixel side by
 * side, which a GPU's tensor cores want and cuDNN otherwise arranges for every convolution. Asked of the GPU by a measurement, in the
 * precision that is used. A CPU gains nothing from it.
 */
import { type AutocastMode, autocast, cuda, type Device, ops, type Shape, scope } from '@kinora/torch';

export const layouts = ['contiguous_format', 'channels_last_3d'] as const;
export type Layout = (typeof layouts)[number];

/** In which a layer goes forward and back sooner. */
export function fastestLayout(device: Device, mode: AutocastMode | null): Layout {
  if (device === 'cpu') return 'contiguous_format';
  const [apart, together] = layouts.map((layout) => milliseconds(layout, device, mode));
  return together! < apart! ? 'channels_last_3d' : 'contiguous_format';
}

/** cuDNN chooses its algorithms the first time. */
const WARM_UP = 2;
const TIMES = 5;

/** Clips `[N, C, T, H, W]` in the middle of a network. */
const MIDDLE = [16, 64, 8, 28, 28] as const;

/** Of the fastest of some passes through a layer that doubles the channels: convolution, norm, activation, pool. */
export function milliseconds(
  layout: Layout,
  device: Device,
  mode: AutocastMode | null,
  shape: Shape = MIDDLE,
): number {
  return scope(() => {
    const [from, to] = [shape[1]!, 2 * shape[1]!];
    const clips = ops.ones(shape, { device }).contiguous({ memory_format: layout });
    const weight = ops.ones([to, from, 3, 3, 3], { device });
    const [ones, zeros] = [ops.ones([to], { device }), ops.zeros([to], { device })];
    const [mean, variance] = [zeros.clone(), ones.clone()];
    clips.requiresGrad = true;
    weight.requiresGrad = true;
    const layer = () => {
      const maps = ops.conv3d(clips, weight, null, 1, 1);
      const normed = ops.batch_norm(maps, ones, zeros, mean, variance, true, 0.1, 1e-5, true);
      return ops.max_pool3d(ops.leaky_relu(normed), [1, 2, 2]);
    };
    const times = Array.from({ length: WARM_UP + TIMES }, () => {
      cuda.synchronize(device);
      const start = performance.now();
      scope(() => autocast(mode, layer).sum().backward());
      cuda.synchronize(device);
      return performance.now() - start;
    });
    return Math.min(...times.slice(WARM_UP));
  });
}

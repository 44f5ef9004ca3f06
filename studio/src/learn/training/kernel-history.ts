/** The first convolution's weights at every recorded epoch, or only the final ones. */
import type { SiteRun } from 'kinora/site';
import { readWeights } from '../../network/open.js';
import { file } from '../../site/open.js';
import { type Volume, volume } from '../arithmetic/volume.js';

export interface KernelHistory {
  /** Finished epochs at each moment; undefined where only the trained weights are known. */
  readonly epochs: readonly number[] | undefined;
  /** By moment and kernel: the mean over the input's channels, `[T, H, W]`. */
  readonly moments: readonly (readonly Volume[])[];
}

/** Undefined if the network does not start with a 3D convolution. Throws if the files cannot be read. */
export async function readKernelHistory(run: SiteRun): Promise<KernelHistory | undefined> {
  const { kernels } = run;
  if (kernels?.shape.length === 5) {
    const values = new Float32Array(await (await file(kernels.file)).arrayBuffer());
    const size = values.length / kernels.epochs.length;
    const moments = kernels.epochs.map((_, i) =>
      films(values.subarray(i * size, (i + 1) * size), kernels.shape),
    );
    return { epochs: kernels.epochs, moments };
  }
  const weights = await readWeights(run);
  const first = [...weights.values()].find(({ shape }) => shape.length === 5);
  return first && { epochs: undefined, moments: [films(first.values, first.shape)] };
}

/** @param shape `[out, in, T, H, W]` */
function films(values: Float32Array, shape: readonly number[]): Volume[] {
  const [count, channels, frames, height, width] = shape as [number, number, number, number, number];
  return Array.from({ length: count }, (_, k) =>
    volume([frames, height, width], (f, y, x) => {
      let sum = 0;
      for (let c = 0; c < channels; c++)
        sum += values[(((k * channels + c) * frames + f) * height + y) * width + x]!;
      return sum / channels;
    }),
  );
}

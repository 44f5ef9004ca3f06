/** One clip to labels: the spec is executed, the network runs once, probabilities come back sorted. */
import { type Device, inferenceMode, scope } from '@kinora/torch';
import type { PreprocessSpec } from '../clip/spec.js';
import { readClip } from '../data/clip-reader.js';
import { networkInputs } from '../model/input.js';
import type { Network } from '../model/network.js';
import { softmax } from '../train/metrics.js';

export interface Prediction {
  readonly label: string;
  /** In [0, 1]; all labels together make 1. */
  readonly probability: number;
}

/**
 * Every label with its probability, the likeliest first, for a folder of JPEG frames or a video file.
 * Throws `clip/*` errors that name the file.
 */
export async function predictClip(
  { network, spec }: { network: Network; spec: PreprocessSpec },
  path: string,
  device: Device = 'cpu',
): Promise<Prediction[]> {
  const { clip: clips, flow, frames } = await readClip({ path }, spec, network.flow ? {} : undefined);
  const { height, width } = spec.crop;
  const batch = { clips, shape: [1, frames, height, width] as const, ...(flow && { flow }) };
  const logits = scope(() =>
    inferenceMode(() => {
      const inputs = networkInputs(batch, spec, device);
      return network.call(...inputs).logits.toTypedArray() as Float32Array;
    }),
  );
  const probabilities = softmax(logits);
  return spec.labels
    .map((label, i) => ({ label, probability: probabilities[i]! }))
    .sort((a, b) => b.probability - a.probability);
}

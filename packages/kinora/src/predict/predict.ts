/** Predicts the labels of one clip: prepares it, runs the network and sorts the probabilities. */
import {
  oneView,
  type PostprocessSpec,
  type PreprocessSpec,
  postprocessDefaults,
  softmax,
  type View,
  type Views,
  viewsOf,
} from '@kinora/clip';
import { type Device, inferenceMode, scope } from '@kinora/torch';
import { readClip } from '../data/load/clip-reader.js';
import type { ClipPart } from '../data/open.js';
import { networkInputs } from '../model/input.js';
import type { Network } from '../model/network.js';
import { logMean } from './views.js';

/** A label with its probability. */
export interface Prediction {
  readonly label: string;
  /** In [0, 1]; they sum to 1 over all labels. */
  readonly probability: number;
}

/** A clip to predict: a folder of JPEG frames or a video file, or the part of it from `start` to `end` (seconds). */
export interface ClipToPredict extends ClipPart {
  /**
   * Whether the clip shows people as a mirror does, their left hand at the left of the picture, as the selfie videos of many phones
   * do. Cameras show people as others see them: false. Where that differs from the model's `spec.mirrored`, the network sees the
   * frames mirrored, so that left stays the performer's left. Default: the model's, as clips of its data set.
   */
  readonly mirrored?: boolean;
}

/**
 * Every label with its probability, most likely first, for a folder of JPEG frames, a video file or a part of one; with
 * several views, the mean probability. Throws `clip/*` errors that name the file.
 */
export async function predictClip(
  model: { network: Network; spec: PreprocessSpec; postprocess?: PostprocessSpec },
  clip: string | ClipToPredict,
  device: Device = 'cpu',
  views: Views = oneView,
): Promise<Prediction[]> {
  const parts: Float64Array[] = [];
  const { mirrored = model.spec.mirrored, ...part }: ClipToPredict =
    typeof clip === 'string' ? { path: clip } : clip;
  const seen = { ...part, mirror: mirrored !== model.spec.mirrored };
  const { temperature } = model.postprocess ?? postprocessDefaults;
  for (const view of viewsOf(views))
    parts.push(softmax(await viewLogits(model, seen, view, device), temperature));
  const { labels } = model.spec;
  const probabilities = parts.length === 1 ? parts[0]! : logMean(parts).map(Math.exp);
  return labels
    .map((label, i) => ({ label, probability: probabilities[i]! }))
    .sort((a, b) => b.probability - a.probability);
}

/** `[classes]` */
async function viewLogits(
  { network, spec }: { network: Network; spec: PreprocessSpec },
  clip: ClipPart & { readonly mirror: boolean },
  view: View,
  device: Device,
): Promise<Float32Array> {
  const {
    clip: clips,
    flow,
    frames,
  } = await readClip({ ...clip, view }, spec, network.flow ? {} : undefined);
  const { height, width } = spec.crop;
  const batch = { clips, shape: [1, frames, height, width] as const, ...(flow && { flow }) };
  return scope(() =>
    inferenceMode(() => {
      const inputs = networkInputs(batch, spec, device);
      return network.call(...inputs).logits.toTypedArray() as Float32Array;
    }),
  );
}

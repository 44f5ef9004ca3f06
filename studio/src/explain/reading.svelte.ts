/** One clip that is to be explained, and what a network computed from it. */

import { type Frames, type GeometrySpec, prepareClip } from '@kinora/clip';
import { type LayerMaps, type Prediction, type PreprocessSpec, readModelWeights } from '@kinora/recognizer';
import { type Model, modelBytes, type OpenedNetwork, openNetwork } from '../network/open.js';
import type { ShownClip } from '../site/clip.svelte.js';
import { site } from '../site/open.js';
import { spaceTime } from './space-time-maps.js';

/** A network that can be looked into. */
export interface Subject extends OpenedNetwork {
  /** By their names in the network; those of a model without maps have their batch norms folded in. */
  readonly weights: ReadonlyMap<string, LayerMaps>;
}

export interface Reading {
  /** As the network sees them, uint8 RGB `[T, crop.height, crop.width, 3]`. */
  readonly frames: Frames;
  /** The label that is right, where it is known. */
  readonly truth: string | undefined;
  readonly network: Subject;
  readonly prediction: Prediction;
  /** By the name of their output: `[C, T, H, W]` of a layer that sees space. */
  readonly maps: Readonly<Record<string, LayerMaps>>;
}

/** Throws where the model cannot be read or run. */
export async function openSubject(model: Model): Promise<Subject> {
  const [network, bytes] = await Promise.all([openNetwork(model), modelBytes(model)]);
  return { ...network, weights: readModelWeights(bytes) };
}

/**
 * A clip of the site as this network sees it. Its frames were chosen for the site's own network; one that chooses alike gets
 * them as they are, another chooses among them, by the times at which they stand.
 */
export async function prepared({ recognizer }: OpenedNetwork, { source }: ShownClip): Promise<Frames> {
  const { spec } = recognizer.info;
  const own = site().spec;
  const count = spec.frames * spec.clips;
  if (choosesAlike(spec, own))
    return { data: prepareClip(source, spec as GeometrySpec), count, ...spec.crop };
  const times = Float64Array.from({ length: source.count }, (_, k) => (k * own.stride) / own.frameRate);
  return { data: await recognizer.prepare({ ...source, times }), count, ...spec.crop };
}

const choosesAlike = (a: PreprocessSpec, b: PreprocessSpec): boolean =>
  (['frameRate', 'frames', 'stride', 'clips', 'sampling'] as const).every((key) => a[key] === b[key]);

/** @param frames as the network sees them */
export async function read(network: Subject, frames: Frames, truth?: string): Promise<Reading> {
  const names = [...new Set(network.layers.map(({ output }) => output))];
  const [prediction] = await network.recognizer.predictPrepared(frames.data.slice(), { maps: names });
  const maps = spaceTime(network.layers, prediction!.maps ?? {});
  return { frames, truth, network, prediction: prediction!, maps };
}

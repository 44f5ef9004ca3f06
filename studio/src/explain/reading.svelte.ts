/** A clip to explain, and what a network computed from it. */
import { type Frames, type GeometrySpec, prepareClip } from '@kinora/clip';
import { type LayerMaps, type Prediction, type PreprocessSpec, readModelWeights } from '@kinora/recognizer';
import { type Model, modelBytes, type OpenedNetwork, openNetwork } from '../network/open.js';
import type { ShownClip } from '../site/clip.svelte.js';
import { site } from '../site/open.js';
import { spaceTime } from './space-time-maps.js';

/** A network with its weights. */
export interface Subject extends OpenedNetwork {
  /** By name. In a model exported without maps, batch norms are folded in. */
  readonly weights: ReadonlyMap<string, LayerMaps>;
}

export interface Reading {
  /** As the network sees them, uint8 RGB `[T, crop.height, crop.width, 3]`. */
  readonly frames: Frames;
  /** The true label, if it is known. */
  readonly truth: string | undefined;
  readonly network: Subject;
  readonly prediction: Prediction;
  /** By the name of their output: `[C, T, H, W]` of a layer that sees space. */
  readonly maps: Readonly<Record<string, LayerMaps>>;
}

/** Throws if the model cannot be read or run. */
export async function openSubject(model: Model): Promise<Subject> {
  const [network, bytes] = await Promise.all([openNetwork(model), modelBytes(model)]);
  return { ...network, weights: readModelWeights(bytes) };
}

/**
 * A clip of the site as this network sees it. Its frames were sampled for the site's own network. A network with the same
 * sampling gets them unchanged; any other samples from them by their times.
 */
export async function prepared({ recognizer }: OpenedNetwork, { source }: ShownClip): Promise<Frames> {
  const { spec } = recognizer.info;
  const own = site().spec;
  const count = spec.frames * spec.clips;
  if (samplesAlike(spec, own))
    return { data: prepareClip(source, spec as GeometrySpec), count, ...spec.crop };
  const times = Float64Array.from({ length: source.count }, (_, k) => (k * own.stride) / own.frameRate);
  return { data: await recognizer.prepare({ ...source, times }), count, ...spec.crop };
}

const samplesAlike = (a: PreprocessSpec, b: PreprocessSpec): boolean =>
  (['frameRate', 'frames', 'stride', 'clips', 'sampling'] as const).every((key) => a[key] === b[key]);

/** @param frames as the network sees them */
export async function read(network: Subject, frames: Frames, truth?: string): Promise<Reading> {
  const names = [...new Set(network.layers.map(({ output }) => output))];
  const [prediction] = await network.recognizer.predictPrepared(frames.data.slice(), { maps: names });
  const maps = spaceTime(network.layers, prediction!.maps ?? {});
  return { frames, truth, network, prediction: prediction!, maps };
}

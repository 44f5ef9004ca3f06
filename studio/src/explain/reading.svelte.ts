/** One clip that is to be explained, and what a network computed from it. */
import { type LayerMaps, type Prediction, readModelWeights } from '@kinora/recognizer';
import type { Frames } from 'kinora/clip';
import { type Model, modelBytes, type OpenedNetwork, openNetwork } from '../network/open.js';
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

/** Decoded frames as the network sees them. */
export async function prepared({ recognizer }: OpenedNetwork, clip: Frames): Promise<Frames> {
  const { frames, clips, crop } = recognizer.info.spec;
  return { data: await recognizer.prepare(clip), count: frames * clips, ...crop };
}

/** @param frames as the network sees them */
export async function read(network: Subject, frames: Frames, truth?: string): Promise<Reading> {
  const names = [...new Set(network.layers.map(({ output }) => output))];
  const [prediction] = await network.recognizer.predictPrepared(frames.data.slice(), { maps: names });
  const maps = spaceTime(network.layers, prediction!.maps ?? {});
  return { frames, truth, network, prediction: prediction!, maps };
}

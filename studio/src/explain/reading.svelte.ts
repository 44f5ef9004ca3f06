/** One clip that is to be explained, and what the site's network computed from it. */
import type { LayerMaps, Prediction } from '@kinora/recognizer';
import type { Frames } from 'kinora/clip';
import { type OpenedNetwork, openNetwork, readWeights } from '../network/open.js';
import type { Tensor } from '../network/safetensors.js';
import { site } from '../site/open.js';

export interface Reading {
  readonly frames: Frames;
  /** The label that is right, where it is known. */
  readonly truth: string | undefined;
  readonly network: OpenedNetwork;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly prediction: Prediction;
  readonly maps: Readonly<Record<string, LayerMaps>>;
}

/** @param frames as the network sees them, uint8 RGB `[T, crop, crop, 3]` */
export async function read(frames: Frames, truth?: string): Promise<Reading> {
  const { run } = site();
  const [network, weights] = await Promise.all([openNetwork(run), readWeights(run)]);
  const names = [...new Set(network.layers.map(({ output }) => output))];
  const [prediction] = await network.recognizer.predictPrepared(frames.data.slice(), { maps: names });
  return { frames, truth, network, weights, prediction: prediction!, maps: prediction!.maps ?? {} };
}

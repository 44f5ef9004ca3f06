/**
 * Class activation maps (Zhou et al. 2016, Learning Deep Features for Discriminative Localization), in space and time: exact
 * if a network averages its last maps and ends in one linear layer, because a logit is then the mean of the map. This is
 * verified numerically: the means of some layer's maps must equal the features.
 */
import type { Layer, LayerMaps } from '@kinora/recognizer';
import type { Heat } from './heat.js';

export interface Activation {
  /** Dotted path of the layer whose maps were weighted. */
  readonly layer: string;
  readonly heat: Heat;
  /** The mean of `heat` and the bias. */
  readonly logit: number;
}

interface Seen {
  readonly layers: readonly Layer[];
  /** By the name of their output; of a layer that sees space, `[C, T, H, W]`. */
  readonly maps: Readonly<Record<string, LayerMaps>>;
  readonly features: Float32Array;
  readonly weights: ReadonlyMap<string, LayerMaps>;
}

/** Undefined if the network does not end like this. */
export function classActivation(seen: Seen, label: number): Activation | undefined {
  const last = seen.layers.findLast(({ type }) => type === 'Linear');
  const weight = last && seen.weights.get(`${last.path}.weight`);
  const averaged = seen.layers.findLast(({ output }) => isAveraged(seen.maps[output], seen.features));
  if (weight === undefined || averaged === undefined || weight.shape[1] !== seen.features.length)
    return undefined;
  const factors = weight.data.subarray(label * seen.features.length, (label + 1) * seen.features.length);
  const heat = weighted(seen.maps[averaged.output]!, factors);
  const bias = seen.weights.get(`${last!.path}.bias`)?.data[label] ?? 0;
  return { layer: averaged.path, heat, logit: mean(heat.values) + bias };
}

/** Whether the means over `[T, H, W]` are the features, and there is something to average. */
function isAveraged(maps: LayerMaps | undefined, features: Float32Array): boolean {
  if (maps?.shape.length !== 4 || maps.shape[0] !== features.length) return false;
  const plane = maps.data.length / features.length;
  if (plane === 1) return false;
  const most = features.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return features.every(
    (feature, c) => Math.abs(mean(maps.data.subarray(c * plane, (c + 1) * plane)) - feature) <= 1e-3 * most,
  );
}

function weighted({ shape, data }: LayerMaps, factors: Float32Array): Heat {
  const [, ...size] = shape as [number, number, number, number];
  const plane = data.length / factors.length;
  const values = new Float32Array(plane);
  for (const [c, factor] of factors.entries())
    for (let i = 0; i < plane; i++) values[i]! += factor * data[c * plane + i]!;
  return { size, values };
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Class activation maps (Zhou et al. 2016, Learning Deep Features for Discriminative Localization), in space and time: exact
 * if a network averages its last maps and ends in one linear layer, because a logit is then the mean of the map. This is
 * verified numerically: the means of some layer's maps must equal the features. Of a network with two pathways they are the
 * means of two layers, one after the other, and the maps are added.
 */
import type { Layer, LayerMaps } from '@kinora/recognizer';
import type { Heat } from './heat.js';

export interface Activation {
  /** Dotted path of the layer whose maps were weighted; of several, joined by `, `. */
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
  const { features } = seen;
  const last = seen.layers.findLast(({ type }) => type === 'Linear');
  const weight = last && seen.weights.get(`${last.path}.weight`);
  const averaged = averagedLayers(seen, features);
  if (weight === undefined || averaged === undefined || weight.shape[1] !== features.length) return undefined;
  const factors = weight.data.subarray(label * features.length, (label + 1) * features.length);
  let first = 0;
  const parts = averaged.map(({ output }) => {
    const maps = seen.maps[output]!;
    const channels = maps.shape[0]!;
    first += channels;
    return weighted(maps, factors.subarray(first - channels, first));
  });
  const heat = parts.slice(1).reduce<Heat | undefined>((sum, part) => sum && added(sum, part), parts[0]);
  if (heat === undefined) return undefined;
  const bias = seen.weights.get(`${last!.path}.bias`)?.data[label] ?? 0;
  return { layer: averaged.map(({ path }) => path).join(', '), heat, logit: mean(heat.values) + bias };
}

/** The last layers whose means, one after the other, are the features. */
function averagedLayers(seen: Seen, features: Float32Array): Layer[] | undefined {
  if (features.length === 0) return [];
  const most = seen.features.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const layer of seen.layers.toReversed()) {
    const maps = seen.maps[layer.output];
    const channels = maps?.shape[0] ?? 0;
    if (!isAveraged(maps, features.subarray(0, channels), most)) continue;
    const others = averagedLayers(seen, features.subarray(channels));
    if (others !== undefined) return [layer, ...others];
  }
  return undefined;
}

/** Whether the means over `[T, H, W]` are the features, and there is something to average. */
function isAveraged(maps: LayerMaps | undefined, features: Float32Array, most: number): boolean {
  if (maps?.shape.length !== 4 || maps.shape[0] !== features.length) return false;
  const plane = maps.data.length / features.length;
  if (plane === 1) return false;
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

/** The sum of two maps, at the finer steps in time. Undefined unless one's steps are whole numbers of the other's. */
function added(a: Heat, b: Heat): Heat | undefined {
  const [fine, coarse] = a.size[0] >= b.size[0] ? [a, b] : [b, a];
  const [steps, ...plane] = fine.size;
  if (String(plane) !== String(coarse.size.slice(1)) || steps % coarse.size[0] !== 0) return undefined;
  const [cells, each] = [plane[0]! * plane[1]!, steps / coarse.size[0]];
  const values = fine.values.map((value, i) => {
    const step = Math.floor(i / cells / each);
    return value + coarse.values[step * cells + (i % cells)]!;
  });
  return { size: fine.size, values };
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The site's networks, run in the page: each opened once, by the recognizer, in a worker, when a figure first asks for it.
 */
import { type BrowserRecognizer, createRecognizer, type Layer, type LayerMaps } from '@kinora/recognizer';
import type { SiteRun } from 'kinora/site';
import { file } from '../site/open.js';
import { readSafetensors, type Tensor } from './safetensors.js';

export interface OpenedNetwork {
  readonly recognizer: BrowserRecognizer;
  readonly layers: readonly Layer[];
}

const opened = new Map<string, Promise<OpenedNetwork>>();

/** Throws where the model cannot be read or run. */
export function openNetwork({ model }: SiteRun): Promise<OpenedNetwork> {
  const known = opened.get(model) ?? open(model);
  opened.set(model, known);
  return known;
}

async function open(model: string): Promise<OpenedNetwork> {
  const recognizer = await createRecognizer({
    model: `./data/${model}`,
    backend: 'wasm',
    runtime: './runtime/',
  });
  return { recognizer, layers: recognizer.info.layers ?? [] };
}

/** Parameters and buffers by name, as in the checkpoint. */
export async function readWeights({ weights }: SiteRun): Promise<Map<string, Tensor>> {
  return readSafetensors(await (await file(weights)).arrayBuffer());
}

export interface Seen {
  readonly probabilities: Float32Array;
  readonly top: readonly { readonly label: string; readonly score: number }[];
  /** Of every layer, by the name of its output; as the network computed them. */
  readonly maps: Readonly<Record<string, LayerMaps>>;
  /** Milliseconds. */
  readonly latency: number;
}

/** Runs one prepared clip, uint8 `[T, H, W, 3]`. */
export async function look(network: OpenedNetwork, clip: Uint8Array, withMaps: boolean): Promise<Seen> {
  const maps = withMaps ? [...new Set(network.layers.map(({ output }) => output))] : [];
  const [seen] = await network.recognizer.predictPrepared(clip.slice(), { maps });
  const { probabilities, top, latency } = seen!;
  return { probabilities, top, latency, maps: seen!.maps ?? {} };
}

/**
 * Networks that run in the page, the site's and the reader's. Each is opened once, by the recognizer, in a worker, when a
 * figure first needs it.
 */
import { type BrowserRecognizer, createRecognizer, type Layer, type LayerMaps } from '@kinora/recognizer';
import type { SiteRun } from 'kinora/site';
import { file } from '../site/open.js';
import { readSafetensors, type Tensor } from './safetensors.js';

/** A network of the site, or the reader's exported file. */
export type Model = Pick<SiteRun, 'model'> | File;

export interface OpenedNetwork {
  readonly recognizer: BrowserRecognizer;
  readonly layers: readonly Layer[];
}

const opened = new Map<string | File, Promise<OpenedNetwork>>();
const keyOf = (model: Model): string | File => (model instanceof File ? model : model.model);

/** Throws if the model cannot be read or run. */
export function openNetwork(model: Model): Promise<OpenedNetwork> {
  const known = opened.get(keyOf(model)) ?? open(model);
  opened.set(keyOf(model), known);
  return known;
}

/** Frees a network that is no longer used. */
export async function closeNetwork(model: Model): Promise<void> {
  const known = opened.get(keyOf(model));
  opened.delete(keyOf(model));
  // A network that failed to open holds nothing, and its caller has already received the error.
  await known?.then(({ recognizer }) => recognizer.close()).catch(() => {});
}

async function open(model: Model): Promise<OpenedNetwork> {
  const recognizer = await createRecognizer({
    model: model instanceof File ? model : `./data/${model.model}`,
    backend: 'wasm',
    runtime: './runtime/',
  });
  return { recognizer, layers: recognizer.info.layers ?? [] };
}

/** The bytes of a model's file. */
export async function modelBytes(model: Model): Promise<Uint8Array> {
  const source = model instanceof File ? model : await file(model.model);
  return new Uint8Array(await source.arrayBuffer());
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

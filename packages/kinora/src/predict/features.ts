/** Features and logits of every clip of a data set. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PreprocessSpec } from '@kinora/clip';
import { type Device, inferenceMode, scope } from '@kinora/torch';
import { readClipList } from '../data/lists/annotations.js';
import type { BadClip } from '../data/lists/bad-clips.js';
import { readClassFolders } from '../data/lists/class-folders.js';
import type { ClipItem, ClipList } from '../data/lists/clip-list.js';
import { type Batch, clipLoader } from '../data/load/loader.js';
import { isPack, readPack } from '../data/pack/read-pack.js';
import { networkInputs } from '../model/input.js';
import type { Network } from '../model/network.js';

/** Features of one clip. */
export interface ClipFeatures {
  /** The clip's id in the list; `class/file` for folders. */
  readonly id: string;
  /** The file or folder of the clip. */
  readonly path: string;
  /** Name of its class in the data set; undefined if the list has no labels. */
  readonly label: string | undefined;
  /** Float32 `[F]`: the input of the network's last linear layer. */
  readonly features: Float32Array;
  /** Float32 `[classes]`, unnormalised, in the order of the model's labels. */
  readonly logits: Float32Array;
}

/** Which clips to collect features of, and how. */
export interface FeatureOptions {
  /** Device of the network. Default: `cpu`. */
  readonly device?: Device;
  /** Folder that the paths of a CSV list are relative to. Default: the folder of the list. */
  readonly folder?: string;
  /** Clips per forward pass. Default: 8. */
  readonly batchSize?: number;
  /** Threads that decode; 0 decodes in the calling thread. Default: one per processor. */
  readonly workers?: number;
  /** Share of the clips that may be unreadable before `data/too-many-bad-clips` is thrown. Default: 0.01. */
  readonly maxBadFraction?: number;
  /** Called once for each clip that cannot be read; such clips are left out. Default: nothing is reported. */
  readonly onBadClip?: (clip: BadClip) => void;
  /** Aborts the loop with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a network over a data set and yields the clips one by one, in the order of the list, each as validation sees it.
 * Decoding runs ahead on worker threads; leaving the loop ends them.
 *
 * The classes of the data set need not be those of the model, so you can train your own classifier on features of new
 * classes.
 *
 * @param model what `openModel` returns, or a network and its preprocessing
 * @param clips a folder with one subfolder per class, a CSV list, the index of a pack, or a list that was read
 * @throws KinoraError `data/*` for a data set that cannot be read, `pack/*` and `stream/*` for a pack
 */
export async function* collectFeatures(
  model: { readonly network: Network; readonly spec: PreprocessSpec },
  clips: string | ClipList,
  options: FeatureOptions = {},
): AsyncGenerator<ClipFeatures, void, void> {
  const { network, spec } = model;
  const { device = 'cpu', folder, batchSize = 8, signal, ...reading } = options;
  const list = typeof clips === 'string' ? readClips(clips, folder) : clips;
  const loader = clipLoader({ list, spec, batchSize, ...reading, ...(network.flow && { flow: {} }) });
  const wasTraining = network.training;
  network.eval();
  try {
    for await (const batch of loader.epoch(0, { signal })) {
      const { features, logits } = run(network, batch, spec, device);
      const items = Array.from(batch.indices, (index) => list.items[index]!);
      batch.release();
      for (const [row, item] of items.entries()) {
        const at = { features: rowOf(features, row, items.length), logits: rowOf(logits, row, items.length) };
        yield { ...named(item, list), ...at };
      }
    }
  } finally {
    network.train(wasTraining);
    await loader.close();
  }
}

/** Reads a data set, with its own classes. */
export function readClips(path: string, folder: string | undefined): ClipList {
  if (isPack(path)) return readPack(path);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? readClassFolders(path) : readClipList(path, folder ?? dirname(path));
}

/** Features `[N, F]` and logits `[N, classes]` of a batch. */
const run = (network: Network, batch: Batch, spec: PreprocessSpec, device: Device) =>
  scope(() =>
    inferenceMode(() => {
      const { features, logits } = network.call(...networkInputs(batch, spec, device));
      return {
        features: features.toTypedArray() as Float32Array,
        logits: logits.toTypedArray() as Float32Array,
      };
    }),
  );

const rowOf = (values: Float32Array, row: number, rows: number): Float32Array => {
  const width = values.length / rows;
  return values.slice(row * width, (row + 1) * width);
};

const named = ({ id, path, label }: ClipItem, { labels }: ClipList) => ({ id, path, label: labels[label] });

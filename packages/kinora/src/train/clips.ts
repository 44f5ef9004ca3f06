/** The clips of a training: its lists, what the configuration amounts to once their labels are known, and loaders over them. */
import type { PreprocessSpec } from '@kinora/clip';
import { preprocessSpec, type RunConfig } from '../config/index.js';
import type { BadClip } from '../data/lists/bad-clips.js';
import { type ClipList, fingerprintList } from '../data/lists/clip-list.js';
import { flipMapFor } from '../data/lists/labels.js';
import type { ClipLoader } from '../data/load/loader.js';
import { type Part, WHOLE } from '../data/load/order.js';
import { evaluationLoader, readSplit, trainingLoader } from '../data/splits.js';
import { findNetwork } from '../model/registry.js';
import type { ListFingerprints } from '../run/checkpoint.js';
import { augmented, type ClipAugmentation } from './augmented.js';

export interface TrainingClips {
  /** Complete: the labels decide which of them a mirrored clip swaps. */
  readonly config: RunConfig;
  readonly spec: PreprocessSpec;
  readonly train: ClipList;
  /** Undefined: no validation clips, so that the training loss decides. */
  readonly val: ClipList | undefined;
  readonly fingerprints: ListFingerprints;
}

export interface Loaders {
  readonly train: ClipLoader;
  readonly val: ClipLoader | undefined;
}

/** Reads the lists that the configuration names. @throws KinoraError naming file and line */
export function readClips(config: RunConfig): TrainingClips {
  const train = readSplit(config, 'train');
  return trainingClips(config, train, readSplit(config, 'val', train.labels));
}

export function trainingClips(config: RunConfig, train: ClipList, val?: ClipList): TrainingClips {
  const complete = { ...config, flipMap: { ...flipMapFor(train.labels), ...config.flipMap } };
  return {
    config: complete,
    spec: preprocessSpec(complete, train.labels),
    train,
    val,
    fingerprints: { train: fingerprintList(train), val: val === undefined ? null : fingerprintList(val) },
  };
}

export interface LoadingOptions {
  readonly onBadClip: (clip: BadClip) => void;
  /** Of every batch, where ranks share them. Default: the whole. */
  readonly part?: Part;
  /** Changes training clips, after the configured augmentation. Default: none. */
  readonly augment?: ClipAugmentation | undefined;
}

export function openLoaders(
  { config, spec, train, val }: TrainingClips,
  { onBadClip, part = WHOLE, augment }: LoadingOptions,
): Loaders {
  const reading = { flow: findNetwork(config.model).flow, part };
  const loader = trainingLoader(train, spec, config, onBadClip, reading);
  return {
    train: augment === undefined ? loader : augmented(loader, augment, config.seed),
    val: val && evaluationLoader(val, spec, config, onBadClip, reading),
  };
}

export async function closeLoaders({ train, val }: Loaders): Promise<void> {
  await Promise.all([train.close(), val?.close()]);
}

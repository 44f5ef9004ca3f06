/** The lists a configuration names, and loaders over them. */
import { resolve } from 'node:path';
import type { PreprocessSpec } from '@kinora/clip';
import { KinoraError } from '@kinora/torch';
import { need, type RunConfig } from '../config/index.js';
import { readClipList } from '../data/lists/annotations.js';
import type { BadClip } from '../data/lists/bad-clips.js';
import { readClassFolders } from '../data/lists/class-folders.js';
import type { ClipList } from '../data/lists/clip-list.js';
import { readLabels } from '../data/lists/labels.js';
import { type ClipLoader, clipLoader, type LoaderOptions } from '../data/load/loader.js';
import { type Part, WHOLE } from '../data/load/order.js';
import { isPack, type PackListOptions, readPack } from '../data/pack/read-pack.js';
import { findNetwork } from '../model/registry.js';

export type Split = 'train' | 'val';

/** The list of a split; undefined where the configuration has no validation clips. Errors name file and line. */
export function readSplit(config: RunConfig, split: 'train', labels?: readonly string[]): ClipList;
export function readSplit(config: RunConfig, split: Split, labels?: readonly string[]): ClipList | undefined;
export function readSplit(
  config: RunConfig,
  split: Split,
  labels = configuredLabels(config),
): ClipList | undefined {
  const file = config[`${split}_data_csv`];
  const options = { ...(labels && { labels }), unknownLabels: config.unknown_labels };
  if (file !== undefined && isPack(file)) {
    const list = readPack(file, { ...options, ...streamOptions(config) });
    return checkClasses(checkLabels(list, file), file, config);
  }
  const folder = need(config, `${split}_data_folder`, split === 'train' ? 'training' : 'validation');
  if (file !== undefined)
    return checkClasses(checkLabels(readClipList(file, folder, options), file), file, config);
  if (split === 'val' && folder === config.train_data_folder) return undefined;
  return checkClasses(readClassFolders(folder, options), folder, config);
}

/** The test list: clips without labels. */
export function readTestList(config: RunConfig, labels: readonly string[]): ClipList {
  const file = need(config, 'test_data_csv', 'the test list');
  if (isPack(file)) return readPack(file, { labels, ...streamOptions(config) });
  return readClipList(file, need(config, 'val_data_folder', 'the test list'), { labels });
}

const streamOptions = ({ shuffle_buffer, stream_cache, stream_cache_gb }: RunConfig): PackListOptions => ({
  shuffleBuffer: shuffle_buffer,
  cache: stream_cache,
  limit: stream_cache_gb * 1e9,
});

function configuredLabels({ labels_csv }: RunConfig): readonly string[] | undefined {
  return labels_csv === undefined ? undefined : readLabels(labels_csv);
}

function checkLabels(list: ClipList, file: string): ClipList {
  const bare = list.items.find(({ label }) => label < 0);
  if (bare === undefined) return list;
  throw new KinoraError({
    code: 'data/no-label',
    where: file,
    expected: 'a label for every clip',
    received: `none for ${bare.id}`,
    hint: 'lists of ids alone are for test_data_csv',
  });
}

function checkClasses(list: ClipList, where: string, { num_classes, labels_csv }: RunConfig): ClipList {
  if (list.labels.length < 2) throw oneClass(labels_csv ?? where, list.labels);
  if (num_classes === null || num_classes === list.labels.length) return list;
  throw new KinoraError({
    code: 'config/num-classes',
    where: labels_csv ?? 'labels of the training list',
    expected: `${num_classes} labels, as num_classes says`,
    received: String(list.labels.length),
    hint: 'correct num_classes, or leave it out',
  });
}

/** Nothing can be learned from it, and its accuracy would be 100 %. */
const oneClass = (where: string, labels: readonly string[]): KinoraError =>
  new KinoraError({
    code: 'data/one-class',
    where,
    expected: 'two classes or more',
    received: labels.map((label) => JSON.stringify(label)).join() || 'none',
  });

/** Shuffled, randomly sampled and augmented, all by the configuration's seed. */
export const trainingLoader = (
  ...[list, spec, config, onBadClip, part]: [...LoaderArguments, part?: Part | undefined]
): ClipLoader =>
  clipLoader({
    ...common(list, spec, config, onBadClip, undefined, part),
    training: { seed: config.seed, augment: config.augment, balanced: config.sampler === 'balanced' },
  });

/**
 * Every clip once, in the list's order, as validation and tests see them.
 * @param flow whether the network wants optical flow; default: as the configuration's does
 * @param part of every batch, where ranks share them; default: the whole
 */
export const evaluationLoader = (...args: [...LoaderArguments, ...Shares]): ClipLoader =>
  clipLoader(common(...args));

type LoaderArguments = [
  list: ClipList,
  spec: PreprocessSpec,
  config: RunConfig,
  onBadClip: (clip: BadClip) => void,
];
type Shares = [flow?: boolean | undefined, part?: Part | undefined];

const common = (
  ...[list, spec, config, onBadClip, flow = findNetwork(config.model).flow === true, part = WHOLE]: [
    ...LoaderArguments,
    ...Shares,
  ]
): LoaderOptions => ({
  list,
  spec,
  batchSize: config.batch_size,
  part,
  ...(config.num_workers !== null && { workers: config.num_workers }),
  maxBadFraction: config.max_bad_fraction,
  onBadClip,
  ...(flow && { flow: { cache: flowCache(config) } }),
});

/** Where the flow of a configuration's clips is kept: as it says, or beside the training clips. */
export function flowCache({ flow_cache, train_data_folder, val_data_folder }: RunConfig): string {
  return flow_cache ?? `${resolve(train_data_folder ?? val_data_folder ?? 'clips')}.flow`;
}

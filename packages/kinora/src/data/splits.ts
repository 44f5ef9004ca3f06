/** The lists in a configuration, and loaders over them. */
import { resolve } from 'node:path';
import type { PreprocessSpec } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { need, type RunConfig, spelled } from '../config/index.js';
import { readClipList } from './lists/annotations.js';
import type { BadClip } from './lists/bad-clips.js';
import { readClassFolders } from './lists/class-folders.js';
import type { ClipList } from './lists/clip-list.js';
import { readLabels } from './lists/labels.js';
import { type ClipLoader, clipLoader, type LoaderOptions } from './load/loader.js';
import { type Part, WHOLE } from './load/order.js';
import { isPack, type PackListOptions, readPack } from './pack/read-pack.js';

export type Split = 'train' | 'val';

/** The keys that locate the clips of a split. */
export const SPLIT_KEYS = {
  train: { folder: 'trainFolder', list: 'trainList' },
  val: { folder: 'validationFolder', list: 'validationList' },
} as const;

/** The list of a split; undefined if the configuration has no validation clips. Errors name file and line. */
export function readSplit(config: RunConfig, split: 'train', labels?: readonly string[]): ClipList;
export function readSplit(config: RunConfig, split: Split, labels?: readonly string[]): ClipList | undefined;
export function readSplit(
  config: RunConfig,
  split: Split,
  labels = configuredLabels(config),
): ClipList | undefined {
  const { folder: folderKey, list: listKey } = SPLIT_KEYS[split];
  const file = config[listKey];
  const options = { ...(labels && { labels }), unknownLabels: config.unknownLabels };
  if (file !== undefined && isPack(file)) {
    const list = readPack(file, { ...options, ...streamOptions(config) });
    return checkClasses(checkLabels(list, file), file, config);
  }
  const folder = need(config, folderKey, split === 'train' ? 'training' : 'validation');
  if (file !== undefined)
    return checkClasses(checkLabels(readClipList(file, folder, options), file), file, config);
  if (split === 'val' && folder === config.trainFolder) return undefined;
  return checkClasses(readClassFolders(folder, options), folder, config);
}

/** The test list: clips without labels. */
export function readTestList(config: RunConfig, labels: readonly string[]): ClipList {
  const file = need(config, 'testList', 'the test list');
  if (isPack(file)) return readPack(file, { labels, ...streamOptions(config) });
  return readClipList(file, need(config, 'validationFolder', 'the test list'), { labels });
}

const streamOptions = ({
  shuffleBuffer,
  streamCache,
  streamCacheGB,
  streamTimeout,
}: RunConfig): PackListOptions => ({
  shuffleBuffer,
  cache: streamCache,
  limit: streamCacheGB * 1e9,
  timeout: streamTimeout * 1000,
});

function configuredLabels({ labelsFile }: RunConfig): readonly string[] | undefined {
  return labelsFile === undefined ? undefined : readLabels(labelsFile);
}

function checkLabels(list: ClipList, file: string): ClipList {
  const bare = list.items.find(({ label }) => label < 0);
  if (bare === undefined) return list;
  throw kinoraError('data/no-label', file, 'a label for every clip', `none for ${bare.id}`, {
    hint: 'lists with only ids are for testList',
  });
}

function checkClasses(list: ClipList, where: string, config: RunConfig): ClipList {
  const { numClasses, labelsFile } = config;
  if (list.labels.length < 2) throw oneClass(labelsFile ?? where, list.labels);
  if (numClasses === null || numClasses === list.labels.length) return list;
  const key = spelled(config, 'numClasses');
  throw kinoraError('config/num-classes', labelsFile ?? 'labels of the training list', {
    expected: `${numClasses} labels, according to ${key}`,
    received: String(list.labels.length),
    hint: `correct ${key}, or remove it`,
  });
}

/** With one class there is nothing to learn, and the accuracy would be 100 %. */
const oneClass = (where: string, labels: readonly string[]): KinoraError =>
  kinoraError('data/one-class', where, {
    expected: 'at least two classes',
    received: labels.map((label) => JSON.stringify(label)).join() || 'none',
  });

/** Shuffled, randomly sampled and augmented, all by the configuration's seed. */
export const trainingLoader = (...args: LoaderArguments): ClipLoader => {
  const { seed, augment, sampler } = args[2];
  return clipLoader({
    ...loaderOptions(...args),
    training: { seed, augment, balanced: sampler === 'balanced' },
  });
};

/** Every clip once, in the order of the list, for validation and tests. */
export const evaluationLoader = (...args: LoaderArguments): ClipLoader => clipLoader(loaderOptions(...args));

type LoaderArguments = [
  list: ClipList,
  spec: PreprocessSpec,
  config: RunConfig,
  onBadClip: (clip: BadClip) => void,
  reading?: Reading,
];

interface Reading {
  /** Whether the network also takes optical flow. Default: false. */
  readonly flow?: boolean | undefined;
  /** This rank's part of every batch. Default: the whole batch. */
  readonly part?: Part;
}

const loaderOptions = (
  ...[list, spec, config, onBadClip, { flow = false, part = WHOLE } = {}]: LoaderArguments
): LoaderOptions => ({
  list,
  spec,
  batchSize: config.batchSize,
  part,
  ...(config.workers !== null && { workers: config.workers }),
  maxBadFraction: config.maxBadFraction,
  onBadClip,
  ...(flow && { flow: { cache: flowCache(config) } }),
});

/** The flow cache of a configuration: `flowCache`, or a folder beside the training clips. */
export function flowCache({ flowCache, trainFolder, validationFolder }: RunConfig): string {
  return flowCache ?? `${resolve(trainFolder ?? validationFolder ?? 'clips')}.flow`;
}

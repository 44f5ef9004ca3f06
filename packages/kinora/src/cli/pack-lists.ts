/** The lists of clips that `kinora pack` works on: those of a configuration, of a folder, or of packs. */
import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import { loadConfig } from '../config/index.js';
import { readClipList } from '../data/lists/annotations.js';
import { readClassFolders } from '../data/lists/class-folders.js';
import type { ClipList } from '../data/lists/clip-list.js';
import { readLabels } from '../data/lists/labels.js';
import { indexName } from '../data/pack/index-file.js';
import { readDamagedPack } from '../data/pack/read-pack.js';
import { isAddress } from '../files/address.js';
import { readSplit, readTestList } from '../train/data.js';
import type { ConfigOptions } from './terminal/options.js';

export interface ListFlags extends ConfigOptions {
  folder?: string;
  list?: string;
  labels?: string;
  name?: string;
}

export interface NamedList {
  readonly name: string;
  readonly list: ClipList;
  /** Where it is the list of a pack: its index. */
  readonly index?: string;
  /** The key of a configuration that names it. */
  readonly key?: string;
}

/** The lists that flags name. Throws `usage/pack` where they name none, or name them twice. */
export async function listsOf(flags: ListFlags): Promise<NamedList[]> {
  const { config, folder } = flags;
  if (config === undefined && folder === undefined) throw oneSource('neither');
  if (config === undefined) {
    refuse(flags, ['set'], '--folder');
    return [ofFolder(folder!, flags)];
  }
  refuse(flags, ['folder', 'list', 'labels', 'name'], '--config');
  return configured(config, flags);
}

/** A flag without effect is an error. */
function refuse(flags: ListFlags, unfit: readonly (keyof ListFlags)[], source: string): void {
  const found = unfit.find((flag) => flags[flag] !== undefined);
  if (found !== undefined) throw oneSource(`${source} with --${found}`);
}

/** The packs that paths name: indices, or folders with indices in them. */
export function packsAt(paths: readonly string[], flags: ListFlags): NamedList[] {
  refuse(flags, ['config', 'set', 'folder', 'list', 'labels', 'name'], 'packs to check');
  const address = paths.find(isAddress);
  if (address !== undefined) throw elsewhere(address);
  return paths
    .flatMap((path) => (isFolder(path) ? indicesIn(path) : [path]))
    .map((index) => ({ name: index, list: readDamagedPack(index), index }));
}

async function configured(file: string, { set = [] }: ListFlags): Promise<NamedList[]> {
  const config = await loadConfig(file, { set });
  const train = readSplit(config, 'train');
  const validation = readSplit(config, 'val', train.labels);
  const lists: NamedList[] = [{ name: 'train', list: train, key: 'train_data_csv' }];
  if (validation !== undefined) lists.push({ name: 'validation', list: validation, key: 'val_data_csv' });
  if (config.test_data_csv !== undefined && isFile(config.test_data_csv))
    lists.push({ name: 'test', list: readTestList(config, train.labels), key: 'test_data_csv' });
  return lists;
}

function ofFolder(folder: string, { list: file, labels: labelsFile, name }: ListFlags): NamedList {
  const options = labelsFile === undefined ? {} : { labels: readLabels(labelsFile) };
  const list = file === undefined ? readClassFolders(folder, options) : readClipList(file, folder, options);
  return { name: name ?? basename(resolve(file ?? folder), extname(file ?? '')), list };
}

function indicesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(indexName('')));
  if (names.length > 0) return names.sort().map((name) => join(folder, name));
  throw new KinoraError({
    code: 'pack/no-index',
    where: folder,
    expected: `a file named *${indexName('')}`,
    received: 'none',
    hint: 'an unfinished pack has none yet; run kinora pack again to finish it',
  });
}

const elsewhere = (address: string): KinoraError =>
  new KinoraError({
    code: 'pack/elsewhere',
    where: 'kinora pack --check',
    expected: 'a pack on a local disk',
    received: address,
    hint: 'check it on the machine that stores it; training verifies the checksums of what it fetches',
  });

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

const oneSource = (received: string): KinoraError =>
  new KinoraError({
    code: 'usage/pack',
    where: 'kinora pack',
    expected: 'a data set: --config, or --folder with or without --list, --labels and --name',
    received,
    hint: 'kinora pack --help shows an example of each',
  });

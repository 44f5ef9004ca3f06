/** `kinora pack`: packs the clips of a data set into WebDataset shards, or checks the clips of a data set, packed or not. */

import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { readClipList } from '../data/lists/annotations.js';
import { badClipLine } from '../data/lists/bad-clips.js';
import { readClassFolders } from '../data/lists/class-folders.js';
import type { ClipList } from '../data/lists/clip-list.js';
import { readLabels } from '../data/lists/labels.js';
import { checkClips, checkShards } from '../data/pack/check.js';
import { indexName } from '../data/pack/index-file.js';
import { readDamagedPack } from '../data/pack/read-pack.js';
import { type PackResult, packClips } from '../data/pack/write/pack.js';
import { readSplit, readTestList } from '../data/splits.js';
import { isAddress } from '../files/path.js';
import type { Progress } from '../progress.js';
import { shellQuote } from '../shell.js';
import { interruptible } from './terminal/interrupt.js';
import { type ConfigOptions, positiveInt, refuseFlags, withConfig } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOf } from './terminal/run-argument.js';

interface PackFlags extends ListFlags {
  out: string;
  height?: number;
  quality: number;
  clipsPerShard: number;
  inOrder?: boolean;
  maxBadFraction: number;
  workers: number;
  check?: boolean;
}

const EXAMPLES = `
Examples:
  $ kinora pack --config configs/demo.json --out data/packed
  $ kinora pack --folder data/mine --height 128 --out data/packed
  $ kinora pack --check data/packed
  $ kinora pack --check --config configs/demo.json`;

export function packCommand(): Command {
  const command = new Command('pack')
    .description(
      'Pack the clips of a data set into WebDataset tar shards with an index for random access; or, with --check, find ' +
        'bad clips and damaged shards before training.',
    )
    .argument('[PACK...]', 'with --check: packs to check, folders or index files')
    .option('--folder <path>', 'folder of the clips; without --list, one subfolder per class')
    .option('--list <file>', 'list of clips in that folder, in the format of trainList')
    .option('--labels <file>', 'label names, one per line (default: those of the list, sorted)')
    .option('--name <name>', 'name of the pack (default: that of the list or folder)')
    .option('--out <folder>', 'folder for shards and index', 'data/packed')
    .option('--height <pixels>', 're-encode frames at this height (default: copy JPEGs)', height)
    .option('--quality <1-100>', 'JPEG quality of re-encoded frames', quality, 95)
    .option('--clips-per-shard <n>', 'clips per shard', positiveInt, 500)
    .option('--in-order', 'keep the order of the list (default: shuffle training clips)')
    .option('--max-bad-fraction <share>', 'largest share of bad clips to skip before failing', share, 0.01)
    .option('--workers <n>', 'threads', positiveInt, availableParallelism())
    .option('--check', 'decode every frame and verify every checksum; write nothing');
  return withConfig(command).addHelpText('after', EXAMPLES).action(runPack);
}

async function runPack(packs: string[], flags: PackFlags, command: Command): Promise<void> {
  if (flags.check === true) refuseFlags(command, PACKING_ONLY, 'with --check');
  if (packs.length > 0 && flags.check !== true) throw onlyToCheck(packs);
  const lists = packs.length > 0 ? packsAt(packs, flags) : await listsOf(flags);
  const progress = createProgress();
  if (flags.check === true) return check(lists, flags, progress);
  for (const list of lists) await pack(list, flags, progress);
  const keys = lists.filter(({ key }) => key !== undefined);
  if (keys.length === 0) return;
  progress.log('to train from it:');
  progress.log(
    `  ${keys.map(({ name, key }) => `--set ${shellQuote(`${key}=${flags.out}/${name}.index.jsonl`)}`).join(' ')}`,
  );
}

/** Flags that only packing uses. */
const PACKING_ONLY = ['out', 'height', 'quality', 'clipsPerShard', 'inOrder', 'maxBadFraction'];

/** Pixels; about twice the height of 8K video. */
const TALLEST = 8192;

/** Training reads shards in random order; evaluation reads clips as listed. */
const SHUFFLE = 1;
const isEvaluated = (name: string): boolean => /^(val|test)/.test(name);

async function pack({ name, list }: NamedList, flags: PackFlags, progress: Progress): Promise<void> {
  const shuffled = flags.inOrder === true || isEvaluated(name) ? null : SHUFFLE;
  const { out, quality, clipsPerShard, maxBadFraction, workers, height = null } = flags;
  const options = { out, name, height, quality, clipsPerShard, maxBadFraction, workers, shuffled };
  await interruptible(async (signal) => {
    const result = await packClips(list, { ...options, progress, signal });
    progress.log(describe(result));
  });
}

function describe({ state, index, done, shards, clips, bytes, bad }: PackResult): string {
  const left = bad > 0 ? `; ${bad} could not be read and are listed in the same folder` : '';
  switch (state) {
    case 'packed':
    case 'already complete':
      return `${index} is ${state}: ${clips} clips in ${shards} shards, ${(bytes / 1e6).toFixed(1)} MB${left}`;
    case 'stopped':
      return `${done} of ${shards} shards written; run the same command to continue`;
    default:
      return state satisfies never;
  }
}

async function check(lists: readonly NamedList[], flags: PackFlags, progress: Progress): Promise<void> {
  let faults = 0;
  for (const { name, list, index } of lists) {
    await interruptible(async (signal) => {
      const options = { workers: flags.workers, progress, signal };
      const shards = index === undefined ? [] : await checkShards(index, options);
      const clips = await checkClips(list, options);
      for (const line of shards) progress.log(line);
      for (const clip of clips) progress.log(badClipLine(clip));
      signal.throwIfAborted();
      progress.log(`${name}: ${list.items.length} clips, ${clips.length} bad${damage(shards, index)}`);
      faults += shards.length + clips.length;
    });
  }
  if (faults > 0) throw faulty(faults);
}

const damage = (shards: readonly string[], index?: string): string =>
  index === undefined ? '' : `, ${shards.length} damaged shards`;

const faulty = (count: number): KinoraError =>
  kinoraError('pack/faults', 'kinora pack --check', {
    expected: 'readable clips and intact shards',
    received: `${count} faults, listed above`,
    hint: 'repair or remove bad clips; copy or pack damaged shards again',
  });

const onlyToCheck = (packs: readonly string[]): KinoraError =>
  kinoraError('usage/pack', 'kinora pack', 'packs to check only together with --check', packs.join(' '), {
    hint: 'name the clips to pack with --config or --folder',
  });

const height = (text: string): number => wholeUpTo(TALLEST, '--height', text);
const quality = (text: string): number => wholeUpTo(100, '--quality', text);

function wholeUpTo(most: number, flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw usage('usage/number', flag, `a whole number from 1 to ${most}`, text);
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw usage('usage/share', '--max-bad-fraction', 'a number from 0 to 1', text);
}

const usage = (code: string, where: string, expected: string, text: string): KinoraError =>
  kinoraError(code, where, expected, JSON.stringify(text));

export interface ListFlags extends ConfigOptions {
  folder?: string;
  list?: string;
  labels?: string;
  name?: string;
}

export interface NamedList {
  readonly name: string;
  readonly list: ClipList;
  /** For the list of a pack: its index. */
  readonly index?: string;
  /** The key of a configuration that names it. */
  readonly key?: string;
}

/** The lists that the flags specify. Throws `usage/pack` if they specify none, or specify them twice. */
export async function listsOf(flags: ListFlags): Promise<NamedList[]> {
  const { config, folder } = flags;
  if (config === undefined && folder === undefined) throw oneSource('neither');
  if (config === undefined) {
    refuse(flags, ['set'], '--folder');
    return [ofFolder(folder!, flags)];
  }
  refuse(flags, ['folder', 'list', 'labels', 'name'], '--config');
  return configured(flags);
}

/** A flag without effect is an error. */
function refuse(flags: ListFlags, unfit: readonly (keyof ListFlags)[], source: string): void {
  const found = unfit.find((flag) => flags[flag] !== undefined);
  if (found !== undefined) throw oneSource(`${source} with --${found}`);
}

/** The packs at these paths: indices, or folders with indices. */
export function packsAt(paths: readonly string[], flags: ListFlags): NamedList[] {
  refuse(flags, ['config', 'set', 'folder', 'list', 'labels', 'name'], 'packs to check');
  const address = paths.find(isAddress);
  if (address !== undefined) throw elsewhere(address);
  return paths
    .flatMap((path) => (isFolder(path) ? indicesIn(path) : [path]))
    .map((index) => ({ name: index, list: readDamagedPack(index), index }));
}

async function configured(flags: ListFlags): Promise<NamedList[]> {
  const config = await configOf(flags, 'pack');
  const train = readSplit(config, 'train');
  const validation = readSplit(config, 'val', train.labels);
  const lists: NamedList[] = [{ name: 'train', list: train, key: 'trainList' }];
  if (validation !== undefined) lists.push({ name: 'validation', list: validation, key: 'validationList' });
  if (config.testList !== undefined && isFile(config.testList))
    lists.push({ name: 'test', list: readTestList(config, train.labels), key: 'testList' });
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
  throw kinoraError('pack/no-index', folder, `a file named *${indexName('')}`, 'none', {
    hint: 'an unfinished pack has none yet; run kinora pack again to finish it',
  });
}

const elsewhere = (address: string): KinoraError =>
  kinoraError('pack/elsewhere', 'kinora pack --check', 'a pack on a local disk', address, {
    hint: 'check it on the machine that stores it; training verifies the checksums of what it fetches',
  });

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

const oneSource = (received: string): KinoraError =>
  kinoraError('usage/pack', 'kinora pack', {
    expected: 'a data set: --config, or --folder with or without --list, --labels and --name',
    received,
    hint: 'kinora pack --help shows an example of each',
  });

/** `kinora pack`: packs the clips of a data set into WebDataset shards, or checks those of a data set, packed or not. */
import { availableParallelism } from 'node:os';
import { KinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { checkClips, checkShards } from '../data/pack/check.js';
import { type PackResult, packClips } from '../data/pack/write/pack.js';
import type { Progress } from '../progress.js';
import { type ListFlags, listsOf, type NamedList, packsAt } from './pack-lists.js';
import { interruptible } from './terminal/interrupt.js';
import { positiveInt, refuseFlags, withConfig } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';

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
    .option('--list <file>', 'list of clips in that folder, in the format of train_data_csv')
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
  progress.log(`  ${keys.map(({ name, key }) => `--set ${key}=${flags.out}/${name}.index.jsonl`).join(' ')}`);
}

/** Flags that only packing uses. */
const PACKING_ONLY = ['out', 'height', 'quality', 'clipsPerShard', 'inOrder', 'maxBadFraction'];

/** Pixels; the frames of 8K video have half of it. */
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
  const left = bad > 0 ? `; ${bad} could not be read and are listed beside it` : '';
  switch (state) {
    case 'packed':
    case 'complete already':
      return `${index} is ${state}: ${clips} clips in ${shards} shards, ${(bytes / 1e6).toFixed(1)} MB${left}`;
    case 'stopped':
      return `${done} of ${shards} shards are written; run the same command to continue`;
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
      for (const { id, reason } of clips) progress.log(`bad clip ${id}: ${reason}`);
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
  new KinoraError({
    code: 'pack/faults',
    where: 'kinora pack --check',
    expected: 'readable clips and intact shards',
    received: `${count} faults, listed above`,
    hint: 'repair or remove them; copy or pack a damaged shard again',
  });

const onlyToCheck = (packs: readonly string[]): KinoraError =>
  new KinoraError({
    code: 'usage/pack',
    where: 'kinora pack',
    expected: 'packs to check only together with --check',
    received: packs.join(' '),
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
  new KinoraError({ code, where, expected, received: JSON.stringify(text) });

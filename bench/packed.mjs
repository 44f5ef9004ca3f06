// Packed shards against loose files with cold caches. Reads every clip of a list once, without decoding, each side in a
// separate process after the kernel has dropped its caches (needs root on Linux; prints a message elsewhere).
// `node bench/packed.mjs FOLDER LIST`, such as `node bench/packed.mjs data/gestures/clips data/gestures/train.csv`
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { openClip, permutation, randomStream, readClipList } from 'kinora';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { readPack } from '../packages/kinora/dist/data/pack/read-pack.js';
import { packClips } from '../packages/kinora/dist/data/pack/write/pack.js';
import { flagsOf } from './flags.mjs';

const command = new Command('bench/packed.mjs')
  .description('Compare reading packed clips with reading loose files, both with cold caches.')
  .argument('<folder>', 'folder of the clips')
  .argument('<list>', 'list of the clips, as for trainList')
  .option('--rounds <n>', 'rounds of reading', positiveInt, 5)
  .addHelpText('after', '\nExample:\n  $ node bench/packed.mjs data/gestures/clips data/gestures/train.csv');
if (process.argv[2] === 'read') await read();
else {
  const { args, options } = await flagsOf(command);
  await main(String(args[0]), String(args[1]), options.rounds);
}

/** @param {string} folder @param {string} list @param {number} rounds */
async function main(folder, list, rounds) {
  const out = mkdtempSync(join(process.env.KINORA_BENCH_FOLDER ?? tmpdir(), 'kinora-packed-'));
  try {
    const settings = {
      height: null,
      quality: 95,
      clipsPerShard: 500,
      shuffled: 1,
      workers: 2,
      maxBadFraction: 0,
    };
    const { index, bytes } = await packClips(readClipList(list, folder), { out, name: 'train', ...settings });
    console.log(
      `\`node bench/packed.mjs\` on ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}; ${(bytes / 1e6).toFixed(0)} MB of shards.`,
    );
    console.log(
      dropCaches()
        ? 'Caches were dropped before each reading.\n'
        : 'Caches could not be dropped (this needs root on Linux), so they are warm.\n',
    );
    const sides = {
      'loose, in random order': [list, folder, 'random'],
      'packed, in random order': [index, '', 'random'],
      'packed, shard by shard': [index, '', 'shards'],
    };
    /** @type {Record<string, number[]>} */
    const found = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const [name, words] of Object.entries(sides)) found[name]?.push(clipsPerSecond(words));
    print(found);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** @param {Record<string, number[]>} found */
function print(found) {
  const loose = Object.values(found)[0] ?? [];
  const middle = (/** @type {number[]} */ values) =>
    [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  console.log(
    '| clips read | clips/s | over loose, of the same round (smallest to largest) |\n|---|---:|---:|',
  );
  for (const [name, values] of Object.entries(found)) {
    const ratios = values.map((value, round) => value / (loose[round] ?? 0)).sort((a, b) => a - b);
    const range = `**${middle(ratios).toFixed(2)}** (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`;
    console.log(`| ${name} | ${middle(values).toFixed(0)} | ${name.startsWith('loose') ? '' : range} |`);
  }
}

/** @param {readonly string[]} words */
function clipsPerSecond(words) {
  dropCaches();
  const program = [fileURLToPath(import.meta.url), 'read', ...words];
  return Number(execFileSync(process.execPath, program, { encoding: 'utf8' }));
}

function dropCaches() {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}

/** Reads every clip's frames, as training does before decoding. */
async function read() {
  const [, file = '', folder = '', order] = process.argv.slice(2);
  const { items } = folder === '' ? readPack(file) : readClipList(file, folder);
  const places = order === 'random' ? Array.from(permutation(items.length, randomStream(1))) : byShard(items);
  const begin = performance.now();
  for (const place of places) {
    const source = await openClip(items[place]?.path ?? '');
    const positions = Array.from({ length: source.count }, (_, i) => i);
    const frames = await source.encoded?.(positions);
    for (const position of positions) frames?.(position);
  }
  console.log(items.length / ((performance.now() - begin) / 1000));
}

/** @param {readonly { path: string }[]} items */
function byShard(items) {
  const key = (/** @type {number} */ i) =>
    (items[i]?.path ?? '').replace(/#(\d+).*/, (_, at) => `#${at.padStart(15, '0')}`);
  return items.map((_, i) => i).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

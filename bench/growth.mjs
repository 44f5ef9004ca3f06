// Measures how start-up time and memory grow with the number of clips. Generates and reads lists of a thousand to a million
// clips, and runs a training loader on each until its first batch. All lines refer to the same few clips, so that only the
// number of lines differs. `node bench/growth.mjs [clips ...]`
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { clipLoader, defaultSpec, encodeJpeg, readClipList } from 'kinora';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { fingerprintList } from '../packages/kinora/dist/data/lists/clip-list.js';
import { readPack } from '../packages/kinora/dist/data/pack/read-pack.js';
import { packClips } from '../packages/kinora/dist/data/pack/write/pack.js';
import { flagsOf } from './flags.mjs';

const SIZES = [1e3, 1e4, 1e5, 1e6];
const CLIPS = 8;
const CLASSES = 27;
const BATCH = 16;
const SIZE = { height: 100, width: 176 };
const labels = Array.from({ length: CLASSES }, (_, i) => `label ${String(i).padStart(2, '0')}`);
const MEGABYTE = 1e6;

/** @typedef {'list' | 'pack'} Kind */

const [mode, kind, file, root] = process.argv.slice(2);
if (mode === 'measure') await measure(/** @type {Kind} */ (kind), String(file), String(root));
else {
  const command = new Command('bench/growth.mjs')
    .description('Measure how start-up time and memory depend on the number of clips in a list.')
    .argument('[clips...]', `numbers of clips (default: ${SIZES.join(' ')})`, collectNumbers);
  await flagsOf(command);
  await main(command.processedArgs[0] ?? []);
}

/** @param {string} word @param {readonly number[]} [before] */
function collectNumbers(word, before = []) {
  return [...before, positiveInt(word)];
}

/** @param {readonly number[]} wanted */
async function main(wanted) {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-growth-'));
  try {
    const { index } = await writeClips(folder);
    console.log(
      `\`node bench/growth.mjs\` on ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.versions.node}.\n`,
    );
    console.log(
      '| clips | list | MB on disk | to read it, CPU s | heap, MB | bytes a clip | to the first batch, CPU s | process at most, MB |',
    );
    console.log('|---:|---|---:|---:|---:|---:|---:|---:|');
    for (const clips of wanted.length > 0 ? wanted : SIZES) {
      await row(clips, 'list', await writeList(folder, clips), folder);
      await row(clips, 'pack', await writeIndex(folder, clips, index), folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {number} clips @param {Kind} kind @param {string} file @param {string} root */
async function row(clips, kind, file, root) {
  const words = ['--expose-gc', fileURLToPath(import.meta.url), 'measure', kind, file, root];
  const found = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' }));
  if (found.clips !== clips) throw new Error(`${file}: ${found.clips} clips of ${clips}`);
  const megabytes = (/** @type {number} */ bytes) => (bytes / MEGABYTE).toFixed(1);
  const cells = [clips, kind, megabytes(statSync(file).size), found.read.toFixed(2), megabytes(found.heap)];
  cells.push(Math.round(found.heap / clips), found.first.toFixed(2), Math.round(found.peak / MEGABYTE));
  console.log(`| ${cells.join(' | ')} |`);
  rmSync(file);
}

/** CPU seconds so far, of all threads; on a shared machine, wall time includes other programs' work. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** In a separate process. @param {Kind} kind @param {string} file @param {string} root */
async function measure(kind, file, root) {
  const gc = /** @type {() => void} */ (globalThis.gc);
  gc();
  const before = process.memoryUsage().heapUsed;
  const begin = cpu();
  const list = kind === 'list' ? readClipList(file, root) : readPack(file);
  const read = cpu() - begin;
  gc();
  const heap = process.memoryUsage().heapUsed - before;
  const start = cpu();
  fingerprintList(list); // as in a run, for its checkpoints
  const spec = defaultSpec([...list.labels]);
  const loader = clipLoader({ list, spec, batchSize: BATCH, workers: 1, training: { seed: 1 } });
  for await (const _ of loader.epoch(0)) break;
  const first = cpu() - start;
  await loader.close();
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ clips: list.items.length, read, heap, first, peak }));
}

/** Makes a few clips, loose and packed. @param {string} folder */
async function writeClips(folder) {
  const { writeFileSync } = await import('node:fs');
  for (let i = 0; i < CLIPS; i++) {
    mkdirSync(join(folder, 'clips', `${i}`), { recursive: true });
    const jpeg = encodeJpeg(new Uint8Array(SIZE.height * SIZE.width * 3).fill(i * 30), SIZE);
    for (let t = 0; t < 37; t++)
      writeFileSync(join(folder, 'clips', `${i}`, `${String(t).padStart(5, '0')}.jpg`), jpeg);
  }
  const items = Array.from({ length: CLIPS }, (_, i) => ({
    id: `${i}`,
    path: join(folder, 'clips', `${i}`),
    label: i,
  }));
  const settings = {
    height: null,
    quality: 95,
    clipsPerShard: CLIPS,
    shuffled: null,
    workers: 1,
    maxBadFraction: 0,
  };
  return packClips({ labels, items, dropped: 0 }, { out: folder, name: 'few', ...settings });
}

/** @param {string} folder @param {number} clips */
async function writeList(folder, clips) {
  return writeLines(join(folder, `${clips}.csv`), clips, (i) => `clips/${i % CLIPS},${labels[i % CLASSES]}`, [
    'path,label',
  ]);
}

/**
 * The index of a pack whose shards of 500 clips are all the same shard. @param {string} folder @param {number} clips
 * @param {string} index
 */
async function writeIndex(folder, clips, index) {
  const [head, shard] = readFileSync(index, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const shards = Math.ceil(clips / 500);
  const entry = (/** @type {number} */ i) => {
    const [, , , ...place] = shard.clips[i % CLIPS];
    return [i, `${100000 + i}`, i % CLASSES, ...place];
  };
  const line = (/** @type {number} */ number) => {
    const first = number * 500;
    const count = Math.min(500, clips - first);
    return JSON.stringify({ ...shard, clips: Array.from({ length: count }, (_, i) => entry(first + i)) });
  };
  const header = JSON.stringify({ ...head, clips, shards });
  return writeLines(join(folder, `${clips}.index.jsonl`), shards, line, [header]);
}

/** @param {string} file @param {number} count @param {(i: number) => string} line @param {readonly string[]} before */
async function writeLines(file, count, line, before) {
  const out = createWriteStream(file);
  for (const text of before) out.write(`${text}\n`);
  for (let i = 0; i < count; i++) if (!out.write(`${line(i)}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
  return file;
}

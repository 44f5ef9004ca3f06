/**
 * How large and how fast ways to keep optical flow are: prints bytes a field, and milliseconds to write and to read one.
 * The figures in docs/decisions/0070-flow-files.md.
 *
 *     node packages/kinora/scripts/flow_files.mjs CLIP...
 */
import { constants, deflateSync, inflateSync } from 'node:zlib';
import turbo from '@julusian/jpeg-turbo';
import { fieldAt } from '@kinora/clip';
import { computeFlow, consecutive } from '../dist/data/flow/farneback.js';
import { openClip } from '../dist/data/open.js';

const kept = [];
let seconds = 0;
for (const path of process.argv.slice(2)) {
  const clip = await openClip(path);
  const frames = await clip.read(Array.from({ length: clip.count }, (_, i) => i));
  const start = performance.now();
  const fields = await computeFlow(frames, consecutive(frames.count));
  if (kept.length > 0)
    seconds += (performance.now() - start) / 1000 / fields.count / (process.argv.length - 3);
  for (let i = 0; i < fields.count; i++)
    kept.push({ field: fieldAt(fields, i), height: fields.height, width: fields.width });
}
console.log(
  `${kept.length} fields of ${kept[0].width} x ${kept[0].height}, ${(1000 * seconds).toFixed(2)} ms each to compute`,
);

const zip = (options) => [(bytes) => deflateSync(bytes, options), (packed) => inflateSync(packed)];
const RLE = zip({ level: 6, strategy: constants.Z_RLE });
const same = (bytes) => bytes;

/** Differences to the row above. */
function up(field, { width }) {
  const row = width * 2;
  return Uint8Array.from(field, (byte, i) => byte - (i < row ? 128 : field[i - row]));
}

/** x and y as two grey pictures, one below the other. */
function planes(field) {
  const half = field.length / 2;
  return Uint8Array.from(field, (_, i) => field[i < half ? 2 * i : 2 * (i - half) + 1]);
}

function jpeg(quality) {
  const options = { quality, format: turbo.FORMAT_GRAY, subsampling: turbo.SAMP_GRAY };
  return [
    (bytes, { width, height }) =>
      turbo.compressSync(Buffer.from(bytes), { ...options, width, height: 2 * height }),
    (packed) => turbo.decompressSync(packed, { format: turbo.FORMAT_GRAY }).data,
  ];
}

const WAYS = [
  ['bytes as they are', same, [same, same]],
  ['deflate 6', same, zip({ level: 6 })],
  ['row differences, deflate 6', up, zip({ level: 6 })],
  ['row differences, run lengths (chosen)', up, RLE],
  ['JPEG quality 75', planes, jpeg(75)],
  ['JPEG quality 90', planes, jpeg(90)],
  ['JPEG quality 95', planes, jpeg(95)],
];
for (const [name, prepare, [write, read]] of WAYS) {
  let [bytes, writing, reading, worst] = [0, 0, 0, 0];
  for (const one of kept) {
    const ready = prepare(one.field, one);
    const times = [performance.now()];
    const packed = write(ready, one);
    times.push(performance.now());
    const back = read(packed);
    times.push(performance.now());
    bytes += packed.length;
    writing += times[1] - times[0];
    reading += times[2] - times[1];
    for (let i = 0; i < ready.length; i++) worst = Math.max(worst, Math.abs(back[i] - ready[i]));
  }
  const each = [writing, reading].map((ms) => (ms / kept.length).toFixed(2));
  console.log(
    `${name.padEnd(38)} ${String(Math.round(bytes / kept.length)).padStart(6)} B  write ${each[0]} ms  read ${each[1]} ms  off by at most ${worst}`,
  );
}

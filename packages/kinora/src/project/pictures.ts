/** What a clip holds, frames and film strips of it as JPEGs, and a sketch by which near duplicates are found. */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { type Frames, frameAt, resizeFrames } from '@kinora/clip';
import { frameFiles } from '../data/decode/folder.js';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { playSource } from '../data/decode/play.js';
import type { ClipSource } from '../data/decode/source.js';
import { openClip } from '../data/open.js';
import { packedPlace } from '../data/pack/description.js';
import type { Examination, Facts, Readings } from './reader.js';

/** Seconds that a clip lasts: until its last frame has been shown as long as the one before it. */
function duration({ count, times }: ClipSource, rate: number): number {
  if (times === undefined || count < 2) return count / rate;
  return times[count - 1]! + (times[count - 1]! - times[count - 2]!);
}

/** Reads what a clip holds, by decoding its first frame. Throws `clip/...`. */
export async function probe({ path, rate }: Readings['probe']['ask']): Promise<Facts> {
  const source = await openClip(path);
  const { height, width } = await source.read([0]);
  return { frames: source.count, seconds: duration(source, rate), width, height };
}

/** Positions of `count` frames at equal distances, the middles of as many parts of the time from `start` to `end`. */
export function spread(
  source: ClipSource,
  rate: number,
  count: number,
  start = 0,
  end = Number.POSITIVE_INFINITY,
): number[] {
  const last = Math.min(end, duration(source, rate));
  const from = Math.min(start, last);
  return Array.from({ length: count }, (_, k) =>
    positionAt(source, rate, from + ((k + 0.5) / count) * (last - from)),
  );
}

/** The frame that is shown at a time. */
function positionAt({ count, times }: ClipSource, rate: number, seconds: number): number {
  if (times === undefined) return Math.max(0, Math.min(count - 1, Math.floor(seconds * rate + 1e-6)));
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle]! <= seconds + 1e-6) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** `frames` frames side by side, each of the same size, as a JPEG. */
export async function stripOf({
  path,
  rate,
  frames: count,
  height,
  start,
  end,
}: Readings['strip']['ask']): Promise<Uint8Array> {
  const source = await openClip(path);
  const shrunk: Frames[] = [];
  // One at a time where the clip is long, so that a long recording in large pictures is not held at once.
  const positions = spread(source, rate, count, start, end);
  if (source.count <= TOGETHER) shrunk.push(shrink(await source.read(positions), height));
  else for (const position of positions) shrunk.push(shrink(await source.read([position]), height));
  const [first] = shrunk as [Frames];
  const width = first.width * count;
  const data = new Uint8Array(first.height * width * 3);
  let t = 0;
  for (const frames of shrunk)
    for (let n = 0; n < frames.count; n++, t++) {
      const frame = frameAt(frames, n);
      for (let y = 0; y < first.height; y++)
        data.set(
          frame.subarray(y * first.width * 3, (y + 1) * first.width * 3),
          (y * width + t * first.width) * 3,
        );
    }
  return encodeJpeg(data, { height: first.height, width }, 80);
}

/** Frames of clips that are decoded in one pass. */
const TOGETHER = 300;

/** The frame at `at` seconds as a JPEG. */
export async function frameOf({ path, rate, at, height }: Readings['frame']['ask']): Promise<Uint8Array> {
  const source = await openClip(path);
  const frames = shrink(await source.read([positionAt(source, rate, at)]), height);
  return encodeJpeg(frames.data, frames, 85);
}

function shrink(frames: Frames, height: number): Frames {
  if (frames.height <= height) return frames;
  return resizeFrames(frames, height, Math.max(1, Math.round((frames.width * height) / frames.height)));
}

/** Decodes the whole clip, so that damage anywhere is found. Throws `clip/...`. */
export async function examine({ path, rate }: Readings['examine']['ask']): Promise<Examination> {
  const source = await openClip(path);
  const wanted = spread(source, rate, SKETCHES);
  const sketches: Uint8Array[] = [];
  let [position, motion, moves] = [0, 0, 0];
  let before: Uint8Array | undefined;
  let size = { width: 0, height: 0 };
  for await (const { data, height, width } of playSource(source, rate)) {
    size = { height, width };
    const grey = greys(data, height, width);
    if (before !== undefined) {
      motion += difference(before, grey);
      moves++;
    }
    before = grey;
    for (const at of wanted) if (at === position) sketches.push(grey);
    position++;
  }
  const all = Buffer.concat(sketches);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const spreadOf = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
  return {
    frames: source.count,
    seconds: duration(source, rate),
    ...size,
    sha256: await contentHash(path),
    sketch: Buffer.concat(sketches.map(gradients)).toString('hex'),
    brightness: mean / 255,
    contrast: spreadOf / 255,
    motion: moves === 0 ? 0 : motion / moves,
  };
}

const SKETCHES = 8;
const [ROWS, COLUMNS] = [8, 9];

/** Mean grey of `8 x 9` parts of a picture, `[8, 9]`. */
function greys(data: Uint8Array, height: number, width: number): Uint8Array {
  const { data: small } = resizeFrames({ data, count: 1, height, width }, ROWS, COLUMNS);
  return Uint8Array.from({ length: ROWS * COLUMNS }, (_, i) =>
    Math.round(0.299 * small[i * 3]! + 0.587 * small[i * 3 + 1]! + 0.114 * small[i * 3 + 2]!),
  );
}

/** A bit for each pair of horizontal neighbours: whether it gets brighter (the difference hash of Krawetz, 2013). */
function gradients(grey: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: ROWS }, (_, y) => {
    let byte = 0;
    for (let x = 0; x < COLUMNS - 1; x++)
      if (grey[y * COLUMNS + x + 1]! > grey[y * COLUMNS + x]!) byte |= 1 << x;
    return byte;
  });
}

const difference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length / 255;

async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  if (packedPlace(path) !== undefined) return hash.update(path).digest('hex');
  const files = statSync(path).isDirectory() ? frameFiles(path) : [path];
  for (const file of files) for await (const bytes of createReadStream(file)) hash.update(bytes);
  return hash.digest('hex');
}

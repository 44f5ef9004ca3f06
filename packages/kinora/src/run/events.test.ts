import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPng } from '../figures/read-png.test.util.js';
import { crc32c, EventWriter, planEventsCut, truncateEvents } from './events.js';
import { checksum, readEventFile, readEventFolder } from './read-events.test.util.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinora-events-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes and closes a file of scalars `loss` at the given steps. */
function session(steps: number[], options?: { resumedAt: number }): string {
  const writer = new EventWriter(folder, options);
  for (const step of steps) writer.scalar('loss', 1 / (1 + step), step);
  writer.close();
  return writer.path;
}

const steps = (): number[] =>
  readEventFolder(folder)
    .filter(({ tag }) => tag === 'loss')
    .map(({ step }) => step);

test('CRC-32C: the check value of RFC 3720, and bit by bit', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  const bytes = Uint8Array.from({ length: 999 }, (_, i) => (i * 31) >> 1);
  expect(crc32c(bytes)).toBe(checksum(bytes));
});

describe('an event file', () => {
  test('starts with its version; scalars have tag, step, time and a float32 value', () => {
    const writer = new EventWriter(folder);
    writer.scalar('val/top1', 0.1, 2 ** 40, 1.5e9 + 0.25);
    writer.scalar('nan', Number.NaN, 0);
    writer.flush();
    const [version, top1, nan] = readEventFile(writer.path);
    expect(version).toMatchObject({ fileVersion: 'brain.Event:2', step: 0 });
    expect(version!.wallTime).toBeCloseTo(Date.now() / 1000, -1);
    expect(top1).toEqual({
      tag: 'val/top1',
      scalar: Math.fround(0.1),
      step: 2 ** 40,
      wallTime: 1.5e9 + 0.25,
    });
    expect(nan!.scalar).toBeNaN();
    writer.close();
  });

  test("histograms have moments and TensorBoard's buckets", () => {
    const writer = new EventWriter(folder);
    writer.histogram('weights', Float32Array.of(-1, 0, 0, 2), 3);
    const { histogram } = readEventFile(writer.path)[1]!;
    expect(histogram!.moments).toEqual([-1, 2, 4, 1, 5]);
    const { limits, counts } = histogram!;
    expect(limits).toHaveLength(counts.length);
    expect(counts.reduce((a, b) => a + b)).toBe(4);
    for (const [value, count] of [
      [-1, 1],
      [0, 2],
      [2, 1],
    ] as const) {
      const bucket = limits.findIndex((limit) => limit > value);
      expect(counts[bucket]).toBe(count);
      if (value > 0) expect(limits[bucket]! / limits[bucket - 1]!).toBeCloseTo(1.1, 10);
    }
    writer.close();
  });

  test.each([
    ['NaN', [1, Number.NaN], 'NaN at index 1'],
    ['infinity', [Infinity], 'Infinity at index 0'],
    ['nothing', [], 'no values'],
  ])('a histogram of %s is refused', (_, values, received) => {
    const writer = new EventWriter(folder);
    expect(() => writer.histogram('w', values as number[], 0)).toThrow(
      `w: expected finite values for a histogram, received ${received}`,
    );
    writer.close();
  });

  test.each([
    [1, [7, 7, 7, 255]],
    [3, [7, 8, 9, 255]],
    [4, [7, 8, 9, 10]],
  ] as const)('images of %i channels are PNGs', (channels, pixel) => {
    const data = Uint8Array.from({ length: 2 * 5 * channels }, (_, i) => 7 + (i % channels));
    const writer = new EventWriter(folder);
    writer.image('clip', { data, height: 2, width: 5, channels }, 1);
    const { image } = readEventFile(writer.path)[1]!;
    expect(image).toMatchObject({ height: 2, width: 5, channels });
    const png = Buffer.from(image!.png);
    const { width, height, data: read } = readPng(png);
    expect([width, height]).toEqual([5, 2]);
    if (pixel[3] === 255) expect([...read.subarray(36, 40)]).toEqual(pixel);
    // Where the decoder multiplies by the opacity: the bytes of the rows themselves, after a byte for the filter.
    const at = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    const row = [0, ...data.subarray(0, 5 * channels)];
    expect([...rows]).toEqual([...row, ...row]);
    writer.close();
  });

  test('an image of the wrong size is refused', () => {
    const writer = new EventWriter(folder);
    const image = { data: new Uint8Array(5), height: 2, width: 1, channels: 3 } as const;
    expect(() => writer.image('clip', image, 0)).toThrow(
      'clip: expected an image of 2 x 1 x 3 bytes, received 5 bytes',
    );
    writer.close();
  });
});

describe('resume', () => {
  test('cut back to the step of the checkpoint, then continued in a file that sorts behind', () => {
    session([1, 2, 3, 4, 5]);
    expect(truncateEvents(folder, 3)).toBe(2);
    session([4, 5, 6], { resumedAt: 3 });
    expect(steps()).toEqual([1, 2, 3, 4, 5, 6]);
    const [restart] = readEventFolder(folder).filter(({ sessionStatus }) => sessionStatus === 1);
    expect(restart).toMatchObject({ step: 4 });
  });

  test('again, further back than the last resume', () => {
    session([1, 2, 3]);
    truncateEvents(folder, 2);
    session([3, 4], { resumedAt: 2 });
    expect(truncateEvents(folder, 1)).toBe(4); // step 2 of the first file; restart, 3 and 4 of the second
    session([2], { resumedAt: 1 });
    expect(steps()).toEqual([1, 2]);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  test('a file with nothing to drop is not touched', () => {
    const path = session([1, 2]);
    const before = statSync(path).ino;
    expect(truncateEvents(folder, 2)).toBe(0);
    expect(statSync(path).ino).toBe(before);
    expect(truncateEvents(join(folder, 'none'), 2)).toBe(0);
  });

  test('a record torn at any byte is dropped, the whole ones stay', () => {
    const path = session([1, 2]);
    const whole = readFileSync(path);
    for (let size = 1; size < 40; size += 6) {
      writeFileSync(path, whole.subarray(0, -size));
      truncateEvents(folder, 100);
      expect(steps()).toEqual([1]);
      writeFileSync(path, Buffer.concat([whole, whole.subarray(0, size)]));
      truncateEvents(folder, 100);
      expect(steps()).toEqual([1, 2]);
    }
  });

  test('a flipped bit anywhere costs the one event that it is in; the damage in front of others is reported', () => {
    const path = session([1, 2, 3, 4, 5, 6]);
    const whole = readFileSync(path);
    const all = readEventFile(path).length;
    const lastStart = whole.lastIndexOf('loss') - 40;
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      writeFileSync(path, bytes);
      const cut = planEventsCut(folder, 100);
      expect(readFileSync(path).equals(bytes)).toBe(true);
      // In front of the last event, nothing but damage can explain it; behind it a kill can, too.
      if (at < lastStart) expect(cut.damaged, `byte ${at}`).toMatchObject([{ file: path, places: 1 }]);
      cut.apply();
      expect(readEventFile(path), `byte ${at}`).toHaveLength(all - 1);
    }
  });

  test('a damaged block of many events: those on either side stay, later ones are cut as ever', () => {
    const path = session(Array.from({ length: 3000 }, (_, i) => i + 1));
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 20_000, 100_000); // more than the reader looks at in one piece
    writeFileSync(path, bytes);
    expect(truncateEvents(folder, 2990)).toBe(10);
    const left = steps();
    expect(left.length).toBeGreaterThan(800);
    expect(left).toEqual([...new Set(left)].sort((a, b) => a - b));
    expect([left[0], left.at(-1)]).toEqual([1, 2990]);
    expect(planEventsCut(folder, 2990).damaged).toEqual([]);
  });

  test('a lying length is the end of the file', () => {
    const path = session([1, 2]);
    appendFileSync(path, Buffer.alloc(100, 0xff));
    truncateEvents(folder, 5);
    expect(steps()).toEqual([1, 2]);
    truncateSync(path, 3);
    expect(truncateEvents(folder, 5)).toBe(0);
    expect(statSync(path).size).toBe(0);
  });
});

test('a writer killed with SIGKILL leaves a file that cuts back and continues', async () => {
  const entry = new URL('./events.js', import.meta.url).href;
  const program = `
    const { EventWriter } = await import(${JSON.stringify(entry)});
    const writer = new EventWriter(process.argv[1]);
    for (let step = 1; ; step++) {
      writer.scalar('loss', 1, step);
      writer.histogram('w', new Float32Array(50).fill(step), step);
      if (step === 200) process.stdout.write('running');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder]);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
  expect(truncateEvents(folder, 150)).toBeGreaterThan(50);
  session([151], { resumedAt: 150 });
  expect(steps()).toEqual(Array.from({ length: 151 }, (_, i) => i + 1));
});

const PYTHON = 'from tensorboard.backend.event_processing.event_accumulator import EventAccumulator';
const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', PYTHON], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

test.skipIf(python === undefined)(
  `TensorBoard itself reads it${python ? '' : ' (skipped: no Python with tensorboard)'}`,
  () => {
    session([1, 2, 3, 4]);
    truncateEvents(folder, 2);
    const writer = new EventWriter(folder, { resumedAt: 2 });
    writer.scalar('loss', 0.5, 3);
    writer.histogram('w', [1, 2, 2], 3);
    writer.image('clip', { data: new Uint8Array(6), height: 1, width: 2, channels: 3 }, 3);
    writer.close();
    const program = `${PYTHON}
import json, sys
events = EventAccumulator(sys.argv[1]).Reload()
histogram, image = events.Histograms('w')[0].histogram_value, events.Images('clip')[0]
print(json.dumps([[e.step for e in events.Scalars('loss')], [histogram.num, histogram.sum, sum(histogram.bucket)],
                  [image.width, image.height, image.encoded_image_string[1:4].decode()]]))`;
    const read = JSON.parse(
      execFileSync(python!, ['-c', program, folder], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
    expect(read).toEqual([
      [1, 2, 3],
      [3, 5, 3],
      [2, 1, 'PNG'],
    ]);
  },
);

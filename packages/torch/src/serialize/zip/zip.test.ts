import { describe, expect, test } from 'vitest';
import type { ByteSink } from '../atomic.js';
import { memorySource } from '../source.js';
import { readDirectory, readEntry } from './reader.js';
import { ZipWriter } from './writer.js';

function collect(write: (sink: ByteSink) => void): Buffer {
  const parts: Uint8Array[] = [];
  const sink = {
    position: 0,
    write(bytes: Uint8Array) {
      parts.push(Uint8Array.from(bytes));
      sink.position += bytes.length;
    },
  };
  write(sink);
  return Buffer.concat(parts);
}

const CONTENT: [string, Uint8Array][] = [
  ['archive/data.pkl', Buffer.from('pickle')],
  ['archive/data/0', Uint8Array.from({ length: 1000 }, (_, i) => i)],
  ['archive/data/empty', new Uint8Array(0)],
  ['archive/手势', Uint8Array.of(1)],
];

function archive(zip64From?: number): Buffer {
  return collect((sink) => {
    const zip = new ZipWriter(sink, zip64From);
    for (const [name, bytes] of CONTENT) zip.add(name, bytes);
    zip.finish();
  });
}

const read = (bytes: Uint8Array) => {
  const source = memorySource(bytes, 'a.pth');
  return [...readDirectory(source)].map(([name, entry]) => [name, readEntry(source, entry)]);
};

describe.each([
  ['plain', undefined],
  ['zip64 for every field', 0],
  ['zip64 for sizes and offsets from 1000 on', 1000],
])('%s', (_, zip64From) => {
  test('what was written is read', () => {
    expect(read(archive(zip64From))).toEqual(CONTENT.map(([name, bytes]) => [name, new Uint8Array(bytes)]));
  });

  test('data starts at multiples of 64', () => {
    const bytes = archive(zip64From);
    for (const [, content] of CONTENT.slice(0, 2)) expect(bytes.indexOf(content) % 64).toBe(0);
  });

  test('the same input gives the same bytes', () => {
    expect(archive(zip64From).equals(archive(zip64From))).toBe(true);
  });
});

test('a comment behind the end record does not hide it', () => {
  const bytes = Buffer.concat([archive(), Buffer.from('PK\x05\x06 not the end')]);
  bytes.writeUInt16LE(16, bytes.length - 16 - 2);
  expect(read(bytes)).toHaveLength(CONTENT.length);
});

describe('damage is refused with the position', () => {
  const damage = (change: (bytes: Buffer) => Uint8Array) => () => read(change(archive()));
  const overwrite = (what: string, at: number, value: number, from = 0) =>
    damage((bytes) => {
      bytes[bytes.indexOf(what, from, 'latin1') + at] = value;
      return bytes;
    });

  test.each<[string, () => unknown, string]>([
    [
      'truncated',
      damage((bytes) => bytes.subarray(0, -1)),
      'expected the directory at the end of a zip file',
    ],
    ['nothing', damage(() => new Uint8Array(0)), 'at byte 0: expected the directory'],
    ['a flipped bit of data', overwrite('pickle', 0, 0x71, 40), 'at byte 0: expected CRC-32 '],
    ['a deflated entry', overwrite('PK\x01\x02', 10, 8), 'expected a stored entry "archive/data.pkl"'],
    ['an encrypted entry', overwrite('PK\x01\x02', 8, 1), 'expected plain entries'],
    ['a wrong entry count', overwrite('PK\x05\x06', 10, 200), 'expected a zip directory before byte'],
    ['an offset into the directory', overwrite('PK\x01\x02', 43, 0x10), 'expected an entry between'],
    ['entries that overlap', damage(overlap), 'expected an entry between'],
    [
      'another name in front of the data',
      overwrite('archive/data.pkl', 0, 0x41),
      'expected the zip entry "archive/data.pkl"',
    ],
  ])('%s', (_, attempt, message) => {
    expect(attempt).toThrow(message);
  });
});

/** Makes the second entry start where the first does. */
function overlap(bytes: Buffer): Uint8Array {
  const second = bytes.indexOf('PK\x01\x02', bytes.indexOf('PK\x01\x02', 0, 'latin1') + 4, 'latin1');
  bytes.writeUInt32LE(0, second + 42);
  return bytes;
}

test('a name twice is refused', () => {
  const bytes = collect((sink) => {
    const zip = new ZipWriter(sink);
    for (const n of [1, 2]) zip.add('same', Uint8Array.of(n));
    zip.finish();
  });
  expect(() => read(bytes)).toThrow('expected unique names, received "same" again');
});

/** Files that never end, or not as they say, are refused before they are read. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseJson, readBounded } from './bounded.js';
import { isPrintable } from './printable.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bounds = { expected: 'a list', limit: 1000 };
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('readBounded', () => {
  test('reads whole files up to the limit', () => {
    for (const size of [0, 1, 999, 1000])
      expect(readBounded(file('a', 'x'.repeat(size)), bounds)).toHaveLength(size);
    const path = file('b', 'x'.repeat(1001));
    expect(() => readBounded(path, bounds)).toThrow(
      `${path}: expected a list of at most 1000 bytes, received 1001 bytes`,
    );
  });

  test('does not allocate for a file that is larger', () => {
    const path = file('sparse', '');
    truncateSync(path, 2 ** 40);
    expect(() => readBounded(path, bounds)).toThrow(`received ${2 ** 40} bytes`);
  });

  test('leaves the errors of the system as they are', () => {
    expect(() => readBounded(join(folder, 'none'), bounds)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });

  test.skipIf(process.platform !== 'linux')(
    'files whose size is said to be 0 are read, up to the limit',
    () => {
      expect(readBounded('/proc/self/comm', bounds).length).toBeGreaterThan(1);
      expect(() => readBounded('/proc/self/maps', bounds)).toThrow('received more than that');
    },
  );
});

test('parseJson names the field that does not fit', () => {
  const schema = z.object({ a: z.array(z.int()) });
  const fail = (expected: string, path: readonly PropertyKey[]) => new Error(`${path.join('.')} ${expected}`);
  expect(parseJson('{"a":[1]}', schema, fail)).toEqual({ a: [1] });
  expect(() => parseJson('{"a":[1,"2"]}', schema, fail)).toThrow('a.1 number');
  expect(() => parseJson('{"a":', schema, fail)).toThrow('object');
});

test('isPrintable', () => {
  expect(['Wischen nach links', '手', '👋🏽', ''].every(isPrintable)).toBe(true);
  expect(['a\nb', 'a\r', '\x1b[31m', 'a\0', '\x7f', '\x9b2J', 'a\u2028b'].some(isPrintable)).toBe(false);
});

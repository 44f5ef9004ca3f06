import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KinoraError } from '../error.js';
import { withFolder } from './folder.test.util.js';
import { goldenBytes } from './golden.test.util.js';
import { ITEM_SIZE, type RawTensor, rawTensor } from './raw.js';
import { parseSafetensors, writeSafetensors } from './safetensors.js';
import { memorySource, withFile } from './source.js';

const parse = (bytes: Uint8Array) => parseSafetensors(memorySource(bytes, 'x.safetensors'));

/** A file with any header, true or lying. */
function file(header: unknown, data = 0, length?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([size, json, Buffer.alloc(data)]);
}

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: offsets,
});

function refusal(bytes: Uint8Array): string {
  try {
    parse(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(KinoraError);
    return (error as Error).message;
  }
  return 'accepted';
}

describe('the file of the reference implementation', () => {
  const reference = parse(goldenBytes('reference.safetensors'));

  test('is read: every dtype, names, shapes, bytes, metadata', () => {
    const dtypes = Object.keys(ITEM_SIZE).filter((dtype) => dtype !== 'complex128');
    for (const dtype of dtypes)
      expect(reference.tensors.get(`all.${dtype}`)).toMatchObject({ dtype, shape: [2, 3] });
    const expected = Uint8Array.from({ length: 24 }, (_, i) => (7 * i + 'float32'.length) % 251);
    expect(reference.tensors.get('all.float32')!.bytes()).toEqual(expected);
    expect(reference.tensors.get('scalar')).toMatchObject({ shape: [] });
    expect(reference.tensors.get('empty')!.bytes()).toHaveLength(0);
    expect([...reference.metadata]).toEqual([['format', 'pt']]);
  });

  test('is written byte for byte the same, whatever the order of the tensors', () => {
    withFolder((folder) => {
      const path = join(folder, 'out.safetensors');
      writeSafetensors(path, new Map([...reference.tensors].reverse()), reference.metadata);
      expect(readFileSync(path).equals(goldenBytes('reference.safetensors'))).toBe(true);
    });
  });
});

test('a file on disk is read tensor by tensor', () => {
  withFolder((folder) => {
    const path = join(folder, 'a.safetensors');
    const tensors = new Map([['__proto__', rawTensor('int16', [2], Uint8Array.of(1, 0, 2, 0))]]);
    writeSafetensors(path, tensors);
    const [name, shape, bytes] = withFile(path, (source) => {
      const [[key, tensor]] = [...parseSafetensors(source).tensors] as [[string, RawTensor]];
      return [key, tensor.shape, tensor.bytes()];
    });
    expect([name, shape, bytes]).toEqual(['__proto__', [2], Uint8Array.of(1, 0, 2, 0)]);
  });
});

test('nothing in it is a file too', () => {
  expect(parse(file({})).tensors.size).toBe(0);
  expect(parse(file('{}      ')).tensors.size).toBe(0);
});

describe('a header that lies is refused with the position', () => {
  test.each([
    ['no header', new Uint8Array(5), 'x.safetensors at byte 0: expected 8 bytes, received 5'],
    [
      'length beyond the file',
      file({}, 0, 99n),
      'byte 0: expected a header of at most 2 bytes, received a length of 99',
    ],
    ['length beyond 2^53', file({}, 0, 2n ** 64n - 1n), 'byte 0: expected a header of at most 2 bytes'],
    ['not an object', file('[1]'), "byte 8: expected a JSON object that starts with '{', received byte 0x5b"],
    ['leading space', file(' {}'), "starts with '{'"],
    ['not JSON', file('{"a"'), 'byte 8: expected a JSON object in UTF-8'],
    [
      'not UTF-8',
      file(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]).toString('latin1')).with(10, 0xff),
      'in UTF-8',
    ],
    [
      'metadata not text',
      file({ __metadata__: { epoch: 3 } }),
      '__metadata__.epoch to be a string, received 3',
    ],
    [
      'entry not an object',
      file({ a: 7 }),
      'an object {dtype, shape, data_offsets} for tensor "a", received 7',
    ],
    ['unknown field', file({ a: { ...entry([1], [0, 4]), order: 'C' } }, 4), 'received "order"'],
    ['unknown dtype', file({ a: entry([1], [0, 4], 'F33') }, 4), 'for tensor "a", received "F33"'],
    [
      'negative size',
      file({ a: entry([-1], [0, 4]) }, 4),
      'a shape of natural numbers for tensor "a", received [-1]',
    ],
    ['fractional size', file({ a: entry([0.5], [0, 2]) }, 2), 'a shape of natural numbers'],
    ['overflow', file({ a: entry([2 ** 40, 2 ** 40], [0, 4]) }, 4), 'for tensor "a", received [0,4]'],
    ['one offset', file({ a: entry([1], [0]) }, 4), 'data_offsets [begin, end]'],
    [
      'offsets and shape differ',
      file({ a: entry([2], [0, 4]) }, 4),
      'data_offsets 8 bytes apart (float32[2])',
    ],
    ['backwards', file({ a: entry([1], [4, 0]) }, 4), 'data_offsets 4 bytes apart'],
    [
      'overlap',
      file({ a: entry([1], [0, 4]), b: entry([1], [2, 6]) }, 6),
      'tensor "b" to begin at 4, received 2, which overlaps',
    ],
    ['hole', file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), 'received 8, which leaves a gap'],
    ['truncated data', file({ a: entry([2], [0, 8]) }, 7), 'expected a file of'],
    ['remainder', file({ a: entry([2], [0, 8]) }, 9), 'expected a file of'],
    [
      'name given twice',
      file(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        2,
      ),
      'leaves a gap',
    ],
  ])('%s', (_, bytes, message) => {
    expect(refusal(bytes)).toContain(message);
  });
});

describe('writing refuses', () => {
  const write = (tensors: [string, RawTensor][]) => () =>
    withFolder((folder) => writeSafetensors(join(folder, 'a'), new Map(tensors)));

  test('a dtype that the format does not know', () => {
    const complex = rawTensor('complex128', [1], new Uint8Array(16));
    expect(write([['z', complex]])).toThrow('tensor "z": expected a dtype of bool');
  });
  test('a tensor named like the metadata', () => {
    expect(write([['__metadata__', rawTensor('bool', [], new Uint8Array(1))]])).toThrow(
      'a name other than __metadata__',
    );
  });
  test('bytes that do not fit the shape', () => {
    expect(write([['a', { dtype: 'int8', shape: [3], bytes: () => new Uint8Array(2) }]])).toThrow(
      'tensor "a": expected 3 bytes for int8[3], received 2 bytes',
    );
    expect(() => rawTensor('int8', [3], new Uint8Array(2))).toThrow('expected 3 bytes');
  });
});

test('a missing file, a folder', () => {
  withFolder((folder) => {
    expect(() => withFile(join(folder, 'no'), () => 0)).toThrow(
      'expected a readable file, received no such file',
    );
    expect(() => withFile(folder, () => 0)).toThrow('expected a file, received a folder');
  });
});

test('a file that shrinks while it is open', () => {
  withFolder((folder) => {
    const path = join(folder, 'a');
    writeFileSync(path, new Uint8Array(10));
    const read = () =>
      withFile(path, (source) => {
        writeFileSync(path, new Uint8Array(4));
        return source.read(0, 10);
      });
    expect(read).toThrow('at byte 4: expected 6 more bytes, received the end of the file');
  });
});

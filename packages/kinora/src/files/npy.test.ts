import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type NpyArray, readNpy, writeNpy } from './npy.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-npy-'));
const path = join(folder, 'array.npy');
afterAll(() => rmSync(folder, { recursive: true }));

const ARRAYS: [string, NpyArray, number[]][] = [
  ['float32', Float32Array.of(0.5, -1, Number.NaN, Infinity, 1e-40, 3), [2, 3]],
  ['float64', Float64Array.of(1 / 3), []],
  ['int32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1), [2]],
  ['int64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n), [1, 2, 1]],
  ['uint8', Uint8Array.of(), [0, 5]],
];

test.each(ARRAYS)('%s there and back, data aligned to 64 bytes', (_, data, shape) => {
  writeNpy(path, data, shape);
  expect(readNpy(path)).toEqual({ data, shape });
  expect((readFileSync(path).length - data.byteLength) % 64).toBe(0);
});

test('part of a larger buffer', () => {
  writeNpy(path, Float32Array.of(1, 2, 3, 4).subarray(1, 3), [2]);
  expect(readNpy(path).data).toEqual(Float32Array.of(2, 3));
});

const PYTHON = 'import numpy, sys';
const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', PYTHON], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

describe.skipIf(python === undefined)(`NumPy${python ? '' : ' (skipped: no Python with numpy)'}`, () => {
  const run = (program: string, ...args: string[]): unknown =>
    JSON.parse(
      execFileSync(python!, ['-c', `${PYTHON}, json; ${program}`, folder, ...args], { encoding: 'utf8' }),
    );
  const pathOf = (dtype: string): string => join(folder, `${dtype}.npy`);

  test('reads what we write', () => {
    for (const [dtype, data, shape] of ARRAYS) writeNpy(pathOf(dtype), data, shape);
    const program = `arrays = [numpy.load(f'{sys.argv[1]}/{name}.npy') for name in sys.argv[2:]]
print(json.dumps([[str(a.dtype), a.shape, a.tobytes().hex()] for a in arrays]))`;
    const hex = ({ buffer, byteOffset, byteLength }: NpyArray) =>
      Buffer.from(buffer, byteOffset, byteLength).toString('hex');
    const names = ARRAYS.map(([dtype]) => dtype);
    expect(run(program, ...names)).toEqual(ARRAYS.map(([dtype, data, shape]) => [dtype, shape, hex(data)]));
  });

  test('writes what we read', () => {
    const program = `
for name, shape in json.loads(sys.argv[2]):
    numpy.save(f'{sys.argv[1]}/{name}.npy', numpy.arange(numpy.prod(shape, dtype=int)).reshape(shape).astype(name))
print('null')`;
    run(program, JSON.stringify(ARRAYS.map(([dtype, _, shape]) => [dtype, shape])));
    for (const [dtype, data, shape] of ARRAYS) {
      const read = readNpy(pathOf(dtype));
      expect([read.shape, read.data.constructor]).toEqual([shape, data.constructor]);
      expect([...read.data].map(Number)).toEqual(Array.from({ length: data.length }, (_, i) => i));
    }
  });
});

describe('refused', () => {
  const header = (text: string) =>
    Buffer.concat([
      Buffer.from('\x93NUMPY\x01\0', 'latin1'),
      Buffer.from([text.length, 0]),
      Buffer.from(text),
    ]);
  test.each<[string, Uint8Array, string]>([
    [
      'another file',
      Buffer.from('id;label\n12;Waving'),
      'expected a .npy file of version 1 or 2, received the bytes 69643b',
    ],
    ['an empty file', new Uint8Array(0), 'expected a .npy file'],
    [
      'an object array',
      header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
      'expected a dtype of <f4',
    ],
    [
      'big-endian',
      header("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }"),
      'expected a dtype of <f4',
    ],
    [
      'Fortran order',
      header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }"),
      'expected row-major order',
    ],
    [
      'truncated data',
      Buffer.concat([header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"), Buffer.alloc(4)]),
      'expected 2 elements for shape [2], received 1',
    ],
    [
      'half an element',
      Buffer.concat([header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"), Buffer.alloc(3)]),
      'whole elements of 4 bytes',
    ],
  ])('%s', (_, bytes, message) => {
    writeFileSync(path, bytes);
    expect(() => readNpy(path)).toThrow(message);
  });
  test('a missing file, a wrong shape', () => {
    expect(() => readNpy(join(folder, 'no.npy'))).toThrow(
      'no.npy: expected a readable .npy file, received no such file',
    );
    expect(() => writeNpy(path, new Float32Array(3), [2])).toThrow(
      'expected 2 elements for shape [2], received 3',
    );
  });
});

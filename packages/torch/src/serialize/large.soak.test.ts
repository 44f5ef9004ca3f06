/** A checkpoint beyond 4 GiB on a real disk, where zip64 is not a matter of choice. */
import { statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rawTensors, readCheckpoint } from './checkpoint/read.js';
import type { StridedTensor } from './checkpoint/tensors.js';
import { writeCheckpoint } from './checkpoint/write.js';
import { withFolder } from './folder.test.util.js';
import { findPython, runPython } from './python.test.util.js';
import type { RawTensor } from './raw.js';
import { withFile } from './source.js';

const GIB = 2 ** 30;
const { bavail, bsize } = statfsSync(tmpdir());
const hasRoom = bavail * bsize > 8 * GIB;
const python = findPython('torch');

/** The last entry's offset and content, by Python's zipfile. */
const READ_TAIL = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    info = archive.getinfo('archive/data/4')
    print(json.dumps([info.header_offset, archive.read(info).hex()]))
`;

function flat(key: string, bytes: Uint8Array): StridedTensor {
  const storage = { key, dtype: 'uint8', length: bytes.length, bytes: () => bytes } as const;
  return { dtype: 'uint8', shape: [bytes.length], strides: [1], offset: 0, storage, requiresGrad: false };
}

test.skipIf(!hasRoom)(
  '5 GiB there and back, in pieces of 1.2 GiB (needs 8 GiB in the temporary folder)',
  () => {
    withFolder((folder) => {
      const path = join(folder, 'large.pth');
      const block = new Uint8Array(1.2 * GIB).fill(7);
      const tensors = [
        ...['a', 'b', 'c', 'd'].map((key) => flat(key, block)),
        flat('tail', Uint8Array.of(1, 2, 3)),
      ];
      writeCheckpoint(path, tensors, (value) =>
        tensors.includes(value as StridedTensor) ? (value as StridedTensor) : undefined,
      );
      expect(statSync(path).size).toBeGreaterThan(4 * GIB);
      withFile(path, (source) => {
        const read = readCheckpoint(source, rawTensors) as RawTensor[];
        expect(read.map(({ shape }) => shape[0])).toEqual([...Array(4).fill(block.length), 3]);
        expect(read[4]!.bytes()).toEqual(Uint8Array.of(1, 2, 3));
        expect(Buffer.compare(read[3]!.bytes(), block)).toBe(0);
      });
      if (python) {
        const [offset, hex] = runPython(python, READ_TAIL, path) as [number, string];
        expect(offset).toBeGreaterThan(4 * GIB);
        expect(hex).toBe('010203');
      }
    });
  },
  600_000,
);

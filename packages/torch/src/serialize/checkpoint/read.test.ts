import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeRaw, describeValue, goldenBytes, goldenJson, goldenPath } from '../golden.test.util.js';
import { Op } from '../pickle/opcodes.js';
import { PickleWriter, pickle } from '../pickle/pickle.js';
import { memorySource, withFile } from '../source.js';
import { rawTensors, readCheckpoint } from './read.js';
import type { TensorMaker } from './tensors.js';

/** Raw tensors that also remember whether they want a gradient. */
const withGrad: TensorMaker<object> = {
  tensor: (described) => ({ ...rawTensors.tensor(described), requiresGrad: described.requiresGrad }),
  parameter: (data, requiresGrad) => Object.assign(data, { requiresGrad }),
};

const read = (bytes: Uint8Array) => readCheckpoint(memorySource(bytes, 'x.pth'), withGrad);

describe.each(['dtypes', 'views', 'plain', 'checkpoint'])('%s, as PyTorch saved them', (name) => {
  const expected = goldenJson(`${name}.json`);

  test.each(['zip', 'legacy'])('%s format, from disk', (format) => {
    withFile(goldenPath(`${name}.${format}.pth`), (source) => {
      expect(describeValue(readCheckpoint(source, withGrad), describeRaw)).toEqual(expected);
    });
  });

  test.each(['zip', 'legacy'])('%s format, from memory', (format) => {
    expect(describeValue(read(goldenBytes(`${name}.${format}.pth`)), describeRaw)).toEqual(expected);
  });
});

test('pickle protocol 4', () => {
  const value = read(goldenBytes('plain.protocol4.pth'));
  expect(describeValue(value, describeRaw)).toEqual(goldenJson('plain.json'));
});

test('one list that occurs twice is one array', () => {
  const shared = (read(goldenBytes('plain.zip.pth')) as Map<string, unknown[]>).get('shared')!;
  expect(shared[0]).toBe(shared[1]);
});

/** A legacy file of one tensor, whose storage is the elements 2 to 4 of one of six (as PyTorch 0.3 wrote views). */
function legacyWithPart(part: readonly number[]): Uint8Array {
  const whole = [0x1950a86a20f9469cfc6cn, 1001, { little_endian: true }].map((value) =>
    pickle(value, () => false),
  );
  const out = new PickleWriter();
  out.call('torch._utils', '_rebuild_tensor', () => {
    out.tuple(() => {
      for (const word of ['storage', '', 'key', 'cpu'])
        word ? out.text(word) : out.global('torch', 'ShortStorage');
      out.integer(6);
      out.tuple(() => {
        out.text('part');
        for (const value of part) out.integer(value);
      });
    });
    out.op(Op.BINPERSID);
    out.integer(1);
    out.integers([2]);
    out.integers([1]);
  });
  const data = Buffer.alloc(8 + 6 * 2);
  data.writeBigInt64LE(6n);
  data.set([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0], 8);
  return Buffer.concat([...whole, out.finish(), pickle(['key'], () => false), data]);
}

test('a storage that is part of another', () => {
  expect(describeValue(read(legacyWithPart([2, 3])), describeRaw)).toMatchObject({
    tensor: 'int16',
    hex: '03000400',
  });
  expect(() => read(legacyWithPart([2, 2]))).toThrow('expected a tensor within its storage of 2 elements');
  expect(() => read(legacyWithPart([4, 3]))).toThrow(
    'expected a part of a storage of 6 elements, received 4, 3',
  );
});

const CALLED = '/tmp/kinora-was-here';

describe.each([
  'os.system',
  'builtins.eval',
  'torch.nn.modules.linear.Linear',
  'numpy.core.multiarray._reconstruct',
  'torch._utils._rebuild_sparse_tensor',
])('a file that asks for %s is refused by that name', (name) => {
  test.each(['zip', 'legacy'])('%s format', (format) => {
    const message = `expected a file that holds only tensors and plain containers, received a request for ${name};`;
    expect(() => read(goldenBytes(`refused.${name}.${format}.pth`))).toThrow(message);
    expect(existsSync(CALLED)).toBe(false);
  });
});

describe('other files are refused by what they are', () => {
  const tar = Buffer.alloc(1024);
  tar.write('ustar', 257);
  test.each<[string, Uint8Array, string]>([
    ['TorchScript', goldenBytes('torchscript.pt'), 'received a TorchScript program; save the state_dict()'],
    [
      'safetensors',
      goldenBytes('reference.safetensors'),
      'expected a file of torch.save (zip or legacy), received a file that starts',
    ],
    ['nothing', new Uint8Array(0), 'received a file that starts with nothing'],
    ['tar', tar, 'received a tar archive, the format used before PyTorch 0.1.10; load it in Python'],
    [
      'a pickle of something else',
      Uint8Array.of(0x80, 2, 0x4e, 0x2e),
      'at byte 0: expected the magic number of torch.save, received None',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message);
  });
});

describe('a truncated checkpoint', () => {
  test.each(['zip', 'legacy'])('%s: refused at every length', (format) => {
    const bytes = goldenBytes(`checkpoint.${format}.pth`);
    for (let length = 0; length < bytes.length; length += 37) {
      expect(() => describeValue(read(bytes.subarray(0, length)), describeRaw)).toThrow(
        /x\.pth.*: expected /,
      );
    }
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memoryStats, ops, scope, slice, type Tensor, tensor } from '../index.js';
import { withFolder } from './folder.test.util.js';
import { describeValue, goldenJson, goldenPath, type TensorDescription } from './golden.test.util.js';
import {
  loadSafetensors,
  loadSafetensorsMetadata,
  loadTorch,
  saveSafetensors,
  saveTorch,
} from './load-save.js';

function describeTensor(value: object): TensorDescription {
  const { dtype, shape, requiresGrad } = value as Tensor;
  const hex = Buffer.from((value as Tensor).toBytes()).toString('hex');
  return { tensor: dtype, shape: [...shape], hex, requiresGrad };
}

/** Runs `use` on a path of its own, then checks that no tensor outlives the scope it runs in. */
function withPath(use: (path: string) => void): void {
  withFolder((folder) => scope(() => use(join(folder, 'file'))));
}

describe.each(['dtypes', 'views', 'plain', 'checkpoint'])('%s', (name) => {
  test.each(['zip', 'legacy'])('%s format as PyTorch saved it, and through our own file', (format) => {
    withPath((path) => {
      const loaded = loadTorch(goldenPath(`${name}.${format}.pth`));
      expect(describeValue(loaded, describeTensor)).toEqual(goldenJson(`${name}.json`));
      saveTorch(path, loaded);
      expect(describeValue(loadTorch(path), describeTensor)).toEqual(goldenJson(`${name}.json`));
    });
  });
});

test('views keep their strides, and what shared memory shares it again', () => {
  withPath((path) => {
    const views = loadTorch(goldenPath('views.legacy.pth')) as Map<string, Tensor>;
    expect(views.get('transposed')!.strides).toEqual([1, 4, 12]);
    saveTorch(path, views);
    const again = loadTorch(path) as Map<string, Tensor>;
    again.get('whole')!.fill_(5);
    expect(again.get('slice')!.toArray()).toEqual([
      [5, 5],
      [5, 5],
    ]);
    expect(again.get('transposed')!.strides).toEqual([1, 4, 12]);
    expect(again.get('expanded')!.strides).toEqual([1, 0]);
  });
});

test('a loaded parameter is a leaf that takes gradients', () => {
  withPath(() => {
    const { parameter, leaf } = Object.fromEntries(
      loadTorch(goldenPath('views.zip.pth')) as Map<string, Tensor>,
    );
    expect([parameter!.isLeaf, parameter!.requiresGrad, leaf!.isLeaf]).toEqual([true, true, true]);
    parameter!.mul(leaf!).sum().backward();
    expect(parameter!.grad!.toArray()).toEqual([0.5, 0.5]);
  });
});

describe('saveTorch', () => {
  test('plain objects, int and text keys, tuples, a tensor that occurs twice', () => {
    withPath((path) => {
      const weight = tensor([
        [1, 2],
        [3, 4],
      ]);
      const value = {
        epoch: 3,
        betas: Object.freeze([0.9, 0.999]),
        twice: [weight, weight],
        state: new Map([[0, { step: 1n }]]),
      };
      saveTorch(path, value);
      const loaded = loadTorch(path) as Map<string, unknown>;
      const [first, second] = loaded.get('twice') as [Tensor, Tensor];
      expect(first.toArray()).toEqual([
        [1, 2],
        [3, 4],
      ]);
      expect(second.storage.key).toBe(first.storage.key);
      expect(loaded.get('betas')).toEqual([0.9, 0.999]);
      expect(Object.isFrozen(loaded.get('betas'))).toBe(true);
      expect(loaded.get('state')).toEqual(new Map([[0, new Map([['step', 1]])]]));
    });
  });

  test.each<[string, unknown, string]>([
    [
      'undefined',
      { model: [1, undefined] },
      'model.1: expected tensors, plain containers, text, bytes, numbers, booleans or null, received a value of type undefined',
    ],
    ['a function', { f: () => 1 }, 'f: expected tensors'],
    [
      'an object of a class',
      new Map([['when', new Date(0)]]),
      'when: expected tensors, plain containers, text, bytes, numbers, booleans or null, received an object of class Date',
    ],
    ['half a surrogate', ['\ud800'], 'expected well-formed Unicode text'],
    ['an enormous integer', [1n << 3000n], 'expected integers of at most 255 bytes'],
  ])('refuses %s and writes nothing', (_, value, message) => {
    withPath((path) => {
      expect(() => saveTorch(path, value)).toThrow(message);
      expect(existsSync(path)).toBe(false);
    });
  });

  test('refuses a value that contains itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    withPath((path) => expect(() => saveTorch(path, loop)).toThrow('a value that contains itself'));
  });
});

describe('safetensors', () => {
  test('every dtype there and back, a strided tensor in row-major order, metadata', () => {
    withPath((path) => {
      const tensors = loadTorch(goldenPath('dtypes.zip.pth')) as Map<string, Tensor>;
      tensors.delete('complex128');
      tensors.set('strided', ops.arange(6).reshape([2, 3]).t());
      saveSafetensors(path, tensors, { epoch: '3' });
      const loaded = loadSafetensors(path);
      expect(loadSafetensorsMetadata(path)).toEqual(new Map([['epoch', '3']]));
      expect(loaded.size).toBe(tensors.size);
      for (const [name, expected] of tensors)
        expect(describeTensor(loaded.get(name)!)).toEqual(describeTensor(expected));
      expect(loaded.get('strided')!.isContiguous).toBe(true);
    });
  });

  test('a dtype that the engine lacks is refused before anything is loaded', () => {
    const before = memoryStats().liveTensors;
    expect(() => loadSafetensors(goldenPath('reference.safetensors'))).toThrow(
      /tensor "all\.uint64": expected a dtype of/,
    );
    expect(memoryStats().liveTensors).toBe(before);
  });
});

test('nothing leaks: not the base tensors, and not the half that was loaded before an error', () => {
  withFolder((folder) => {
    const before = memoryStats().liveTensors;
    const path = join(folder, 'file');
    const views = loadTorch(goldenPath('views.zip.pth')) as Map<string, Tensor>;
    expect(memoryStats().liveTensors).toBe(before + views.size);
    expect(() => loadTorch(goldenPath('refused.os.system.zip.pth'))).toThrow('os.system');
    saveTorch(path, views);
    saveSafetensors(path, views);
    expect(memoryStats().liveTensors).toBe(before + views.size);
    for (const view of views.values()) view.dispose();
    expect(memoryStats().liveTensors).toBe(before);
  });
});

test('a slice takes its whole storage along, as in PyTorch', () => {
  withPath((path) => {
    saveTorch(path, ops.arange(100).index(slice(10, 12)));
    const loaded = loadTorch(path) as Tensor;
    expect([loaded.toArray(), loaded.storage.offset, loaded.storage.bytes]).toEqual([[10, 11], 10, 400]);
  });
});

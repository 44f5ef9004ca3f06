/**
 * Tensors of the engine to files and back. The formats and their checks are in the files and folders beside this one, which
 * do not load the engine.
 */

import type { Device } from '../engine/device.js';
import { type DType, dtypes, isDType } from '../engine/dtype.js';
import { kinoraError } from '../error.js';
import { fromBytes } from '../ops/create.js';
import { ops } from '../ops/ops.js';
import { noGrad } from '../tensor/grad.js';
import { Tensor } from '../tensor/tensor.js';
import { readCheckpoint } from './checkpoint/read.js';
import type { Storage, StridedTensor, TensorMaker } from './checkpoint/tensors.js';
import { writeCheckpoint } from './checkpoint/write.js';
import type { RawDType, RawTensor } from './raw.js';
import { parseSafetensors, writeSafetensors } from './safetensors.js';
import { withFile } from './source.js';

export interface LoadOptions {
  /** Where the tensors go; `cpu` by default, wherever they were when saved. */
  device?: Device;
}

/**
 * The tensors of a safetensors file by name, in file order. Nothing is loaded of a file that breaks the format
 * (`serialize/damaged` with the byte position) or holds a dtype unknown to the engine (`serialize/unsupported`).
 */
export function loadSafetensors(path: string, { device = 'cpu' }: LoadOptions = {}): Map<string, Tensor> {
  return withFile(path, (source) => {
    const { tensors } = parseSafetensors(source);
    for (const [name, { dtype }] of tensors) engineDType(`${path}, tensor ${JSON.stringify(name)}`, dtype);
    return disposingOnError((made) => {
      const load = ({ dtype, shape, bytes }: RawTensor) =>
        made(place(bytes(), dtype as DType, shape, device));
      return new Map([...tensors].map(([name, tensor]) => [name, load(tensor)]));
    });
  });
}

/** The `__metadata__` of a safetensors file; reads the header only. */
export function loadSafetensorsMetadata(path: string): Map<string, string> {
  return withFile(path, (source) => new Map(parseSafetensors(source).metadata));
}

/**
 * Writes tensors and metadata as safetensors, atomically: a failure (`file/disk-full`, ...) leaves the old file whole.
 * Throws `serialize/unsupported` for complex128. Tensors that share memory are written each for itself.
 */
export function saveSafetensors(
  path: string,
  tensors: Iterable<readonly [string, Tensor]>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const raw = Array.from(tensors, ([name, tensor]): [string, RawTensor] => [
    name,
    { dtype: tensor.dtype, shape: tensor.shape, bytes: () => tensor.toBytes() },
  ]);
  writeSafetensors(path, new Map(raw), new Map(Object.entries(metadata)));
}

/**
 * What `torch.save` wrote (.pt, .pth, .pth.tar; zip or legacy): tensors and plain values, as `readCheckpoint` lists
 * them: dict is Map, tuple a frozen array. Tensors that shared a storage share it again. A file that asks for anything
 * else is refused with the name of what it asked for (`serialize/refused`); nothing of a file is ever executed.
 */
export function loadTorch(path: string, { device = 'cpu' }: LoadOptions = {}): unknown {
  return withFile(path, (source) =>
    disposingOnError((made) => {
      const bases = new Map<string, Tensor>();
      try {
        return readCheckpoint(source, engineTensors(bases, made, source.name, device));
      } finally {
        for (const base of bases.values()) base.dispose();
      }
    }),
  );
}

/**
 * Writes tensors and plain values as Python's `torch.load` reads them, `weights_only=True` included; atomically.
 * Maps and plain objects become dict, arrays list, frozen arrays tuple. Throws `serialize/unsupported` with the path
 * of a value that has no such form.
 */
export function saveTorch(path: string, value: unknown): void {
  writeCheckpoint(path, value, (object) => (object instanceof Tensor ? describe(object) : undefined));
}

/** Every storage is loaded once, as a flat base tensor; the tensors are views that share its memory. */
function engineTensors(
  bases: Map<string, Tensor>,
  made: (tensor: Tensor) => Tensor,
  where: string,
  device: Device,
): TensorMaker<Tensor> {
  const baseOf = ({ key, dtype, length, bytes }: Storage): Tensor => {
    const id = `${key} ${dtype}`;
    const base = bases.get(id) ?? place(bytes(), engineDType(where, dtype), [length], device);
    bases.set(id, base);
    return base;
  };
  return {
    tensor({ storage, shape, strides, offset, requiresGrad }) {
      const base = baseOf(storage);
      const tensor = made(noGrad(() => ops.as_strided(base, shape, strides, offset)));
      if (requiresGrad) tensor.requiresGrad = true;
      return tensor;
    },
    parameter(data, requiresGrad) {
      data.requiresGrad = requiresGrad;
      return data;
    },
  };
}

function place(bytes: Uint8Array, dtype: DType, shape: readonly number[], device: Device): Tensor {
  const tensor = fromBytes(bytes, dtype, shape);
  if (device === 'cpu') return tensor;
  try {
    return tensor.to({ device });
  } finally {
    tensor.dispose();
  }
}

function engineDType(where: string, dtype: RawDType): DType {
  if (isDType(dtype)) return dtype;
  const expected = `a dtype of ${Object.keys(dtypes).join(', ')}`;
  throw kinoraError('serialize/unsupported', where, expected, dtype);
}

/** The tensor as a view of its storage, whose bytes are copied out when they are written. */
function describe(tensor: Tensor): StridedTensor {
  const { dtype, shape, strides, storage, requiresGrad, isLeaf } = tensor;
  const length = Math.floor(storage.bytes / dtypes[dtype].size);
  const flat = { key: `${storage.key} ${dtype}`, dtype, length, bytes: () => storageBytes(tensor, length) };
  return {
    dtype,
    shape,
    strides,
    offset: storage.offset,
    storage: flat,
    requiresGrad: requiresGrad && isLeaf,
  };
}

function storageBytes(tensor: Tensor, length: number): Uint8Array {
  const flat = noGrad(() => ops.as_strided(tensor, [length], [1], 0));
  try {
    return flat.toBytes();
  } finally {
    flat.dispose();
  }
}

/** Frees the tensors given to `made` when `load` throws: half a file is of no use. */
function disposingOnError<T>(load: (made: (tensor: Tensor) => Tensor) => T): T {
  const tensors: Tensor[] = [];
  try {
    return load((tensor) => {
      tensors.push(tensor);
      return tensor;
    });
  } catch (error) {
    for (const tensor of tensors) tensor.dispose();
    throw error;
  }
}

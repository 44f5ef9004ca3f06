/**
 * Writes files for Python's `torch.load`, also with `weights_only=True`: the zip format of PyTorch 1.6 and later, with
 * one entry per storage, its data aligned to 64 bytes. As in PyTorch, a tensor's whole storage is saved, and tensors
 * that share memory still share it when loaded.
 */
import { kinoraError } from '../../error.js';
import { writeAtomically } from '../atomic.js';
import { Op } from '../pickle/opcodes.js';
import { type PickleWriter, pickle } from '../pickle/pickle.js';
import { checkSize, type RawDType } from '../raw.js';
import { ZipWriter } from '../zip/writer.js';
import { STORAGE_DTYPES, type Storage, type StridedTensor } from './tensors.js';

/** Version of the archive layout that `torch.save` has written since 1.6. */
const ARCHIVE_VERSION = '3\n';
const ROOT = 'archive';

export interface WriteOptions {
  /** See ZipWriter. */
  readonly zip64From?: number;
}

/**
 * Writes `value` to `path` atomically. `asTensor` decides which objects are tensors. Storages with equal keys are
 * written once, and their bytes are read only when they are written. Throws `serialize/unsupported`.
 */
export function writeCheckpoint(
  path: string,
  value: unknown,
  asTensor: (value: object) => StridedTensor | undefined,
  { zip64From }: WriteOptions = {},
): void {
  const storages = new Map<string, { index: number; storage: Storage }>();
  const bytes = pickle(value, (object, out) => {
    const tensor = asTensor(object);
    if (tensor === undefined) return false;
    const { storage } = tensor;
    const known = storages.get(storage.key) ?? { index: storages.size, storage };
    storages.set(storage.key, known);
    writeTensor(out, String(known.index), tensor);
    return true;
  });
  writeAtomically(path, (sink) => {
    const zip = new ZipWriter(sink, zip64From);
    zip.add(`${ROOT}/data.pkl`, bytes);
    zip.add(`${ROOT}/byteorder`, Buffer.from('little'));
    for (const { index, storage } of storages.values())
      zip.add(`${ROOT}/data/${index}`, storageBytes(storage));
    zip.add(`${ROOT}/version`, Buffer.from(ARCHIVE_VERSION));
    zip.finish();
  });
}

function storageBytes(storage: Storage): Uint8Array {
  const bytes = storage.bytes();
  checkSize(`storage ${storage.key}`, { dtype: storage.dtype, shape: [storage.length] }, bytes);
  return bytes;
}

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)`. */
function writeTensor(out: PickleWriter, key: string, tensor: StridedTensor): void {
  const { storage, offset, shape, strides, requiresGrad } = tensor;
  out.call('torch._utils', '_rebuild_tensor_v2', () => {
    writeStorage(out, key, storage);
    out.integer(offset);
    for (const sizes of [shape, strides]) out.integers(sizes);
    out.boolean(requiresGrad);
    out.call('collections', 'OrderedDict', () => {});
  });
}

function writeStorage(out: PickleWriter, key: string, { dtype, length }: Storage): void {
  out.tuple(() => {
    out.text('storage');
    out.global('torch', storageName(dtype));
    out.text(key);
    out.text('cpu');
    out.integer(length);
  });
  out.op(Op.BINPERSID);
}

const STORAGE_NAMES = new Map<string, string>(
  Object.entries(STORAGE_DTYPES).map(([name, dtype]) => [dtype, name]),
);

function storageName(dtype: RawDType): string {
  const name = STORAGE_NAMES.get(dtype);
  if (name !== undefined) return name;
  const expected = `a dtype of ${[...STORAGE_NAMES.keys()].join(', ')}`;
  throw kinoraError('serialize/unsupported', 'a tensor to save', expected, dtype);
}

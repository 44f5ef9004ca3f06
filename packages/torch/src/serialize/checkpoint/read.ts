/**
 * Reads what `torch.save` wrote: the zip format (PyTorch 1.6 and later) and the legacy one before it.
 * The values are plain: dict and OrderedDict are Map, list is an array, tuple a frozen array, set is Set, bytes is
 * Uint8Array, None is null, int is a number (a bigint beyond 2^53), dtypes and devices are their names.
 */
import { kinoraError } from '../../error.js';
import { Cursor } from '../pickle/cursor.js';
import { checkPlain } from '../pickle/plain.js';
import { unpickle } from '../pickle/unpickle.js';
import { BadArguments } from '../pickle/values.js';
import { ITEM_SIZE, type RawTensor } from '../raw.js';
import { type ByteSource, damaged, memorySource } from '../source.js';
import { readDirectory, readEntry, type ZipEntry } from '../zip/reader.js';
import { readLegacy } from './read-legacy.js';
import {
  parseStorageId,
  type Storage,
  StorageView,
  type StridedTensor,
  type TensorMaker,
  torchGlobals,
} from './tensors.js';

/**
 * The value in the file, with tensors created by `maker`, which reads their storages, so the source must be open.
 * Throws `serialize/refused` for anything but tensors and plain values, `serialize/damaged` with the byte position.
 */
export function readCheckpoint<T extends object>(source: ByteSource, maker: TensorMaker<T>): unknown {
  const start = source.read(0, Math.min(source.size, TAR_MARK + 5));
  const text = (from: number, to: number) => Buffer.from(start.subarray(from, to)).toString('latin1');
  if (text(0, 4) === 'PK\x03\x04') return readZip(source, maker);
  if (start[0] === 0x80) return readLegacy(source, maker);
  const tar = text(TAR_MARK, TAR_MARK + 5) === 'ustar';
  throw kinoraError('serialize/format', source.name, {
    expected: 'a file of torch.save (zip or legacy)',
    received: tar
      ? 'a tar archive, the format used before PyTorch 0.1.10'
      : `a file that starts with ${firstBytes(start)}`,
    hint: tar ? 'load it in Python and save it again' : undefined,
  });
}

const TAR_MARK = 257;

const firstBytes = (start: Uint8Array): string =>
  start.length === 0 ? 'nothing' : `the bytes ${Buffer.from(start.subarray(0, 8)).toString('hex')}`;

const PICKLE = 'data.pkl';

/**
 * The zip format of `torch.save` (torch/serialization.py, `_load`): `<root>/data.pkl` and one stored entry
 * `<root>/data/<key>` for each storage.
 */
function readZip<T extends object>(source: ByteSource, maker: TensorMaker<T>): unknown {
  const entries = readDirectory(source);
  const root = findRoot(source, entries);
  checkByteOrder(source, entries.get(`${root}byteorder`));
  const pickle = memorySource(
    readEntry(source, entries.get(root + PICKLE)!),
    `${source.name} (${root}${PICKLE})`,
  );
  const storages = new Map<string, Storage>();
  const made = new Set<object>();
  const persistentLoad = (id: unknown) => loadStorage(source, entries, root, storages, id);
  const value = unpickle(new Cursor(pickle), { globals: torchGlobals(maker, made), persistentLoad });
  checkPlain(pickle, value, (object) => made.has(object));
  return value;
}

/** The top folder of the archive: `archive/`, or the name of the file when it was saved. */
function findRoot(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>): string {
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  const fail = (received: string, hint: string) =>
    kinoraError('serialize/format', source.name, 'a file of torch.save', received, { hint });
  if (pickle === undefined)
    throw fail(`a zip file without ${PICKLE}`, 'check that the file is a PyTorch checkpoint');
  const root = pickle.slice(0, -PICKLE.length);
  if (!entries.has(`${root}constants.pkl`)) return root;
  throw fail('a TorchScript program', 'save the state_dict() of the module instead');
}

/** Written since PyTorch 2.1; absent means little-endian. */
function checkByteOrder(source: ByteSource, entry: ZipEntry | undefined): void {
  if (entry === undefined) return;
  const order = Buffer.from(readEntry(source, entry)).toString('latin1');
  if (order !== 'little')
    throw damaged(source, entry.headerOffset, 'byte order little', JSON.stringify(order));
}

function loadStorage(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
  root: string,
  storages: Map<string, Storage>,
  persistentId: unknown,
): StorageView {
  const { key, dtype, length, start, count } = parseStorageId(persistentId);
  const entry = entries.get(`${root}data/${key}`);
  if (entry === undefined) throw new BadArguments(`the storage ${root}data/${key} in the file`, 'none');
  const bytes = length * ITEM_SIZE[dtype];
  if (entry.size !== bytes) throw new BadArguments(`${bytes} bytes in ${entry.name}`, `${entry.size}`);
  const storage = storages.get(key) ?? { key, dtype, length, bytes: () => readEntry(source, entry) };
  if (storage.dtype !== dtype) throw new BadArguments(`storage ${key} as ${storage.dtype}`, dtype);
  storages.set(key, storage);
  return new StorageView(storage, start, count);
}

/** Tensors as data: views are copied into row-major order when their bytes are read. */
export const rawTensors: TensorMaker<RawTensor> = {
  tensor: (described) => ({ dtype: described.dtype, shape: described.shape, bytes: () => gather(described) }),
  parameter: (data) => data,
};

/** The elements of a strided tensor in row-major order. */
function gather({ dtype, shape, strides, offset, storage }: StridedTensor): Uint8Array {
  const size = ITEM_SIZE[dtype];
  const from = storage.bytes();
  const count = shape.reduce((a, b) => a * b, 1);
  if (isContiguous(shape, strides)) return from.subarray(offset * size, (offset + count) * size);
  checkExpansion(count, size, storage);
  const to = new Uint8Array(count * size);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = offset; i < count; i++) {
    to.set(from.subarray(at * size, (at + 1) * size), i * size);
    for (let d = shape.length - 1; d >= 0; d--) {
      index[d]!++;
      at += strides[d]!;
      if (index[d]! < shape[d]!) break;
      at -= index[d]! * strides[d]!;
      index[d] = 0;
    }
  }
  return to;
}

/** A few bytes may expand to a tensor of any size (stride 0). */
const LARGEST_EXPANSION = 2 ** 28;

function checkExpansion(count: number, size: number, storage: Storage): void {
  if (count <= storage.length || count * size <= LARGEST_EXPANSION) return;
  throw kinoraError('serialize/too-large', `storage ${storage.key}`, {
    expected: `a tensor of at most ${LARGEST_EXPANSION} bytes from ${storage.length} elements`,
    received: `${count} elements`,
  });
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) return shape.includes(0);
    expected *= shape[d]!;
  }
  return true;
}

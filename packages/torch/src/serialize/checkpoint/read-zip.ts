/**
 * The zip format of `torch.save` (torch/serialization.py, `_load`): `<root>/data.pkl` and one stored entry
 * `<root>/data/<key>` for each storage.
 */
import { kinoraError } from '../../error.js';
import { Cursor } from '../pickle/cursor.js';
import { checkPlain } from '../pickle/plain.js';
import { unpickle } from '../pickle/unpickle.js';
import { BadArguments } from '../pickle/values.js';
import { ITEM_SIZE } from '../raw.js';
import { type ByteSource, damaged, memorySource } from '../source.js';
import { readDirectory, readEntry, type ZipEntry } from '../zip/reader.js';
import { torchGlobals } from './globals.js';
import { parseStorageId, type Storage, StorageView, type TensorMaker } from './tensors.js';

const PICKLE = 'data.pkl';

export function readZip<T extends object>(source: ByteSource, maker: TensorMaker<T>): unknown {
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

/** The folder in the archive that everything is in: `archive/`, or the name of the file as it was saved. */
function findRoot(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>): string {
  const pickle = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  const fail = (received: string, hint: string) =>
    kinoraError('serialize/format', source.name, 'a file of torch.save', received, { hint });
  if (pickle === undefined) throw fail(`a zip file without ${PICKLE}`, 'is it a zip of something else?');
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

/**
 * The legacy format of `torch.save` (before PyTorch 1.6, or with `_use_new_zipfile_serialization=False`;
 * torch/serialization.py, `_legacy_load`): five pickles - magic number, protocol version, system, the object,
 * storage keys - then for each key an int64 count and that many elements.
 */
import { Cursor } from '../pickle/cursor.js';
import { checkPlain } from '../pickle/plain.js';
import { type UnpickleHooks, unpickle } from '../pickle/unpickle.js';
import { BadArguments, describe } from '../pickle/values.js';
import { ITEM_SIZE } from '../raw.js';
import { type ByteSource, damaged } from '../source.js';
import {
  parseStorageId,
  type Storage,
  type StorageId,
  StorageView,
  type TensorMaker,
  torchGlobals,
} from './tensors.js';

const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

const NOTHING: UnpickleHooks = {
  globals: new Map(),
  persistentLoad: () => {
    throw new BadArguments('no storages here', 'one');
  },
};

/**
 * The storages come after the pickle that refers to them, so it runs twice: first to find its end and collect the
 * descriptions of its storages, then, with their positions known, to create the tensors.
 */
export function readLegacy<T extends object>(source: ByteSource, maker: TensorMaker<T>): unknown {
  const cursor = new Cursor(source);
  checkPreamble(cursor);
  const start = cursor.position;
  const ids = new Map<string, StorageId>();
  readObject(cursor, PROBE, new Set(), (id) => remember(ids, parseStorageId(id)));
  const storages = locateStorages(cursor, ids);
  const made = new Set<object>();
  const value = readObject(
    new Cursor(source, start),
    maker,
    made,
    (id) => storages.get(parseStorageId(id).key)!,
  );
  checkPlain(source, value, (object) => made.has(object));
  return value;
}

const PROBE: TensorMaker<object> = { tensor: () => ({}), parameter: (data) => data };

function readObject<T extends object>(
  cursor: Cursor,
  maker: TensorMaker<T>,
  made: Set<object>,
  storageOf: (id: unknown) => Storage,
): unknown {
  const persistentLoad = (id: unknown) => {
    const storage = storageOf(id);
    const { start, count } = parseStorageId(id);
    return new StorageView(storage, start, count);
  };
  return unpickle(cursor, { globals: torchGlobals(maker, made), persistentLoad });
}

function checkPreamble(cursor: Cursor): void {
  const next = (name: string, valid: (value: unknown) => boolean) => {
    const { position } = cursor;
    const value = unpickle(cursor, NOTHING);
    if (!valid(value)) throw damaged(cursor.source, position, `the ${name} of torch.save`, describe(value));
  };
  next('magic number', (value) => value === MAGIC_NUMBER);
  next('protocol version 1001', (value) => value === PROTOCOL_VERSION);
  next(
    'system (a little-endian one)',
    (value) => value instanceof Map && value.get('little_endian') === true,
  );
}

function remember(ids: Map<string, StorageId>, id: StorageId): Storage {
  const { key, dtype, length } = ids.get(id.key) ?? id;
  if (dtype !== id.dtype || length !== id.length) {
    throw new BadArguments(`storage ${key} as ${dtype}[${length}]`, `${id.dtype}[${id.length}]`);
  }
  ids.set(key, id);
  return { key, dtype, length, bytes: () => new Uint8Array(0) };
}

function locateStorages(cursor: Cursor, ids: ReadonlyMap<string, StorageId>): Map<string, Storage> {
  const { source, position } = cursor;
  const keys = unpickle(cursor, NOTHING);
  if (!Array.isArray(keys)) throw damaged(source, position, 'the list of storage keys', describe(keys));
  const storages = new Map<string, Storage>();
  let at = cursor.position;
  for (const key of keys) {
    const id = ids.get(key as string);
    if (id === undefined || storages.has(id.key))
      throw damaged(source, at, 'a unique storage key', describe(key));
    storages.set(id.key, locate(source, id, at));
    at += 8 + id.length * ITEM_SIZE[id.dtype];
  }
  const missing = [...ids.keys()].find((key) => !storages.has(key));
  if (missing !== undefined)
    throw damaged(source, at, `storage ${missing}`, 'the end of the list of storages');
  return storages;
}

function locate(source: ByteSource, { key, dtype, length }: StorageId, at: number): Storage {
  const count = Buffer.from(source.read(at, 8)).readBigInt64LE();
  if (count !== BigInt(length)) throw damaged(source, at, `${length} elements of storage ${key}`, `${count}`);
  const size = length * ITEM_SIZE[dtype];
  if (at + 8 + size > source.size)
    throw damaged(source, at + 8, `${size} bytes of storage ${key}`, `${source.size - at - 8}`);
  return { key, dtype, length, bytes: () => source.read(at + 8, size) };
}

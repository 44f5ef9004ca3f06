/**
 * Storages: the flat arrays that tensors in PyTorch files are views of, and the ids by which pickles name them
 * (torch/serialization.py, `persistent_id` in `_save` and `_legacy_save`).
 */
import { BadArguments, describe } from '../pickle/values.js';
import type { RawDType } from '../raw.js';

/** A storage class as the pickle names it (`torch.FloatStorage`). */
export class StorageType {
  constructor(
    readonly name: string,
    readonly dtype: RawDType,
  ) {}
}

/** `torch.<name>`; storages that were on a GPU are `torch.cuda.<name>` in files of old versions. */
export const STORAGE_DTYPES = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
} as const satisfies Record<string, RawDType>;

/** What a pickle says of a storage. Its elements may be a stretch of another's (legacy files only). */
export interface StorageId {
  readonly key: string;
  readonly dtype: RawDType;
  /** Elements of the storage that `key` names. */
  readonly length: number;
  /** First element of this view in it, and how many there are. */
  readonly start: number;
  readonly count: number;
}

/** Parses `('storage', type, key, location, length[, (view key, start, count) | None])`. */
export function parseStorageId(id: unknown): StorageId {
  const [tag, type, key, location, length, part] = Array.isArray(id) ? (id as readonly unknown[]) : [];
  if (tag !== 'storage')
    throw new BadArguments('the id of a storage', Array.isArray(id) ? describe(tag) : describe(id));
  if (!(type instanceof StorageType)) throw new BadArguments('a storage class', describe(type));
  if (typeof key !== 'string' || typeof location !== 'string')
    throw new BadArguments('a storage key', describe(key));
  if (!isNatural(length)) throw new BadArguments('the length of a storage', describe(length));
  const whole = { key, dtype: type.dtype, length };
  if (part === undefined || part === null) return { ...whole, start: 0, count: length };
  const [, start, count] = Array.isArray(part) ? (part as readonly unknown[]) : [];
  if (!isNatural(start) || !isNatural(count) || start + count > length) {
    throw new BadArguments(
      `a part of a storage of ${length} elements`,
      `${describe(start)}, ${describe(count)}`,
    );
  }
  return { ...whole, start, count };
}

export const isNatural = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

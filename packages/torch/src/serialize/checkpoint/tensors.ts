/**
 * The names that a PyTorch file may use: builders of tensors (torch/_utils.py, `_rebuild_*`), which check every size,
 * stride and offset against the storage first; and storages, the flat arrays that tensors are views of, with the ids
 * that pickles use for them (torch/serialization.py, `persistent_id` in `_save` and `_legacy_save`).
 */
import { type Globals, plainGlobals } from '../pickle/globals.js';
import { BadArguments, describe, PickleGlobal } from '../pickle/values.js';
import { elementCount, ITEM_SIZE, type RawDType } from '../raw.js';

/** A storage. Each call of `bytes()` reads all of it. */
export interface Storage {
  readonly key: string;
  readonly dtype: RawDType;
  /** Elements of `dtype`. */
  readonly length: number;
  bytes(): Uint8Array;
}

/** A part of a storage, in elements of `dtype`. It never leaves the unpickler's stack. */
export class StorageView {
  constructor(
    readonly storage: Storage,
    readonly start: number,
    readonly count: number,
  ) {}
}

/** A tensor as a PyTorch file describes it: strides and offset count elements of the storage. */
export interface StridedTensor {
  readonly dtype: RawDType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly storage: Storage;
  readonly requiresGrad: boolean;
}

/** How tensors are created: as data, or by the engine. */
export interface TensorMaker<T extends object> {
  tensor(described: StridedTensor): T;
  /** `torch.nn.Parameter(data, requiresGrad)`. */
  parameter(data: T, requiresGrad: boolean): T;
}

const MOST_DIMENSIONS = 64;

/** `_rebuild_tensor`, `_v2`, `_v3` and `_rebuild_parameter`, which create tensors through `maker`; `made` collects them. */
function tensorGlobals<T extends object>(maker: TensorMaker<T>, made: Set<object>): Map<string, unknown> {
  const keep = (tensor: T): T => {
    made.add(tensor);
    return tensor;
  };
  const rebuild = (
    [storage, offset, shape, strides, requiresGrad]: readonly unknown[],
    dtype?: unknown,
  ): T => {
    const view = asView(storage, dtype);
    return keep(maker.tensor(describeTensor(view, offset, shape, strides, requiresGrad === true)));
  };
  const parameter = ([data, requiresGrad]: readonly unknown[]): T => {
    if (typeof data !== 'object' || data === null || !made.has(data))
      throw new BadArguments('a tensor', describe(data));
    return keep(maker.parameter(data as T, requiresGrad === true));
  };
  const builders: Record<string, PickleGlobal['call']> = {
    _rebuild_tensor: (args) => rebuild(args.slice(0, 4)),
    _rebuild_tensor_v2: (args) => rebuild(withoutMetadata(args, 6)),
    _rebuild_tensor_v3: (args) => rebuild(withoutMetadata(args, 7), args[6]),
    _rebuild_parameter: parameter,
  };
  const named = Object.entries(builders).map(([name, call]) => [`torch._utils.${name}`, call] as const);
  return new Map(named.map(([name, call]) => [name, new PickleGlobal(name, call)]));
}

/** The metadata marks lazily conjugated and negated tensors, whose bytes are not their values. */
function withoutMetadata(args: readonly unknown[], at: number): readonly unknown[] {
  const metadata = args[at];
  if (metadata === undefined || metadata === null || (metadata instanceof Map && metadata.size === 0))
    return args;
  throw new BadArguments(
    'a tensor without metadata (save x.resolve_conj().resolve_neg())',
    describe(metadata),
  );
}

/** An untyped storage (uint8) takes the dtype that `_rebuild_tensor_v3` gives. */
function asView(value: unknown, dtype: unknown): StorageView {
  if (!(value instanceof StorageView)) throw new BadArguments('a storage', describe(value));
  if (dtype === undefined) return value;
  if (typeof dtype !== 'string' || !Object.hasOwn(ITEM_SIZE, dtype))
    throw new BadArguments('a dtype', describe(dtype));
  const { storage, start, count } = value;
  const size = ITEM_SIZE[dtype as RawDType] / ITEM_SIZE[storage.dtype];
  const [length, first, elements] = [storage.length / size, start / size, count / size];
  if (![length, first, elements].every(isNatural))
    throw new BadArguments(`a storage of ${dtype}`, `${length} elements`);
  const typed = { key: storage.key, dtype: dtype as RawDType, length, bytes: () => storage.bytes() };
  return new StorageView(typed, first, elements);
}

function describeTensor(
  { storage, start, count }: StorageView,
  offset: unknown,
  shape: unknown,
  strides: unknown,
  requiresGrad: boolean,
): StridedTensor {
  const sizes = asNaturals(shape, 'a shape');
  const steps = asNaturals(strides, 'strides');
  if (!isNatural(offset)) throw new BadArguments('a storage offset', describe(offset));
  if (sizes.length !== steps.length) throw new BadArguments(`${sizes.length} strides`, `${steps.length}`);
  const elements = elementCount(sizes);
  if (Number.isNaN(elements)) throw new BadArguments('a shape of fewer than 2^53 elements', `[${sizes}]`);
  const last = sizes.reduce((sum, size, i) => sum + (size - 1) * steps[i]!, offset);
  if (elements > 0 && !(last < count)) {
    throw new BadArguments(
      `a tensor within its storage of ${count} elements`,
      `shape [${sizes}] up to element ${last}`,
    );
  }
  return {
    dtype: storage.dtype,
    shape: sizes,
    strides: steps,
    offset: start + offset,
    storage,
    requiresGrad,
  };
}

function asNaturals(value: unknown, what: string): readonly number[] {
  // Frozen: a list could still change after it was checked.
  const isTuple = Array.isArray(value) && Object.isFrozen(value);
  if (!isTuple || value.length > MOST_DIMENSIONS || !value.every(isNatural)) {
    throw new BadArguments(`${what} of at most ${MOST_DIMENSIONS} natural numbers`, describe(value));
  }
  return value as readonly number[];
}

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

/** A pickle's description of a storage. Its elements may be a part of another storage (legacy files only). */
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

function makeSize([sizes]: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(sizes) && Object.isFrozen(sizes)) return sizes;
  throw new BadArguments('a tuple of sizes', describe(sizes));
}

/** A device is its name: `cpu`, `cuda:0`. */
function makeDevice([type, index]: readonly unknown[]): string {
  if (typeof type !== 'string') throw new BadArguments('the name of a device', describe(type));
  return index === undefined ? type : `${type}:${String(index)}`;
}

const storageTypes = Object.entries(STORAGE_DTYPES).flatMap(([name, dtype]) =>
  ['torch', 'torch.cuda']
    .map((module) => `${module}.${name}`)
    .map((path) => [path, new StorageType(path, dtype)] as const),
);

const constants: readonly (readonly [string, unknown])[] = [
  ...storageTypes,
  ['torch.storage.UntypedStorage', new StorageType('torch.storage.UntypedStorage', 'uint8')],
  // A dtype is its name too.
  ...Object.keys(ITEM_SIZE).map((dtype) => [`torch.${dtype}`, dtype] as const),
  ['torch.Size', new PickleGlobal('torch.Size', makeSize)],
  ['torch.device', new PickleGlobal('torch.device', makeDevice)],
];

/** Every name that a PyTorch file may use: plain containers, storages, dtypes, sizes, devices and tensor builders. */
export function torchGlobals<T extends object>(maker: TensorMaker<T>, made: Set<object>): Globals {
  return new Map([...plainGlobals, ...constants, ...tensorGlobals(maker, made)]);
}

/**
 * The builders of tensors that PyTorch's pickles name (torch/_utils.py, `_rebuild_*`), with every size, stride and
 * offset checked against the storage before anything is made of them.
 */
import { BadArguments, describe, PickleGlobal } from '../pickle/values.js';
import { elementCount, ITEM_SIZE, type RawDType } from '../raw.js';
import { isNatural } from './storage.js';

/** A storage as tensors see it: `bytes()` reads it, all of it, each time. */
export interface Storage {
  readonly key: string;
  readonly dtype: RawDType;
  /** Elements of `dtype`. */
  readonly length: number;
  bytes(): Uint8Array;
}

/** A stretch of a storage, in elements of `dtype`. It stays on the unpickler's stack. */
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

/** How the caller wants tensors: as data, or made by an engine. */
export interface TensorMaker<T extends object> {
  tensor(described: StridedTensor): T;
  /** `torch.nn.Parameter(data, requiresGrad)`. */
  parameter(data: T, requiresGrad: boolean): T;
}

const MOST_DIMENSIONS = 64;

/** `_rebuild_tensor`, `_v2`, `_v3` and `_rebuild_parameter`, making tensors through `maker`; `made` collects them. */
export function tensorGlobals<T extends object>(
  maker: TensorMaker<T>,
  made: Set<object>,
): Map<string, unknown> {
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

/**
 * The values that live on the unpickler's stack besides JavaScript's own, and how messages name a value.
 * A tuple is a frozen array, a list a plain one; dict is Map, set is Set, bytes is Uint8Array, None is null.
 */

/** Something that GLOBAL put on the stack and REDUCE may call. It never leaves the unpickler. */
export class PickleGlobal {
  constructor(
    readonly name: string,
    /** Throws BadArguments when they do not fit. */
    readonly call: (args: readonly unknown[], budget: Budget) => unknown,
  ) {}
}

/** Counts elements that are copied, so that a small pickle cannot multiply a large list. */
export interface Budget {
  spend(elements: number): void;
}

/** Arguments that do not fit a builder; the unpickler adds file and position. */
export class BadArguments extends Error {
  constructor(
    readonly expected: string,
    readonly received: string,
  ) {
    super(expected);
  }
}

/** Python hashes neither lists nor dicts, and no checkpoint uses a tensor as a key. */
export function checkHashable(key: unknown): unknown {
  if (typeof key !== 'object' || key === null || (Array.isArray(key) && Object.isFrozen(key))) return key;
  throw new BadArguments('a key that Python could hash', describe(key));
}

/** The kind of a value, in Python's words, for messages. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `a ${Object.isFrozen(value) ? 'tuple' : 'list'} of ${value.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (value instanceof Set) return `a set of ${value.size}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof PickleGlobal) return value.name;
  return 'an object';
}

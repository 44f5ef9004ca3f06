/**
 * The names that a pickle may use: a short list of builders of plain values, each of which checks its arguments. A file
 * cannot make the reader do anything else; any other name is rejected with an error that contains it.
 */
import {
  BadArguments,
  type Budget,
  checkHashable,
  decodeNumpyScalar,
  describe,
  makeNumpyDtype,
  PickleGlobal,
} from './values.js';

export type Globals = ReadonlyMap<string, unknown>;

function orderedDict(args: readonly unknown[], budget: Budget): Map<unknown, unknown> {
  const [items] = args;
  if (args.length === 0) return new Map();
  if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2)) {
    throw new BadArguments('a list of pairs for OrderedDict', describe(items));
  }
  budget.spend(items.length);
  return new Map(items as [unknown, unknown][]);
}

function makeSet([items]: readonly unknown[], budget: Budget): Set<unknown> {
  if (items === undefined) return new Set();
  if (!Array.isArray(items)) throw new BadArguments('a list for set', describe(items));
  budget.spend(items.length);
  return new Set(items.map(checkHashable));
}

/** Protocol 2 has no bytes: Python 3 writes them as text whose code points are the bytes. */
function encodeLatin1([text, encoding]: readonly unknown[], budget: Budget): Uint8Array {
  if (typeof text !== 'string' || encoding !== 'latin1')
    throw new BadArguments('text and latin1', describe(encoding));
  budget.spend(text.length);
  return Uint8Array.from(text, (char) => {
    const code = char.codePointAt(0)!;
    if (code > 0xff) throw new BadArguments('characters of latin1', describe(char));
    return code;
  });
}

/** bytes() and bytearray() of nothing, or of a bytes object. */
function makeBytes([bytes, ...rest]: readonly unknown[], budget: Budget): Uint8Array {
  if (bytes === undefined) return new Uint8Array(0);
  if (rest.length > 0) return encodeLatin1([bytes, String(rest[0]).replace('latin-1', 'latin1')], budget);
  if (!(bytes instanceof Uint8Array)) throw new BadArguments('bytes', describe(bytes));
  budget.spend(bytes.length);
  return bytes.slice();
}

const builders: Record<string, PickleGlobal['call']> = {
  'collections.OrderedDict': orderedDict,
  'builtins.set': makeSet,
  'builtins.frozenset': makeSet,
  'builtins.bytes': makeBytes,
  'builtins.bytearray': makeBytes,
  '_codecs.encode': encodeLatin1,
  'numpy.dtype': makeNumpyDtype,
  'numpy.core.multiarray.scalar': decodeNumpyScalar,
  'numpy._core.multiarray.scalar': decodeNumpyScalar,
};

/** Containers, bytes and NumPy scalars; the tensor builders join them in checkpoint/tensors.ts. */
export const plainGlobals: Globals = new Map(
  Object.entries(builders).map(([name, call]) => [name, new PickleGlobal(name, call)]),
);

/**
 * The final check of an unpickled value: it must be plain at all levels, and not too deep or (counting shared parts
 * wherever they appear) too large for a reader that walks it recursively.
 */
import { type ByteSource, damaged } from '../source.js';
import { describe } from './values.js';

const DEEPEST = 256;
/** A checkpoint of the largest networks has about 10^5 values. */
const MOST_VALUES = 50_000_000;

interface Extent {
  readonly height: number;
  readonly values: number;
}

const LEAF: Extent = { height: 0, values: 1 };

/** Throws `serialize/damaged` unless `root` is plain. `isLeaf` accepts objects that builders created. */
export function checkPlain(source: ByteSource, root: unknown, isLeaf: (value: object) => boolean): void {
  const known = new Map<object, Extent>();
  const fail = (expected: string, received: string) => damaged(source, 0, expected, received);

  function visit(value: unknown, depth: number): Extent {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array || isLeaf(value))
      return LEAF;
    const children = childrenOf(value);
    if (children === undefined) throw fail('tensors and plain values', describe(value));
    const extent = known.get(value) ?? measure(children, depth);
    if (depth + extent.height > DEEPEST) throw fail(`at most ${DEEPEST} containers in each other`, 'more');
    known.set(value, extent);
    return extent;
  }

  function measure(children: Iterable<unknown>, depth: number): Extent {
    if (depth > DEEPEST)
      throw fail(`at most ${DEEPEST} containers in each other`, 'more, or one that contains itself');
    let height = 0;
    let values = 1;
    for (const child of children) {
      const extent = visit(child, depth + 1);
      height = Math.max(height, extent.height + 1);
      values += extent.values;
      if (values > MOST_VALUES) throw fail(`at most ${MOST_VALUES} values`, 'more');
    }
    return { height, values };
  }

  visit(root, 0);
}

function childrenOf(value: object): Iterable<unknown> | undefined {
  if (Array.isArray(value) || value instanceof Set) return value;
  return value instanceof Map ? entriesOf(value) : undefined;
}

function* entriesOf(map: Map<unknown, unknown>): Generator<unknown> {
  for (const [key, value] of map) {
    yield key;
    yield value;
  }
}

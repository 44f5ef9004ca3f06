import { describe, expect, test } from 'vitest';
import { memorySource } from '../source.js';
import { Cursor } from './cursor.js';
import { plainGlobals } from './globals.js';
import { Op } from './opcodes.js';
import { pickle } from './pickle.js';
import { checkPlain } from './plain.js';
import { unpickle } from './unpickle.js';
import { BadArguments, decodeInteger, encodeInteger } from './values.js';

const persistentLoad = () => {
  throw new BadArguments('no storage', 'one');
};

function load(...bytes: (number | string | Uint8Array)[]): unknown {
  const parts = bytes.map((part) =>
    typeof part === 'number'
      ? Uint8Array.of(part)
      : typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : part,
  );
  const source = memorySource(Buffer.concat(parts), 'x.pkl');
  const value = unpickle(new Cursor(source), { globals: plainGlobals, persistentLoad });
  checkPlain(source, value, () => false);
  return value;
}

const global = (path: string) => `c${path.replace('.', '\n')}\n`;

test.each([
  0n,
  1n,
  -1n,
  127n,
  128n,
  -128n,
  -129n,
  255n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 53n,
  2n ** 63n,
  -(2n ** 63n),
  7n ** 700n,
])('integer %s there and back', (value) => {
  expect(BigInt(decodeInteger(encodeInteger(value)))).toBe(value);
});

test('integers are numbers where they are exact', () => {
  expect(decodeInteger(encodeInteger(2n ** 53n - 1n))).toBe(2 ** 53 - 1);
  expect(decodeInteger(encodeInteger(2n ** 53n))).toBe(2n ** 53n);
});

test('plain values there and back', () => {
  const value = new Map<unknown, unknown>([
    ['a', [1, -2.5, 1e300, Number.NaN, -0, 2n ** 80n, null, true, 'ü']],
    [7, Object.freeze([Object.freeze([]), new Set([1, 'x'])])],
    [false, new Uint8Array([0, 128, 255])],
  ]);
  const bytes = pickle(value, () => false);
  const loaded = load(bytes);
  expect(loaded).toEqual(value);
});

test('a string longer than the window of the cursor', () => {
  const text = 'ab'.repeat(100_000);
  expect(load(pickle([text, text], () => false))).toEqual([text, text]);
});

test('attributes of an OrderedDict are let go', () => {
  expect(load(0x80, 2, global('collections.OrderedDict'), ')R', '}', 'b.')).toEqual(new Map());
});

describe('a pickle may name nothing but what is listed', () => {
  test.each([
    ['os.system', 'os.system'],
    ['posix.system', 'os.system'],
    ['__builtin__.eval', 'builtins.eval'],
    ['builtins.getattr', 'builtins.getattr'],
    ['builtins.__import__', 'builtins.__import__'],
    ['collections.OrderedDict.__init__', 'collections.OrderedDict.__init__'],
    ['torch.hub.load', 'torch.hub.load'],
    ['__proto__.constructor', '__proto__.constructor'],
    ['.constructor', '.constructor'],
  ])('%s', (path, named) => {
    expect(() => load(0x80, 2, global(path), '.')).toThrow(`received a request for ${named};`);
  });
  test('by STACK_GLOBAL', () => {
    expect(() =>
      load(0x80, 4, Op.SHORT_BINUNICODE, 2, 'os', Op.SHORT_BINUNICODE, 6, 'system', Op.STACK_GLOBAL),
    ).toThrow('received a request for os.system;');
  });
});

const set = global('builtins.set');
const scalar = global('numpy.core.multiarray.scalar');
const dtype = (code: string) =>
  `${global('numpy.dtype')}X${String.fromCharCode(code.length)}\0\0\0${code}\x85R`;

describe('damaged and hostile pickles', () => {
  test.each<[string, (number | string | Uint8Array)[], string]>([
    ['nothing', [], 'x.pkl at byte 0: expected 1 more bytes of pickle, received 0'],
    ['no end', [0x80, 2, 'N'], 'at byte 3: expected 1 more bytes of pickle, received 0'],
    [
      'a text form',
      ['I01\n.'],
      'at byte 0: expected a pickle opcode of protocols 2 to 5, received 0x49; save with pickle_protocol=2',
    ],
    ['an extension', [0x82, 1, '.'], 'received 0x82'],
    ['an empty stack', ['.'], 'at byte 0: expected a value on the stack, received an empty stack'],
    ['a value below the mark', ['N(0.'], 'expected a value on the stack'],
    ['no mark', ['Nt.'], 'at byte 1: expected a mark on the stack, received none'],
    ['an empty memo', ['h', 3, '.'], 'expected a value put into the memo before, received index 3'],
    ['a key without value', ['}(NNNu.'], 'expected a value for every key, received 3 keys and values'],
    ['append to a dict', ['}Na.'], 'expected a list on the stack, received a dict of 0'],
    ['append to a tuple', [')Na.'], 'expected a list on the stack, received a tuple of 0'],
    ['a list as key', ['}]Ns.'], 'expected a key that Python could hash, received a list of 0'],
    ['a dict in a set', [set, ']}a\x85R.'], 'expected a key that Python could hash, received a dict of 0'],
    [
      'a text of 4 GB',
      ['X', 0xff, 0xff, 0xff, 0xff, 'abc'],
      'at byte 5: expected 4294967295 more bytes of pickle, received 3',
    ],
    ['bytes of 2^64', [0x8e, Buffer.alloc(8, 0xff)], 'more bytes of pickle, received 0'],
    ['text that is not UTF-8', ['U', 1, 0xff, '.'], 'expected text in UTF-8'],
    [
      'an integer of 4 kB',
      [0x8b, 0, 0x10, 0, 0, Buffer.alloc(4096, 1), '.'],
      'expected an integer of at most 1024 bytes',
    ],
    ['an endless name', ['c', 'a'.repeat(5000)], 'expected a name under 4096 bytes'],
    ['a call of a number', ['K', 1, ')R.'], 'expected something to call, received 1'],
    ['a call without tuple', [set, 'NR.'], 'expected a tuple of arguments for builtins.set, received None'],
    ['attributes of a list', [']Nb.'], 'expected an OrderedDict to give attributes to'],
    ['a builder as value', [set, '.'], 'expected tensors and plain values, received builtins.set'],
    ['a NumPy dtype as value', [dtype('f8'), '.'], 'expected tensors and plain values, received an object'],
    ['a NumPy object', [dtype('O8')], 'expected a NumPy dtype of b1, i1'],
    ['a NumPy dtype of JavaScript', [dtype('constructor')], 'expected a NumPy dtype of b1, i1'],
    [
      'a NumPy scalar of another size',
      [scalar, dtype('f8'), 'C', 1, 0, '\x86R.'],
      'expected 8 bytes for a NumPy scalar, received 1 bytes',
    ],
    [
      'a big-endian NumPy scalar',
      [dtype('f8'), 'K', 3, 'U', 1, '>\x86b.'],
      'expected a little-endian NumPy dtype, received ">"',
    ],
    [
      'another codec',
      [global('_codecs.encode'), 'U', 1, 'a', 'U', 3, 'hex\x86R.'],
      'expected text and latin1, received "hex"',
    ],
    ['a persistent id', ['NQ.'], 'at byte 1: expected no storage'],
  ])('%s', (_, bytes, message) => {
    expect(() => load(...bytes)).toThrow(message);
  });
});

describe('bombs', () => {
  test('a tuple in a tuple, a hundred thousand deep', () => {
    expect(() => load(')', Buffer.alloc(100_000, Op.TUPLE1), '.')).toThrow(
      'at most 256 containers in each other',
    );
  });
  test('a list that contains itself', () => {
    expect(() => load(']q', 0, 'h', 0, 'a.')).toThrow(
      'at most 256 containers in each other, received more, or one that',
    );
  });
  test('ten times ten times ten ... of the same list', () => {
    const level = (i: number) =>
      Buffer.concat([
        Buffer.from(']('),
        ...Array(10).fill(Uint8Array.of(Op.BINGET, i)),
        Buffer.from('eq'),
        Uint8Array.of(i + 1),
      ]);
    const levels = Array.from({ length: 12 }, (_, i) => level(i));
    expect(() => load(']q', 0, ...levels, '.')).toThrow('at most 50000000 values, received more');
  });
  test('a long list copied into a set over and over', () => {
    const list = Buffer.concat([
      Buffer.from(']('),
      ...Array.from({ length: 30_000 }, (_, i) => Uint8Array.of(Op.BININT2, i, i >> 8)),
      Buffer.from('eq\0'),
    ]);
    const copy = Buffer.from('h\x01h\x00\x85R', 'latin1');
    const copies = Array(200).fill(copy);
    expect(() => load(set, 'q', 1, list, ...copies, '.')).toThrow(
      'expected copies in proportion to the file',
    );
  });
});

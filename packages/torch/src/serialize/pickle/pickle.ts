/**
 * Writes plain values as a pickle: the mirror of what the unpickler reads. Map and plain objects become dict, arrays
 * list, frozen arrays tuple, Set set, Uint8Array bytes, null None, integral numbers and bigints int.
 */
import { KinoraError, kinoraError } from '../../error.js';
import { Op } from './opcodes.js';
import { encodeInteger } from './values.js';

/** Writes objects that are not plain (tensors); returns false for an unknown object. */
export type WriteObject = (value: object, out: PickleWriter) => boolean;

const DEEPEST = 256;

/** Throws `serialize/unsupported` with the path of a value that no pickle of plain values can hold. */
export function pickle(value: unknown, writeObject: WriteObject): Uint8Array {
  const out = new PickleWriter();
  writeValue(out, value, writeObject, []);
  return out.finish();
}

type Path = readonly unknown[];

function writeValue(out: PickleWriter, value: unknown, writeObject: WriteObject, path: Path): void {
  if (value === null) out.none();
  else if (typeof value === 'string') out.text(value);
  else if (typeof value === 'boolean') out.boolean(value);
  else if (typeof value === 'bigint') out.integer(value);
  else if (typeof value === 'number') writeNumber(out, value);
  else if (typeof value !== 'object') throw unsupported(path, `a value of type ${typeof value}`);
  else if (path.length > DEEPEST) {
    throw unsupported(path.slice(0, 8), 'a value that contains itself, or one nested too deep');
  } else if (!writeObject(value, out)) writeContainer(out, value, writeObject, path);
}

/** JavaScript does not distinguish 1.0 from 1; Python accepts an int wherever it accepts a float. -0 is a float. */
function writeNumber(out: PickleWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) out.integer(value);
  else out.float(value);
}

type WriteItem = (key: unknown, item: unknown) => void;

function writeContainer(out: PickleWriter, value: object, writeObject: WriteObject, path: Path): void {
  const write: WriteItem = (key, item) => writeValue(out, item, writeObject, [...path, key]);
  const prototype = Object.getPrototypeOf(value);
  if (Array.isArray(value)) (Object.isFrozen(value) ? writeTuple : writeList)(out, value, write);
  else if (value instanceof Map) writeDict(out, value, write);
  else if (value instanceof Set) out.call('__builtin__', 'set', () => write('set', [...value]));
  else if (value instanceof Uint8Array) writeBytes(out, value);
  else if (prototype === Object.prototype || prototype === null) writeDict(out, Object.entries(value), write);
  else throw unsupported(path, `an object of class ${value.constructor?.name ?? 'unknown'}`);
}

function writeTuple(out: PickleWriter, items: readonly unknown[], write: WriteItem): void {
  out.tuple(() => items.forEach(swapped(write)));
}

function writeList(out: PickleWriter, items: readonly unknown[], write: WriteItem): void {
  out.op(Op.EMPTY_LIST, Op.MARK);
  items.forEach(swapped(write));
  out.op(Op.APPENDS);
}

const swapped =
  (write: WriteItem) =>
  (item: unknown, i: number): void =>
    write(i, item);

function writeDict(
  out: PickleWriter,
  entries: Iterable<readonly [unknown, unknown]>,
  write: WriteItem,
): void {
  out.op(Op.EMPTY_DICT, Op.MARK);
  for (const [key, item] of entries) {
    write(key, key);
    write(key, item);
  }
  out.op(Op.SETITEMS);
}

/** Protocol 2 has no bytes; this is how Python 3 itself writes them. */
function writeBytes(out: PickleWriter, bytes: Uint8Array): void {
  out.call('_codecs', 'encode', () => {
    out.text(Buffer.from(bytes).toString('latin1'));
    out.text('latin1');
  });
}

function unsupported(path: Path, received: string): KinoraError {
  const where = path.length === 0 ? 'the value to save' : path.map(String).join('.');
  const expected = 'tensors, plain containers, text, bytes, numbers, booleans or null';
  return kinoraError('serialize/unsupported', where, expected, received);
}

const PROTOCOL = 2;

/**
 * The bytes of a pickle under construction: opcodes of protocol 2 only, those that `torch.load(weights_only=True)` accepts
 * (torch/_weights_only_unpickler.py).
 */
export class PickleWriter {
  #bytes = Buffer.alloc(1 << 12);
  #length = 0;

  constructor() {
    this.op(Op.PROTO, PROTOCOL);
  }

  /** Opcodes and single-byte operands. */
  op(...bytes: number[]): void {
    this.#room(bytes.length).set(bytes, this.#length - bytes.length);
  }

  none(): void {
    this.op(Op.NONE);
  }

  boolean(value: boolean): void {
    this.op(value ? Op.NEWTRUE : Op.NEWFALSE);
  }

  integer(value: number | bigint): void {
    const big = BigInt(value);
    if (BigInt.asUintN(8, big) === big) this.op(Op.BININT1, Number(big));
    else if (BigInt.asIntN(32, big) === big) this.#int32(Number(big));
    else this.#long(encodeInteger(big));
  }

  #int32(value: number): void {
    this.op(Op.BININT);
    this.#room(4).writeInt32LE(value, this.#length - 4);
  }

  #long(bytes: Uint8Array): void {
    if (bytes.length > 255) {
      throw new KinoraError({
        code: 'serialize/unsupported',
        expected: 'integers of at most 255 bytes in a checkpoint',
        received: `one of ${bytes.length}`,
      });
    }
    this.op(Op.LONG1, bytes.length, ...bytes);
  }

  float(value: number): void {
    this.op(Op.BINFLOAT);
    this.#room(8).writeDoubleBE(value, this.#length - 8);
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    if (bytes.toString() !== value) {
      throw new KinoraError({
        code: 'serialize/unsupported',
        expected: 'well-formed Unicode text in a checkpoint',
        received: JSON.stringify(value),
      });
    }
    this.op(Op.BINUNICODE);
    this.#room(4).writeUInt32LE(bytes.length, this.#length - 4);
    this.#room(bytes.length).set(bytes, this.#length - bytes.length);
  }

  global(module: string, name: string): void {
    const line = Buffer.from(`${module}\n${name}\n`);
    this.op(Op.GLOBAL, ...line);
  }

  /** A tuple of what `items` writes. */
  tuple(items: () => void): void {
    this.op(Op.MARK);
    items();
    this.op(Op.TUPLE);
  }

  integers(values: readonly number[]): void {
    this.tuple(() => {
      for (const value of values) this.integer(value);
    });
  }

  /** `module.name(*args)`. */
  call(module: string, name: string, args: () => void): void {
    this.global(module, name);
    this.tuple(args);
    this.op(Op.REDUCE);
  }

  finish(): Uint8Array {
    this.op(Op.STOP);
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for `count` bytes and includes them in the length. */
  #room(count: number): Buffer {
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(2 * this.#length);
      larger.set(this.#bytes.subarray(0, this.#length - count));
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

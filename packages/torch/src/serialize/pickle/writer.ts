/**
 * The bytes of a pickle under construction: opcodes of protocol 2 only, those that `torch.load(weights_only=True)`
 * accepts (torch/_weights_only_unpickler.py).
 */
import { KinoraError } from '../../error.js';
import { Op } from './opcodes.js';
import { encodeInteger } from './values.js';

const PROTOCOL = 2;

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

  /** Makes room for `count` bytes and counts them in. */
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

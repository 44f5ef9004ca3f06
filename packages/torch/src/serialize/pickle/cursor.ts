/**
 * Reads the operands of a pickle in order, through a small window over the source, so that the pickle at the start of a
 * legacy file of many gigabytes costs no more than one in memory.
 */
import { type ByteSource, damaged } from '../source.js';

const WINDOW = 1 << 16;
const LONGEST_LINE = 1 << 12;

export class Cursor {
  #window: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #windowStart = 0;
  #at = 0;

  constructor(
    readonly source: ByteSource,
    start = 0,
    /** End of the readable part. */
    readonly end: number = source.size,
  ) {
    this.#windowStart = start;
  }

  /** Byte position in the source. */
  get position(): number {
    return this.#windowStart + this.#at;
  }

  /** Makes `count` bytes readable in the window and returns their position in it. */
  #advance(count: number): number {
    if (this.#at + count > this.#window.length) this.#refill(count);
    this.#at += count;
    return this.#at - count;
  }

  #refill(count: number): void {
    const start = this.position;
    const left = this.end - start;
    if (count > left) throw damaged(this.source, start, `${count} more bytes of pickle`, `${left}`);
    this.#window = this.source.read(start, Math.min(left, Math.max(count, WINDOW)));
    this.#view = new DataView(this.#window.buffer, this.#window.byteOffset, this.#window.byteLength);
    this.#windowStart = start;
    this.#at = 0;
  }

  u8(): number {
    const at = this.#advance(1);
    return this.#view.getUint8(at);
  }

  u16(): number {
    const at = this.#advance(2);
    return this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#advance(4);
    return this.#view.getUint32(at, true);
  }

  i32(): number {
    const at = this.#advance(4);
    return this.#view.getInt32(at, true);
  }

  /** Rounded above 2^53, where no length is valid anyway. */
  u64(): number {
    const at = this.#advance(8);
    return Number(this.#view.getBigUint64(at, true));
  }

  /** BINFLOAT is the one big-endian operand. */
  f64(): number {
    const at = this.#advance(8);
    return this.#view.getFloat64(at, false);
  }

  /** A copy, independent of the window and the source. */
  take(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.#window.slice(at, at + count);
  }

  utf8(count: number): string {
    const start = this.position;
    const at = this.#advance(count);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        this.#window.subarray(at, at + count),
      );
    } catch {
      throw damaged(this.source, start, 'text in UTF-8', 'other bytes');
    }
  }

  /** Up to the next line feed, as the names of GLOBAL are given. */
  line(): string {
    const start = this.position;
    let text = '';
    for (let byte = this.u8(); byte !== 0x0a; byte = this.u8()) {
      if (text.length === LONGEST_LINE)
        throw damaged(this.source, start, `a name under ${LONGEST_LINE} bytes`, 'a longer one');
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

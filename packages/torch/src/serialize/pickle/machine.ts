/**
 * The stack machine under the unpickler: stack, marks and memo, each use of them checked, since the bytes that
 * drive it may be hostile. It knows no opcodes (unpickle.ts does).
 */
import { type ByteSource, damaged } from '../source.js';
import type { Cursor } from './cursor.js';
import { type Budget, describe } from './values.js';

/** Copies allowed beyond one per byte of pickle; honest files copy each list once. */
const FREE_COPIES = 1 << 20;

export class Machine implements Budget {
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  #spent = 0;
  /** Byte position of the opcode being run. */
  position: number;

  constructor(readonly cursor: Cursor) {
    this.position = cursor.position;
  }

  get source(): ByteSource {
    return this.cursor.source;
  }

  fail(expected: string, received: string, hint?: string): Error {
    return damaged(this.source, this.position, expected, received, hint);
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0))
      throw this.fail('a value on the stack', 'an empty stack');
    return this.#stack.pop();
  }

  peek(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  popArray(count: number): unknown[] {
    const values = Array.from({ length: count }, () => this.pop());
    return values.reverse();
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.fail('a mark on the stack', 'none');
    return this.#stack.splice(mark);
  }

  /** Key, value, key, value ... down to the mark. */
  popPairs(): [unknown, unknown][] {
    const flat = this.popToMark();
    if (flat.length % 2 !== 0) throw this.fail('a value for every key', `${flat.length} keys and values`);
    return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
  }

  /** The container on top of the stack, of the class that the opcode works on. */
  top<T extends object>(kind: new () => T, name: string): T {
    const value = this.peek();
    if (value instanceof kind && !Object.isFrozen(value)) return value;
    throw this.fail(`a ${name} on the stack`, describe(value));
  }

  remember(index: number): void {
    this.#memo.set(index, this.peek());
  }

  /** MEMOIZE numbers values by the size of the memo. */
  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) throw this.fail('a value put into the memo before', `index ${index}`);
    this.push(this.#memo.get(index));
  }

  spend(elements: number): void {
    this.#spent += elements;
    if (this.#spent > FREE_COPIES + this.cursor.position) {
      throw this.fail(
        'copies in proportion to the file',
        `${this.#spent} elements`,
        'the file is made to use up memory',
      );
    }
  }
}

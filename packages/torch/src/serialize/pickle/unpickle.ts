/**
 * A restricted unpickler: it builds plain values, and objects only through the given builders. Nothing is imported and
 * nothing in the file is executed; a name that is not in the list is an error. Semantics of the opcodes: CPython,
 * Lib/pickle.py, class _Unpickler.
 */
import { type KinoraError, kinoraError } from '../../error.js';
import { type ByteSource, damaged } from '../source.js';
import type { Cursor } from './cursor.js';
import type { Globals } from './globals.js';
import { Op } from './opcodes.js';
import {
  BadArguments,
  type Budget,
  checkHashable,
  decodeInteger,
  describe,
  NumpyDtype,
  PickleGlobal,
} from './values.js';

export interface UnpickleHooks {
  /** The names that the file may use: builders (PickleGlobal) and constants. */
  readonly globals: Globals;
  /** Turns the id of BINPERSID (here: of a storage) into a value. Throws BadArguments for ids of another kind. */
  readonly persistentLoad: (id: unknown) => unknown;
}

/** Runs one pickle and leaves the cursor after its STOP. Throws `serialize/damaged` or `serialize/refused`. */
export function unpickle(cursor: Cursor, hooks: UnpickleHooks): unknown {
  const machine = new Machine(cursor);
  for (;;) {
    machine.position = cursor.position;
    const opcode = cursor.u8();
    if (opcode === Op.STOP) return machine.pop();
    const step = STEPS.get(opcode);
    if (step === undefined) throw unknownOpcode(machine, opcode);
    runStep(machine, hooks, step);
  }
}

type Step = (machine: Machine, hooks: UnpickleHooks) => void;

function runStep(machine: Machine, hooks: UnpickleHooks, step: Step): void {
  try {
    step(machine, hooks);
  } catch (cause) {
    throw cause instanceof BadArguments ? machine.fail(cause.expected, cause.received) : cause;
  }
}

function unknownOpcode(machine: Machine, opcode: number): Error {
  const received = `0x${opcode.toString(16).padStart(2, '0')}`;
  return machine.fail(
    'a pickle opcode of protocols 2 to 5',
    received,
    "save with pickle_protocol=2, PyTorch's default",
  );
}

const constant =
  (value: unknown): Step =>
  (m) =>
    m.push(value);

const tuple = (values: unknown[]): readonly unknown[] => Object.freeze(values);

/** Familiar names for modules: Python 2's `__builtin__`, and the modules behind `os`. */
const MODULE_NAMES: Readonly<Record<string, string>> = { __builtin__: 'builtins', posix: 'os', nt: 'os' };

function global(m: Machine, { globals }: UnpickleHooks, module: string, name: string): void {
  const path = `${Object.hasOwn(MODULE_NAMES, module) ? MODULE_NAMES[module] : module}.${name}`;
  if (!globals.has(path)) throw refused(m, path);
  m.push(globals.get(path));
}

function refused(m: Machine, path: string): KinoraError {
  return kinoraError('serialize/refused', `${m.source.name} at byte ${m.position}`, {
    expected: 'a file that holds only tensors and plain containers',
    received: `a request for ${path}`,
    hint: 'if you trust the file, load it in Python and save its state_dict()',
  });
}

function stackGlobal(m: Machine, hooks: UnpickleHooks): void {
  const [module, name] = m.popArray(2);
  if (typeof module !== 'string' || typeof name !== 'string') throw m.fail('two names', describe(module));
  global(m, hooks, module, name);
}

function call(m: Machine): void {
  const args = m.pop();
  const callee = m.pop();
  if (!(callee instanceof PickleGlobal)) throw m.fail('something to call', describe(callee));
  if (!Array.isArray(args)) throw m.fail(`a tuple of arguments for ${callee.name}`, describe(args));
  m.push(callee.call(args, m));
}

/** Attributes of an OrderedDict (a state_dict's `_metadata`) do not concern tensors and are dropped. */
function build(m: Machine): void {
  const state = m.pop();
  const target = m.peek();
  if (target instanceof NumpyDtype) target.setState(state);
  else if (!(target instanceof Map)) throw m.fail('an OrderedDict to give attributes to', describe(target));
}

function setItems(m: Machine, pairs: [unknown, unknown][]): void {
  const dict = m.top(Map, 'dict');
  for (const [key, value] of pairs) dict.set(checkHashable(key), value);
}

function append(m: Machine, items: unknown[]): void {
  const list = m.top(Array, 'list');
  for (const item of items) list.push(item);
}

function addItems(m: Machine): void {
  const items = m.popToMark();
  const set = m.top(Set, 'set');
  for (const item of items) set.add(checkHashable(item));
}

function makeDict(m: Machine): void {
  const pairs = m.popPairs();
  m.push(new Map());
  setItems(m, pairs);
}

const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [Op.PROTO, (m) => void m.cursor.u8()],
  [Op.FRAME, (m) => void m.cursor.u64()],
  // constants and numbers
  [Op.NONE, constant(null)],
  [Op.NEWTRUE, constant(true)],
  [Op.NEWFALSE, constant(false)],
  [Op.BININT, (m) => m.push(m.cursor.i32())],
  [Op.BININT1, (m) => m.push(m.cursor.u8())],
  [Op.BININT2, (m) => m.push(m.cursor.u16())],
  [Op.LONG1, (m) => m.push(decodeInteger(m.cursor.take(m.cursor.u8())))],
  [Op.LONG4, (m) => m.push(decodeInteger(m.cursor.take(m.cursor.u32())))],
  [Op.BINFLOAT, (m) => m.push(m.cursor.f64())],
  // text and bytes; the STRING forms are Python 2's str
  [Op.BINUNICODE, (m) => m.push(m.cursor.utf8(m.cursor.u32()))],
  [Op.SHORT_BINUNICODE, (m) => m.push(m.cursor.utf8(m.cursor.u8()))],
  [Op.BINUNICODE8, (m) => m.push(m.cursor.utf8(m.cursor.u64()))],
  [Op.BINSTRING, (m) => m.push(m.cursor.utf8(m.cursor.u32()))],
  [Op.SHORT_BINSTRING, (m) => m.push(m.cursor.utf8(m.cursor.u8()))],
  [Op.BINBYTES, (m) => m.push(m.cursor.take(m.cursor.u32()))],
  [Op.SHORT_BINBYTES, (m) => m.push(m.cursor.take(m.cursor.u8()))],
  [Op.BINBYTES8, (m) => m.push(m.cursor.take(m.cursor.u64()))],
  [Op.BYTEARRAY8, (m) => m.push(m.cursor.take(m.cursor.u64()))],
  // containers
  [Op.EMPTY_LIST, (m) => m.push([])],
  [Op.EMPTY_DICT, (m) => m.push(new Map())],
  [Op.EMPTY_SET, (m) => m.push(new Set())],
  [Op.EMPTY_TUPLE, (m) => m.push(tuple([]))],
  [Op.TUPLE1, (m) => m.push(tuple(m.popArray(1)))],
  [Op.TUPLE2, (m) => m.push(tuple(m.popArray(2)))],
  [Op.TUPLE3, (m) => m.push(tuple(m.popArray(3)))],
  [Op.TUPLE, (m) => m.push(tuple(m.popToMark()))],
  [Op.LIST, (m) => m.push(m.popToMark())],
  [Op.DICT, makeDict],
  [Op.FROZENSET, (m) => m.push(new Set(m.popToMark().map(checkHashable)))],
  [Op.APPEND, (m) => append(m, m.popArray(1))],
  [Op.APPENDS, (m) => append(m, m.popToMark())],
  [Op.SETITEM, (m) => setItems(m, [m.popArray(2) as [unknown, unknown]])],
  [Op.SETITEMS, (m) => setItems(m, m.popPairs())],
  [Op.ADDITEMS, addItems],
  // stack and memo
  [Op.MARK, (m) => m.mark()],
  [Op.POP, (m) => void m.pop()],
  [Op.POP_MARK, (m) => void m.popToMark()],
  [Op.DUP, (m) => m.push(m.peek())],
  [Op.BINPUT, (m) => m.remember(m.cursor.u8())],
  [Op.LONG_BINPUT, (m) => m.remember(m.cursor.u32())],
  [Op.MEMOIZE, (m) => m.rememberNext()],
  [Op.BINGET, (m) => m.recall(m.cursor.u8())],
  [Op.LONG_BINGET, (m) => m.recall(m.cursor.u32())],
  // objects
  [Op.GLOBAL, (m, hooks) => global(m, hooks, m.cursor.line(), m.cursor.line())],
  [Op.STACK_GLOBAL, stackGlobal],
  [Op.REDUCE, call],
  [Op.NEWOBJ, call],
  [Op.BUILD, build],
  [Op.BINPERSID, (m, hooks) => m.push(hooks.persistentLoad(m.pop()))],
]);

/** Number of copies allowed beyond one per byte of pickle; honest files copy each list once. */
const FREE_COPIES = 1 << 20;

/**
 * Stack, marks and memo. Every use is checked, because the bytes that drive it may be hostile. Opcodes are handled
 * above.
 */
class Machine implements Budget {
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

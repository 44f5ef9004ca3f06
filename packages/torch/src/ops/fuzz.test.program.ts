/**
 * A program that calls every listed operator with random arguments of the right types: `fuzz.test.program.js SEED ROUNDS`.
 * Any outcome but a result or a KinoraError is printed and fails; so does a crash, after the line that names the call.
 */
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  callOp,
  type DType,
  dtypes,
  Generator,
  KinoraError,
  type Operator,
  ops,
  overloadsOf,
  scope,
  threads,
} from '../index.js';
import { operatorNames } from './ops.generated.js';

export interface Outcome {
  readonly worked: number;
  readonly refused: number;
  /** Calls that threw something else. */
  readonly strange: readonly string[];
}

/**
 * Where libtorch does not look: recurrent operators index their lists by `num_layers` and their rows by `batch_sizes`
 * (nn.LSTM and nn.GRU give them what fits), native_batch_norm divides by the number of channels, 0 or not. pixel_shuffle
 * divides by its factor, which is why that is not listed.
 */
const reckless = ({ name }: Operator): boolean =>
  /^aten::(lstm|gru|rnn_tanh|rnn_relu|native_batch_norm)$/.test(name);

/** `report` hears of each call before it is made. */
export function fuzz(seed: number, rounds: number, report: (call: string) => void): Outcome {
  const random = mulberry32(seed);
  const make = values(random);
  const count = { worked: 0, refused: 0 };
  const strange: string[] = [];
  for (const operator of operatorNames.flatMap(overloadsOf)) {
    if (reckless(operator)) continue;
    const name = operator.overload === '' ? operator.name : `${operator.name}.${operator.overload}`;
    for (let round = 0; round < rounds; round++)
      scope(() => {
        const given = operator.arguments.filter(({ optional }) => !optional || random() < 0.4);
        const named = Object.fromEntries(given.map((argument) => [argument.name, make(argument.type)]));
        report(name);
        try {
          callOp(name, named);
          count.worked++;
        } catch (error) {
          if (error instanceof KinoraError) count.refused++;
          else strange.push(`${name}: ${error}`);
        }
      });
  }
  return { ...count, strange };
}

/** Random values by schema type: small tensors, mostly small integers, and every awkward number. */
function values(random: () => number): (type: string) => unknown {
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const listOf = <T>(item: () => T): T[] => Array.from({ length: pick([0, 1, 2, 2, 3, 4]) }, item);
  const generator = new Generator(1);
  const usual: DType[] = ['float32', 'float32', 'float32', 'float64', 'int64', 'bool'];
  const dtype = () => pick([...usual, ...(Object.keys(dtypes) as DType[])]);
  const tensor = () => {
    const shape = Array.from({ length: pick([0, 1, 1, 2, 2, 3, 4, 5]) }, () => pick([0, 1, 2, 3, 4]));
    const made = ops.full(shape, pick([0, 1, 2]), { dtype: dtype() });
    return random() < 0.2 && made.dtype.startsWith('float') ? made.requires_grad_() : made;
  };
  // No multiples of 2^32: libtorch cuts `groups` to 32 bits and divides by it.
  const large = [100, 1e6, 2 ** 40 + 1, -(2 ** 40) - 1, 2n ** 63n - 1n];
  const small = () => pick([-2, -1, 0, 0, 1, 1, 2, 2, 3, 4]);
  const integer = () => (random() < 0.9 ? small() : pick(large));
  const fraction = () => pick([0, 1, 0.5, -1, 1e30, Number.NaN, Number.POSITIVE_INFINITY, -1e-30]);
  const scalar = () => pick([0, 1, 2, -1, 0.5, Number.NaN, 1e30, true, 5n]);
  const text = () => pick(['mean', 'floor', 'trunc', 'ij,jk->ik', 'i->', 'same', 'valid', '', 'reflect']);
  const make: Record<string, () => unknown> = {
    Tensor: tensor,
    Scalar: scalar,
    int: integer,
    float: fraction,
    bool: () => random() < 0.5,
    str: text,
    ScalarType: dtype,
    Device: () => pick(['cpu', 'cpu', 'meta', 'cuda:9']),
    Layout: () => pick(['strided', 'sparse_coo']),
    MemoryFormat: () => pick(['contiguous_format', 'preserve_format', 'channels_last', 'channels_last_3d']),
    Generator: () => generator,
    'Tensor[]': () => listOf(tensor),
    'Tensor?[]': () => listOf(() => (random() < 0.4 ? null : tensor())),
    'Scalar[]': () => listOf(scalar),
    'int[]': () => listOf(integer),
    'float[]': () => listOf(fraction),
    'bool[]': () => listOf(() => random() < 0.5),
  };
  return (type) => {
    if (type.endsWith('?')) return random() < 0.4 ? null : make[type.slice(0, -1)]?.();
    return make[type]?.();
  };
}

/** mulberry32, a generator of 32 bits of state by Tommy Ettinger. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  threads.set(1);
  const [seed = 0, rounds = 1] = process.argv.slice(2).map(Number);
  const outcome = fuzz(seed, rounds, (call) => writeSync(1, `${call}\n`));
  writeSync(1, `${JSON.stringify(outcome)}\n`);
}

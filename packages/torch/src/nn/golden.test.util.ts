/**
 * Golden files for the tests: what PyTorch computed (scripts/golden_*.py), in safetensors, and the comparison with it.
 * It reads the format by itself, so that these tests depend on nothing but the layers they test.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type DType, fromBytes, type Tensor } from '../index.js';

/** Largest difference allowed, as a share of the largest value expected: float32 sums in another order stay below. */
export const TOLERANCE = 1e-5;

const DTYPES: Record<string, DType> = { F32: 'float32', F64: 'float64', I64: 'int64', U8: 'uint8' };

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export class Golden<Cases> {
  readonly cases: Cases;
  readonly #entries: Record<string, Entry>;
  readonly #data: Uint8Array;

  /** `file`: below packages/torch/golden */
  constructor(file: string) {
    const bytes = readFileSync(new URL(`../../golden/${file}`, import.meta.url));
    const end = 8 + Number(bytes.readBigUInt64LE(0));
    const { __metadata__, ...entries } = JSON.parse(bytes.toString('utf8', 8, end));
    this.cases = JSON.parse(__metadata__.cases);
    this.#entries = entries;
    this.#data = bytes.subarray(end);
  }

  tensor(name: string): Tensor {
    const { dtype, shape, data_offsets } = this.#entries[name]!;
    return fromBytes(this.#data.slice(...data_offsets), DTYPES[dtype]!, shape);
  }

  /** The tensors whose names start with `prefix`, under the rest of their names, in the file's order. */
  tensors(prefix: string): Map<string, Tensor> {
    const names = Object.keys(this.#entries).filter((name) => name.startsWith(prefix));
    return new Map(names.map((name) => [name.slice(prefix.length), this.tensor(name)]));
  }
}

/** Same shape, and no element further away than `tolerance` times the largest expected one. */
export function expectClose(
  received: Tensor | null,
  expected: Tensor,
  what: string,
  tolerance = TOLERANCE,
): void {
  expect(received, `${what} exists`).not.toBeNull();
  expect(received!.shape, `shape of ${what}`).toEqual(expected.shape);
  expect(received!.dtype, `dtype of ${what}`).toBe(expected.dtype);
  expect(relativeError(received!, expected), `relative error of ${what}`).toBeLessThanOrEqual(tolerance);
}

export function relativeError(received: Tensor, expected: Tensor): number {
  const [a, b] = [numbers(received), numbers(expected)];
  const scale = b.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const error = b.reduce((largest, value, i) => {
    const difference = Math.abs(a[i]! - value);
    return Number.isNaN(difference) ? Number.NaN : Math.max(largest, difference);
  }, 0);
  return error === 0 ? 0 : error / scale;
}

export function numbers(tensor: Tensor): number[] {
  return Array.from(tensor.toTypedArray() as ArrayLike<number | bigint>, Number);
}

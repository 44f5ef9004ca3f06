/**
 * The golden files of PyTorch and of the safetensors reference, and the description of values that
 * scripts/golden_serialize.py writes beside them, made here from what our readers return.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RawTensor } from './raw.js';

const FOLDER = fileURLToPath(new URL('../../golden/serialize/', import.meta.url));

export const goldenPath = (name: string): string => join(FOLDER, name);
export const goldenBytes = (name: string): Uint8Array => readFileSync(goldenPath(name));
export const goldenJson = (name: string): unknown => JSON.parse(readFileSync(goldenPath(name), 'utf8'));

/** What the description says of a tensor; `requiresGrad` where the kind of tensor knows it. */
export interface TensorDescription {
  tensor: string;
  shape: readonly number[];
  hex: string;
  requiresGrad: boolean;
}

export function describeRaw(value: object): TensorDescription {
  const { dtype, shape, bytes, requiresGrad = false } = value as RawTensor & { requiresGrad?: boolean };
  return { tensor: dtype, shape, hex: hex(bytes()), requiresGrad };
}

/** The counterpart of `describe` in the Python script. */
export function describeValue(value: unknown, tensor: (value: object) => TensorDescription): unknown {
  const describe = (item: unknown): unknown => describeValue(item, tensor);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return describeNumber(value);
  if (typeof value === 'bigint') return { int: String(value) };
  if (Array.isArray(value))
    return Object.isFrozen(value) ? { tuple: value.map(describe) } : value.map(describe);
  if (value instanceof Uint8Array) return { bytes: hex(value) };
  if (value instanceof Set) return { set: [...value].map(describe).sort(byJson) };
  if (value instanceof Map) return { dict: [...value].map(([key, item]) => [describe(key), describe(item)]) };
  return tensor(value as object);
}

function describeNumber(value: number): unknown {
  if (Number.isSafeInteger(value)) return { int: String(value) };
  return { float: hex(new Uint8Array(Float64Array.of(value).buffer)) };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const byJson = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

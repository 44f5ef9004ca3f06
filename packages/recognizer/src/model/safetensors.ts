/** Weights files: safetensors (github.com/huggingface/safetensors) in memory, tensors as bytes, and a map of strings. */
import { kinoraError } from '@kinora/clip';
import { concat } from './protobuf.js';

export interface StoredTensor {
  /** As the format spells it: `F32`, `I64`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const METADATA = '__metadata__';
/** Bytes of an element: the digits of its dtype's name. BOOL has none. */
const widthOf = (dtype: string): number => Number(/\d+/.exec(dtype)?.[0] ?? 8) / 8;

/** Reads a file. Throws `trainer/file` naming it for bytes that are not safetensors. */
export function readSafetensors(file: Uint8Array, where: string): Safetensors {
  const length = file.length < 8 ? Number.NaN : Number(viewOf(file).getBigUint64(0, true));
  if (!(8 + length <= file.length)) throw damaged(where, file);
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<string, unknown>;
  } catch {
    throw damaged(where, file);
  }
  const { [METADATA]: metadata = {}, ...entries } = header;
  const data = file.subarray(8 + length);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(entries)) {
    const {
      dtype,
      shape,
      data_offsets: [begin, end] = [],
    } = (entry ?? {}) as {
      dtype: string;
      shape: number[];
      data_offsets?: number[];
    };
    const bytes = data.subarray(begin, end);
    if (!Array.isArray(shape) || bytes.length !== widthOf(dtype) * product(shape)) throw damaged(where, file);
    tensors.set(name, { dtype, shape, bytes });
  }
  return { tensors, metadata: (metadata ?? {}) as Record<string, string> };
}

/** Writes a file, the widest elements first and then by name, as the reference implementation does. */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(
    ([a, { dtype: x }], [b, { dtype: y }]) => widthOf(y) - widthOf(x) || (a < b ? -1 : 1),
  );
  let at = 0;
  const entries = ordered.map(([name, { dtype, shape, bytes }]) => {
    const begin = at;
    at += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, at] }];
  });
  const text = JSON.stringify({ [METADATA]: metadata, ...Object.fromEntries(entries) });
  const header = new TextEncoder().encode(text);
  const padding = (8 - (header.length % 8)) % 8;
  const length = new Uint8Array(8);
  viewOf(length).setBigUint64(0, BigInt(header.length + padding), true);
  const spaces = new Uint8Array(padding).fill(32);
  return concat([length, header, spaces, ...ordered.map(([, { bytes }]) => bytes)]);
}

export const floats = (shape: readonly number[], values: Float32Array): StoredTensor => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

/** The elements of an F32 tensor on their own memory. */
export const floatsOf = ({ bytes }: StoredTensor): Float32Array =>
  new Float32Array(new Uint8Array(bytes).buffer);

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const damaged = (where: string, file: Uint8Array): Error =>
  kinoraError(
    'trainer/file',
    where,
    'a safetensors file',
    file.length === 0
      ? 'an empty file'
      : `${file.length} bytes that begin with ${JSON.stringify(new TextDecoder().decode(file.subarray(0, 12)))}`,
    { hint: 'use the files that kinora export --format onnx-train writes, or one that a trainer saved' },
  );

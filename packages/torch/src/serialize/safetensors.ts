/**
 * safetensors files as data: names to tensors at rest, and a map of strings. Byte for byte what the reference
 * implementation writes (huggingface/safetensors 0.4 and later), so that files travel both ways.
 */
import { KinoraError } from '../error.js';
import { type ByteSink, writeAtomically } from './atomic.js';
import { byteLength, checkSize, type RawTensor } from './raw.js';
import { DTYPE_CODES, METADATA_KEY, readHeader } from './safetensors-header.js';
import type { ByteSource } from './source.js';

export interface Safetensors {
  /** In file order. `bytes()` reads from the source, which must still be open. */
  readonly tensors: ReadonlyMap<string, RawTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Validates the whole header before a single tensor is read. Throws `serialize/damaged` with the byte position. */
export function parseSafetensors(source: ByteSource): Safetensors {
  const { entries, metadata, dataStart } = readHeader(source);
  const tensors = new Map<string, RawTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    tensors.set(name, { dtype, shape, bytes: () => source.read(dataStart + begin, end - begin) });
  }
  return { tensors, metadata };
}

/**
 * Writes atomically; each tensor's bytes are asked for once, in file order, and let go of before the next.
 * Throws `serialize/unsupported` for complex128, which the format does not know.
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): void {
  const ordered = inFileOrder(tensors);
  const header = encodeHeader(ordered, metadata);
  writeAtomically(path, (sink) => {
    sink.write(header);
    for (const [name, tensor] of ordered) writeTensor(sink, name, tensor);
  });
}

function writeTensor(sink: ByteSink, name: string, tensor: RawTensor): void {
  const bytes = tensor.bytes();
  checkSize(`tensor ${JSON.stringify(name)}`, tensor, bytes);
  sink.write(bytes);
}

const CODE_OF = new Map<string, { code: string; rank: number }>(
  DTYPE_CODES.map(([code, dtype], rank) => [dtype, { code, rank }]),
);

/** Widest alignment first, then by name in the order of UTF-8 bytes, as the reference does. */
function inFileOrder(tensors: ReadonlyMap<string, RawTensor>): [string, RawTensor][] {
  return [...tensors].sort(([a, left], [b, right]) => {
    const rank = codeOf(b, right).rank - codeOf(a, left).rank;
    return rank || Buffer.compare(Buffer.from(a), Buffer.from(b));
  });
}

function codeOf(name: string, { dtype }: RawTensor): { code: string; rank: number } {
  const code = CODE_OF.get(dtype);
  if (code !== undefined && name !== METADATA_KEY) return code;
  throw new KinoraError({
    code: 'serialize/unsupported',
    where: `tensor ${JSON.stringify(name)}`,
    expected: code ? `a name other than ${METADATA_KEY}` : `a dtype of ${[...CODE_OF.keys()].join(', ')}`,
    received: code ? name : dtype,
    ...(code ? {} : { hint: 'safetensors has no such dtype; save as .pt, or convert' }),
  });
}

/** JSON padded with spaces, so that the tensor bytes start at a multiple of 8. */
function encodeHeader(ordered: [string, RawTensor][], metadata: ReadonlyMap<string, string>): Uint8Array {
  let begin = 0;
  const fields: string[] = [];
  if (metadata.size > 0) fields.push(`"${METADATA_KEY}":${JSON.stringify(Object.fromEntries(metadata))}`);
  for (const [name, tensor] of ordered) {
    const end = begin + byteLength(tensor.dtype, tensor.shape);
    const info = { dtype: codeOf(name, tensor).code, shape: tensor.shape, data_offsets: [begin, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    begin = end;
  }
  const json = Buffer.from(`{${fields.join(',')}}`);
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
}

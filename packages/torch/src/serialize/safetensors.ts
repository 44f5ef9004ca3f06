/**
 * safetensors files as data: tensors by name, and a map of strings. Written files are identical byte for byte to those
 * of the reference implementation (huggingface/safetensors 0.4 and later).
 */
import { kinoraError } from '../error.js';
import { type ByteSink, writeAtomically } from './atomic.js';
import { byteLength, checkSize, type RawDType, type RawTensor } from './raw.js';
import { type ByteSource, damaged } from './source.js';

/** As in the reference implementation, a longer header is rejected before it is read. */
const LARGEST_HEADER = 100_000_000;
const METADATA_KEY = '__metadata__';

/** In order of increasing alignment, as in the reference; files list tensors in the reverse of this order. */
const DTYPE_CODES = [
  ['BOOL', 'bool'],
  ['U8', 'uint8'],
  ['I8', 'int8'],
  ['F8_E5M2', 'float8_e5m2'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['I16', 'int16'],
  ['U16', 'uint16'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I32', 'int32'],
  ['U32', 'uint32'],
  ['F32', 'float32'],
  ['C64', 'complex64'],
  ['F64', 'float64'],
  ['I64', 'int64'],
  ['U64', 'uint64'],
] as const satisfies readonly (readonly [string, RawDType])[];

const CODE_OF = new Map<string, { code: string; rank: number }>(
  DTYPE_CODES.map(([code, dtype], rank) => [dtype, { code, rank }]),
);

const DTYPE_OF = new Map<string, RawDType>(DTYPE_CODES);

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
 * Writes atomically; each tensor's bytes are read once, in file order, and released before the next.
 * Throws `serialize/unsupported` for complex128, which the format does not have.
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
  throw kinoraError('serialize/unsupported', `tensor ${JSON.stringify(name)}`, {
    expected: code ? `a name other than ${METADATA_KEY}` : `a dtype of ${[...CODE_OF.keys()].join(', ')}`,
    received: code ? name : dtype,
    hint: code ? undefined : 'safetensors has no such dtype; save as .pt, or convert',
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

export interface TensorEntry {
  readonly name: string;
  readonly dtype: RawDType;
  readonly shape: readonly number[];
  /** Byte range after the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Position of the first tensor byte in the file. */
  readonly dataStart: number;
}

/** Reads and validates the header; every violation is a `serialize/damaged` error with the byte position. */
function readHeader(source: ByteSource): SafetensorsHeader {
  const length = Number(new DataView(copyOf(source.read(0, 8))).getBigUint64(0, true));
  if (length > LARGEST_HEADER || length > source.size - 8) {
    const limit = Math.min(LARGEST_HEADER, source.size - 8);
    throw damaged(source, 0, `a header of at most ${limit} bytes`, `a length of ${length}`);
  }
  const fields = parseFields(source, source.read(8, length));
  const metadata = parseMetadata(source, fields.get(METADATA_KEY));
  fields.delete(METADATA_KEY);
  const entries = [...fields].map(([name, info]) => parseEntry(source, name, info));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkTiling(source, entries, 8 + length);
  return { entries, metadata, dataStart: 8 + length };
}

const copyOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

function parseFields(source: ByteSource, header: Uint8Array): Map<string, unknown> {
  if (header[0] !== 0x7b)
    throw damaged(source, 8, "a JSON object that starts with '{'", describeByte(header[0]));
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
    return new Map(Object.entries(JSON.parse(text) as object));
  } catch (cause) {
    throw damaged(
      source,
      8,
      'a JSON object in UTF-8',
      cause instanceof Error ? cause.message : String(cause),
    );
  }
}

const describeByte = (byte: number | undefined): string =>
  byte === undefined ? 'an empty header' : `byte 0x${byte.toString(16).padStart(2, '0')}`;

function parseMetadata(source: ByteSource, value: unknown): Map<string, string> {
  if (value === undefined || value === null) return new Map();
  if (!isRecord(value)) throw damaged(source, 8, `${METADATA_KEY} to be an object of strings`, brief(value));
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw damaged(source, 8, `${METADATA_KEY}.${key} to be a string`, brief(text));
  }
  return new Map(Object.entries(value as Record<string, string>));
}

function parseEntry(source: ByteSource, name: string, info: unknown): TensorEntry {
  const fail = (expected: string, value: unknown) =>
    damaged(source, 8, `${expected} for tensor ${JSON.stringify(name)}`, brief(value));
  if (!isRecord(info)) throw fail('an object {dtype, shape, data_offsets}', info);
  const { dtype: code, shape, data_offsets: offsets, ...rest } = info;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw fail('only dtype, shape and data_offsets', unknown);
  const dtype = typeof code === 'string' ? DTYPE_OF.get(code) : undefined;
  if (dtype === undefined) throw fail(`a dtype of ${[...DTYPE_OF.keys()].join(', ')}`, code);
  if (!isNaturals(shape)) throw fail('a shape of natural numbers', shape);
  if (!isNaturals(offsets) || offsets.length !== 2) throw fail('data_offsets [begin, end]', offsets);
  const [begin, end] = offsets as [number, number];
  const size = byteLength(dtype, shape);
  if (end - begin !== size) throw fail(`data_offsets ${size} bytes apart (${dtype}[${shape}])`, offsets);
  return { name, dtype, shape, begin, end };
}

/**
 * Checks that there are no gaps. This also detects duplicate names, because the bytes of the first one then belong to
 * no tensor.
 */
function checkTiling(source: ByteSource, entries: readonly TensorEntry[], dataStart: number): void {
  let next = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== next) {
      const what = begin < next ? 'overlaps the previous tensor' : 'leaves a gap';
      throw damaged(
        source,
        dataStart + begin,
        `tensor ${JSON.stringify(name)} to begin at ${next}`,
        `${begin}, which ${what}`,
      );
    }
    next = end;
  }
  if (dataStart + next === source.size) return;
  throw damaged(source, dataStart + next, `a file of ${dataStart + next} bytes`, `${source.size} bytes`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNaturals = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/**
 * The file format for a clip's flow: a JSON line that describes the contents, then the fields, compressed separately so
 * that a reader inflates only what it needs. Each row is stored losslessly as its difference to the row above, in
 * zlib's run-length mode; zlib's checksum detects damage.
 */
import { constants, deflateSync, inflateSync } from 'node:zlib';
import { type FlowFields, fieldAt, STILL, stillFields } from '@kinora/clip';

const MAGIC = 'kinora-flow 1 ';

/** zlib stores at most this many bytes in one (zlib.net, "Maximum Compression Factor"), and a few more in its header. */
const MOST_INFLATED = 1040;

interface Header {
  /** What the fields were computed from and how; a file with another signature is stale. */
  readonly signature: string;
  readonly height: number;
  readonly width: number;
  /** Bytes of each stored field. */
  readonly sizes: readonly number[];
}

export function packFlow(fields: FlowFields, signature: string): Uint8Array {
  const { height, width, count } = fields;
  const packed = Array.from({ length: count }, (_, i) => packField(fieldAt(fields, i), width * 2));
  const header: Header = { signature, height, width, sizes: packed.map(({ length }) => length) };
  return Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`), ...packed]);
}

/**
 * The fields at these positions (any order, repeats allowed; no motion beyond the last), `[wanted, H, W, 2]`.
 * Undefined if the file is damaged or has another signature.
 */
export function unpackFlow(
  file: Uint8Array,
  signature: string,
  wanted: ArrayLike<number>,
): FlowFields | undefined {
  const found = readHeader(file);
  if (found === undefined || found.header.signature !== signature) return undefined;
  const { header, start } = found;
  const { height, width, sizes } = header;
  const fields = stillFields({ height, width }, wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const position = wanted[i]!;
    if (position >= sizes.length) continue;
    const from = sizes.slice(0, position).reduce((sum, bytes) => sum + bytes, start);
    if (!unpackField(file.subarray(from, from + sizes[position]!), fieldAt(fields, i), width * 2))
      return undefined;
  }
  return fields;
}

/** Whether a file has its full length and this signature. Inflates nothing. */
export function isFlowOf(file: Uint8Array, signature: string): boolean {
  return readHeader(file)?.header.signature === signature;
}

function readHeader(file: Uint8Array): { header: Header; start: number } | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const end = bytes.indexOf('\n');
  if (end < 0 || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const header = parseHeader(bytes.toString('utf8', MAGIC.length, end));
  const start = end + 1;
  const whole = header?.sizes.reduce((sum, size) => sum + size, start) === file.length;
  return header !== undefined && whole ? { header, start } : undefined;
}

function parseHeader(text: string): Header | undefined {
  try {
    const header = JSON.parse(text) as Header;
    const { height, width, sizes } = header;
    const whole = [height, width, ...sizes].every((count) => Number.isSafeInteger(count) && count > 0);
    const bytes = height * width * 2;
    return whole && sizes.every((size) => bytes <= size * MOST_INFLATED) ? header : undefined;
  } catch {
    return undefined;
  }
}

const LEVEL = { level: 6, strategy: constants.Z_RLE };

function packField(field: Uint8Array, row: number): Buffer {
  const differences = new Uint8Array(field.length);
  for (let i = 0; i < field.length; i++) differences[i] = field[i]! - (i < row ? STILL : field[i - row]!);
  return deflateSync(differences, LEVEL);
}

/** False if the bytes are damaged. */
function unpackField(packed: Uint8Array, out: Uint8Array, row: number): boolean {
  let differences: Uint8Array;
  try {
    differences = inflateSync(packed, { maxOutputLength: out.length });
  } catch {
    return false;
  }
  if (differences.length !== out.length) return false;
  for (let i = 0; i < out.length; i++) out[i] = differences[i]! + (i < row ? STILL : out[i - row]!);
  return true;
}

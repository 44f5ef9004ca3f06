/**
 * The index of a pack, `<name>.index.jsonl`: a line that describes what was packed and how, then one line per shard
 * with the places of its clips, so that an index of a million clips can be read shard by shard. `read-pack.ts` turns it
 * into a list.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { type KinoraError, kinoraError } from '@kinora/clip';
import * as z from 'zod';
import { readBytes } from '../../files/csv.js';

/** The beginning of the file, by which a pack is distinguished from other lists. */
const FORMAT = 'kinora-pack';

const header = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  name: z.string(),
  labels: z.array(z.string()),
  /** Clips in the shards, and shards. */
  clips: z.int().min(0),
  shards: z.int().min(0),
  /** Clips of the list that could not be read and are in no shard. */
  bad: z.int().min(0),
  /** SHA-256 of the list that was packed (`fingerprintList`). */
  list: z.string(),
  height: z.int().nullable(),
  quality: z.int(),
  clips_per_shard: z.int(),
  /** Seed of the order of the clips in the shards; null: the order of the list. */
  shuffled: z.int().nullable(),
});

/**
 * Position in the list, id, label or -1; position, size and checksum of the description; and for a part of a video,
 * start and end in seconds.
 */
export type PackedEntry = readonly [
  place: number,
  id: string,
  label: number,
  offset: number,
  bytes: number,
  checksum: string,
  start?: number | null,
  end?: number | null,
];

/** Written by hand, because a schema takes seconds to check a million of them. */
function isEntry(value: unknown): boolean {
  if (!Array.isArray(value) || (value.length !== 6 && value.length !== 8)) return false;
  const [place, id, label, offset, bytes, checksum, ...part] = value;
  const whole = [place, label + 1, offset, bytes].every((value) => Number.isSafeInteger(value) && value >= 0);
  const seconds = part.every((time) => time === null || typeof time === 'number');
  return whole && typeof id === 'string' && typeof checksum === 'string' && seconds;
}

/** A finished shard: its size, its checksum, and its clips in their order in it. */
export const shardFacts = z.object({
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  clips: z.array(z.custom<PackedEntry>(isEntry)),
});

const shard = shardFacts.extend({
  file: z.string().regex(/^[^/\\]+\.tar$/, 'the name of a tar file beside the index'),
});

export type PackHeader = z.output<typeof header>;
export type ShardEntry = z.output<typeof shard>;

export interface PackIndex {
  readonly header: PackHeader;
  readonly shards: Generator<ShardEntry>;
}

export const indexName = (name: string): string => `${name}.index.jsonl`;
export const shardName = (name: string, number: number): string =>
  `${name}-${String(number).padStart(6, '0')}.tar`;

/** Whether a file is an index, by its first bytes. */
export function isPackIndex(file: string): boolean {
  const start = Buffer.alloc(64);
  try {
    const handle = openSync(file, 'r');
    try {
      readSync(handle, start, 0, start.length, 0);
    } finally {
      closeSync(handle);
    }
  } catch {
    return false; // the reader of lists reports what is wrong
  }
  return start.toString('latin1').startsWith(`{"format":"${FORMAT}"`);
}

export function indexText(head: Omit<PackHeader, 'format' | 'version'>): string {
  return `${JSON.stringify({ format: FORMAT, version: 1, ...head })}\n`;
}

/** Reads an index shard by shard. Throws `pack/*` if it is damaged or truncated. */
export const readIndex = (file: string): PackIndex => indexOf(readBytes(file, 'the index of a pack'), file);

/** The index in these bytes of `source`, shard by shard. Throws as `readIndex` does. */
export function indexOf(bytes: Buffer, source: string): PackIndex {
  const lines = linesOf(bytes);
  const first = lines.next().value ?? '';
  const head = parse(header, first, `${source} line 1`);
  return { header: head, shards: shardsOf(source, head, lines) };
}

function* shardsOf(file: string, head: PackHeader, lines: Iterator<string>): Generator<ShardEntry> {
  let [shards, clips] = [0, 0];
  for (let line = lines.next(); line.done !== true; line = lines.next()) {
    const where = `${file} line ${shards + 2}`;
    const entry = parse(shard, line.value, where);
    const nameless = entry.clips.find(([, , label]) => label >= head.labels.length);
    if (nameless !== undefined) throw badIndex(where, `label ${nameless[2]} of ${head.labels.length}`);
    shards++;
    clips += entry.clips.length;
    yield entry;
  }
  if (shards === head.shards && clips === head.clips) return;
  throw kinoraError('pack/index-cut-short', file, {
    expected: `${head.clips} clips in ${head.shards} shards, as in its first line`,
    received: `${clips} in ${shards}`,
    hint: 'copy it again from its source, or pack again',
  });
}

function parse<T>(schema: z.ZodType<T>, line: string, where: string): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw badIndex(
      where,
      line.length > 80 ? `${JSON.stringify(line.slice(0, 77))}...` : JSON.stringify(line),
      cause,
    );
  }
}

export const badIndex = (where: string, received: string, cause?: unknown): KinoraError =>
  kinoraError('pack/bad-index', where, 'a line of an index that kinora pack wrote', received, {
    hint: 'copy it again from its source, or pack again',
    cause,
  });

/** Line by line, because the whole file may be longer than a string can be. */
function* linesOf(bytes: Buffer): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    if (to > from) yield bytes.toString('utf8', from, to);
    from = to + 1;
  }
}

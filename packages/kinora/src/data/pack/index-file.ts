/**
 * The index of a pack, `<name>.index.jsonl`: a line that describes what was packed and how, then one line per shard
 * with the places of its clips, so that an index of a million clips can be read shard by shard. `read-pack.ts` turns it
 * into a list.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type KinoraError, kinoraError } from '@kinora/clip';
import * as z from 'zod';
import { MEBIBYTE, parseJson } from '../../files/bounded.js';
import { readBytes } from '../../files/csv.js';
import { climbs } from '../../files/path.js';
import { isPrintable } from '../../files/printable.js';
import { isChecksum, isWhole, LARGEST_DESCRIPTION } from './description.js';

/** The beginning of the file, by which a pack is distinguished from other lists. */
const FORMAT = 'kinora-pack';

/** Most bytes of an index, tens of millions of clips, and of one of its lines. */
export const INDEX_LIMIT = 1024 * MEBIBYTE;
const LINE_LIMIT = 64 * MEBIBYTE;

/** Most bytes of a shard, and clips of a pack: positions in a list are 32 bits wide. */
const SHARD_LIMIT = 2 ** 40;
const CLIPS_LIMIT = 2 ** 31;

const printable = z.string().refine(isPrintable, 'a name without control characters');
const count = z.int().min(0).max(CLIPS_LIMIT);

const header = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  name: printable,
  labels: z.array(printable),
  /** Clips in the shards, and shards. */
  clips: count,
  shards: count,
  /** Clips of the list that could not be read and are in no shard. */
  bad: count,
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
  const whole =
    isWhole(place, 0, 2 * CLIPS_LIMIT) &&
    isWhole(label, -1, CLIPS_LIMIT) &&
    isWhole(offset, 0, SHARD_LIMIT) &&
    isWhole(bytes, 1, LARGEST_DESCRIPTION);
  const seconds = part.every((time) => time === null || (Number.isFinite(time) && time >= 0));
  return whole && typeof id === 'string' && isChecksum(checksum) && seconds;
}

const isShardName = (name: string): boolean =>
  /^[^/\\]+\.tar$/.test(name) && isPrintable(name) && !climbs(name);

/** A finished shard: its size, its checksum, and its clips in their order in it. */
export const shardFacts = z.object({
  bytes: z.int().positive().max(SHARD_LIMIT),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  clips: z.array(z.custom<PackedEntry>(isEntry)),
});

const shard = shardFacts.extend({
  file: z.string().refine(isShardName, 'the name of a tar file beside the index'),
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
    const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
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
export const readIndex = (file: string): PackIndex =>
  indexOf(readBytes(file, 'the index of a pack', INDEX_LIMIT), file);

/** The index in these bytes of `source`, shard by shard. Throws as `readIndex` does. */
export function indexOf(bytes: Buffer, source: string): PackIndex {
  const lines = linesOf(bytes, source);
  const first = lines.next().value ?? '';
  const head = parse(header, first, `${source} line 1`);
  return { header: head, shards: shardsOf(source, head, lines) };
}

function* shardsOf(file: string, head: PackHeader, lines: Iterator<string>): Generator<ShardEntry> {
  let [shards, clips] = [0, 0];
  for (let line = lines.next(); line.done !== true; line = lines.next()) {
    const where = `${file} line ${shards + 2}`;
    const entry = parse(shard, line.value, where);
    for (const clip of entry.clips) {
      const fault = clipFault(clip, entry, head);
      if (fault !== undefined) throw badIndex(where, fault);
    }
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

/** What contradicts the rest of the index; undefined if nothing does. */
function clipFault(
  [place, , label, offset, bytes]: PackedEntry,
  { bytes: size }: ShardEntry,
  { clips, bad, labels }: PackHeader,
): string | undefined {
  if (label >= labels.length) return `label ${label} of ${labels.length}`;
  if (place >= clips + bad) return `position ${place} in a list of ${clips + bad} clips`;
  if (offset + bytes > size) return `a clip at byte ${offset} of a shard of ${size} bytes`;
  return undefined;
}

function parse<T>(schema: z.ZodType<T>, line: string, where: string): T {
  return parseJson(line, schema, (expected, path) =>
    badIndex(
      path.length === 0 ? where : `${where}, ${path.join('.')}`,
      line.length > 80 ? `${JSON.stringify(line.slice(0, 77))}...` : JSON.stringify(line),
      expected,
    ),
  );
}

export const badIndex = (where: string, received: string, cause?: string): KinoraError =>
  kinoraError('pack/bad-index', where, 'a line of an index that kinora pack wrote', received, {
    hint: 'copy it again from its source, or pack again',
    cause,
  });

/** Line by line, because the whole file may be longer than a string can be. */
function* linesOf(bytes: Buffer, source: string): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    if (to - from > LINE_LIMIT) throw badIndex(source, `a line of ${to - from} bytes, above ${LINE_LIMIT}`);
    if (to > from) yield bytes.toString('utf8', from, to);
    from = to + 1;
  }
}

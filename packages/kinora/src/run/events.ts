/**
 * TensorBoard event files of a run: one for each session (start or resume) of training, in one folder, which
 * TensorBoard reads in the order of their names.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type KinoraError, kinoraError, serialize } from '@kinora/torch';
import {
  encodeEvent,
  fileVersion,
  histogramSummary,
  type Image,
  imageSummary,
  makeHistogram,
  scalarSummary,
  sessionStart,
  stepOf,
} from './event.js';
import { AppendFile, type LogCut } from './metrics-log.js';

const PREFIX = 'events.out.tfevents.';

const now = (): number => Date.now() / 1000;

export class EventWriter {
  readonly #file: AppendFile;

  /**
   * Starts a new event file in `folder`. On resume, cut the folder back with `truncateEvents` first and give the step
   * of the checkpoint as `resumedAt`, so that a TensorBoard that is watching forgets the later steps too.
   */
  constructor(folder: string, { resumedAt }: { resumedAt?: number } = {}) {
    mkdirSync(folder, { recursive: true });
    this.#file = new AppendFile(join(folder, nextName(folder)));
    this.#write(0, fileVersion());
    if (resumedAt !== undefined) this.#write(resumedAt + 1, sessionStart());
  }

  get path(): string {
    return this.#file.path;
  }

  /** `wallTime` in seconds since 1970. Stored as float32, as TensorBoard does. */
  scalar(tag: string, value: number, step: number, wallTime?: number): void {
    this.#write(step, scalarSummary(tag, value), wallTime);
  }

  /** Throws `log/histogram` unless all values are finite. */
  histogram(tag: string, values: ArrayLike<number>, step: number, wallTime?: number): void {
    this.#write(step, histogramSummary(tag, makeHistogram(tag, values)), wallTime);
  }

  image(tag: string, image: Image, step: number, wallTime?: number): void {
    const expected = image.height * image.width * image.channels;
    if (image.data.length !== expected || expected === 0) throw wrongImage(tag, image);
    this.#write(step, imageSummary(tag, image), wallTime);
  }

  /** Waits until everything is on the disk. */
  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }

  #write(step: number, content: Uint8Array, wallTime = now()): void {
    this.#file.append(frameRecord(encodeEvent(wallTime, step, content)));
  }
}

/** `events.out.tfevents.<seconds>.<host>.<process>`: behind all others, even if the clock went back. */
function nextName(folder: string): string {
  const last = Number(eventFiles(folder).at(-1)?.slice(PREFIX.length).split('.')[0] ?? 0);
  const seconds = Math.max(Math.floor(now()), last + 1);
  return `${PREFIX}${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}`;
}

const eventFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(PREFIX))
    .sort();

/**
 * Cuts all event files of a folder back to `step`: events of later steps are dropped, and a torn record at the end of
 * a file with them. A file that changes is replaced atomically. Returns how many whole events were dropped.
 */
export function truncateEvents(folder: string, step: number): number {
  const { dropped, apply } = planEventsCut(folder, step);
  apply();
  return dropped;
}

/** How event files will be cut back. */
export interface EventsCut extends LogCut {
  /** Files with damage in front of events that are kept, and in how many places. TensorBoard stops at the first. */
  readonly damaged: readonly { readonly file: string; readonly places: number }[];
}

/** Surveys all event files of a folder; writes nothing until `apply`. */
export function planEventsCut(folder: string, step: number): EventsCut {
  const files = existsSync(folder) ? eventFiles(folder).map((name) => join(folder, name)) : [];
  const surveys = files.map((file) => ({
    file,
    ...serialize.withFile(file, (source) => survey(source, step)),
  }));
  return {
    dropped: surveys.reduce((sum, { all, kept }) => sum + all - kept, 0),
    damaged: surveys.filter(({ places }) => places > 0),
    apply() {
      for (const { file, isWhole, all, kept } of surveys) if (!isWhole || kept < all) cutFile(file, step);
    },
  };
}

function cutFile(path: string, step: number): void {
  serialize.withFile(path, (source) =>
    serialize.writeAtomically(path, (sink) => {
      for (const { data } of readRecords(source)) if (stepOf(data) <= step) sink.write(frameRecord(data));
    }),
  );
}

interface Survey {
  /** Whole events, and those that stay. */
  readonly all: number;
  readonly kept: number;
  /** Places in which something is damaged, in front of a whole event. */
  readonly places: number;
  /** Whether the file is nothing but whole events. */
  readonly isWhole: boolean;
}

function survey(source: serialize.ByteSource, step: number): Survey {
  let [kept, all, places, end] = [0, 0, 0, 0];
  for (const { at, data } of readRecords(source)) {
    all++;
    if (stepOf(data) <= step) kept++;
    if (at > end) places++;
    end = at + data.length + FRAME_SIZE;
  }
  return { kept, all, places, isWhole: places === 0 && end === source.size };
}

function wrongImage(where: string, { height, width, channels, data }: Image): KinoraError {
  const expected = `an image of ${height} x ${width} x ${channels} bytes`;
  return kinoraError('log/image', where, expected, `${data.length} bytes`);
}

/**
 * TFRecord framing: `u64 length | masked CRC of the length | data | masked CRC of the data`, little-endian
 * (TensorFlow, record_writer.cc). A process killed while it writes leaves at most one torn record, at the end; a disk can
 * damage any of them.
 */

const HEADER_SIZE = 12;
const FOOTER_SIZE = 4;
/** Bytes that a record takes beside its data. */
export const FRAME_SIZE = HEADER_SIZE + FOOTER_SIZE;

export function frameRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(data.length + FRAME_SIZE);
  record.writeBigUInt64LE(BigInt(data.length));
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, HEADER_SIZE);
  record.writeUInt32LE(maskedCrc32c(data), HEADER_SIZE + data.length);
  return record;
}

/** The whole records and where they start. What is torn or damaged is skipped up to the next whole one. */
export function* readRecords(source: serialize.ByteSource): Generator<{ at: number; data: Uint8Array }> {
  for (let at: number | undefined = 0; at !== undefined; ) {
    const data = readRecord(source, at);
    if (data !== undefined) yield { at, data };
    at = data === undefined ? nextRecord(source, at + 1) : at + data.length + FRAME_SIZE;
  }
}

const BLOCK = 2 ** 16;

/** Where the next whole record starts, at `from` or later. */
function nextRecord(source: serialize.ByteSource, from: number): number | undefined {
  for (let start = from; start + FRAME_SIZE <= source.size; start += BLOCK) {
    const length = Math.min(BLOCK + HEADER_SIZE - 1, source.size - start);
    const block = Buffer.from(source.read(start, length));
    for (let i = 0; i + HEADER_SIZE <= length; i++)
      // No record is longer than 4 GiB: most places need no checksum.
      if (block.readUInt32LE(i + 4) === 0 && readRecord(source, start + i) !== undefined) return start + i;
  }
  return undefined;
}

function readRecord(source: serialize.ByteSource, at: number): Uint8Array | undefined {
  if (at + HEADER_SIZE > source.size) return undefined;
  const header = Buffer.from(source.read(at, HEADER_SIZE));
  if (header.readUInt32LE(8) !== maskedCrc32c(header.subarray(0, 8))) return undefined;
  const length = Number(header.readBigUInt64LE());
  if (at + length + FRAME_SIZE > source.size) return undefined;
  const body = Buffer.from(source.read(at + HEADER_SIZE, length + FOOTER_SIZE));
  const data = body.subarray(0, length);
  return body.readUInt32LE(length) === maskedCrc32c(data) ? data : undefined;
}

/** CRC-32C (Castagnoli, RFC 3720), the checksum of TFRecord files, and TensorFlow's masked form of it. */

const REVERSED_POLYNOMIAL = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ REVERSED_POLYNOMIAL : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Rotated and shifted, so that the checksum of data that holds checksums stays a good one (TensorFlow, crc32c.h). */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

/**
 * A note in the folder of the frames about how far unpacking has come. It spares work that is done; what is really
 * there is decided by the files themselves.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchivePart } from './parts.js';

export interface UnpackRecord {
  /** Sizes of the parts it is about, in bytes. */
  readonly parts: readonly number[];
  /** How many of them have been read to their end. */
  readonly done: number;
  /** Once all are unpacked: the folder at the top of the archive. */
  readonly top?: string;
}

const NAME = '.kinora-unpacked.json';

/** The record about these very parts; a fresh one if there is none. */
export function readRecord(out: string, parts: readonly ArchivePart[]): UnpackRecord {
  const fresh = { parts: parts.map(({ bytes }) => bytes), done: 0 };
  const file = join(out, NAME);
  if (!existsSync(file)) return fresh;
  const record = JSON.parse(readFileSync(file, 'utf8')) as UnpackRecord;
  return String(record.parts) === String(fresh.parts) ? record : fresh;
}

export function writeRecord(out: string, record: UnpackRecord): void {
  const file = join(out, NAME);
  writeFileSync(`${file}.part`, JSON.stringify(record));
  renameSync(`${file}.part`, file);
}

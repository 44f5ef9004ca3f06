/**
 * Prepares Jester for training from the downloaded files: the parts of an archive and four lists. When run again, it
 * checks, resumes where it was interrupted and skips finished work.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { climbs } from '../../files/path.js';
import { readRecord, writeWhole } from '../../files/record.js';
import { type Progress, silent } from '../../progress.js';
import {
  type ArchivePart,
  checkSpace,
  findParts,
  type UnpackOptions,
  type UnpackResult,
  unpackParts,
} from './archive.js';
import { findLists, type ListName, listNames, type Survey, surveyClips } from './survey.js';

export interface JesterOptions {
  /** The folder with the parts and lists. */
  readonly path: string;
  /** The folder for the frames; default: `path`. */
  readonly out?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface JesterReport extends Survey {
  /** The folder with one folder of frames per clip id. */
  readonly root: string;
  readonly lists: Partial<Record<ListName, string>>;
  readonly missingLists: readonly ListName[];
  /** Absent if there was nothing to unpack. */
  readonly unpacked?: UnpackResult;
}

export async function prepareJester(options: JesterOptions): Promise<JesterReport> {
  const { path, out = path, progress = silent, signal } = options;
  const parts = findParts(path);
  mkdirSync(out, { recursive: true });
  const reporting = { progress, ...(signal && { signal }) };
  const { top } = recordOf(out, parts);
  const unpacked = parts.length > 0 && top === undefined ? await unpack(parts, out, reporting) : undefined;
  const root = unpacked?.root ?? (parts.length > 0 ? join(out, top!) : unpackedRoot(out));
  const lists = findLists([path, root, out]);
  const survey = await surveyClips(root, lists, reporting);
  const missingLists = listNames.filter((name) => lists[name] === undefined);
  return { ...survey, root, lists, missingLists, ...(unpacked && { unpacked }) };
}

/** Parts that an earlier run unpacked need no more space, although they are read again. */
async function unpack(
  parts: readonly ArchivePart[],
  out: string,
  reporting: UnpackOptions,
): Promise<UnpackResult> {
  const record = recordOf(out, parts);
  checkSpace(parts.slice(record.done), out);
  const onPart = (done: number): void => {
    if (done > record.done) writeRecord(out, { parts: record.parts, done });
  };
  const result = await unpackParts(parts, out, { ...reporting, onPart });
  writeRecord(out, { parts: record.parts, done: parts.length, top: relative(out, result.root) });
  return result;
}

/** A folder that was unpacked by hand. */
function unpackedRoot(out: string): string {
  const holdsClips = (folder: string) => readdirSync(folder).some((name) => /^\d+$/.test(name));
  const root = [join(out, '20bn-jester-v1'), out].find((folder) => existsSync(folder) && holdsClips(folder));
  if (root !== undefined) return root;
  throw kinoraError('jester/nothing', out, {
    expected: 'parts named 20bn-jester-v1-00, -01, ..., or a folder 20bn-jester-v1 with one folder per clip',
    received: 'neither',
    hint: 'download the parts from the page of the data set first (they come with a research licence)',
  });
}

/**
 * The progress of unpacking, stored in the folder of the frames. It only avoids repeated work; which frames exist is
 * decided by the files themselves.
 */
const recordSchema = z.object({
  /** Sizes of the parts it describes, in bytes. */
  parts: z.array(z.int()).readonly(),
  /** How many of them have been read completely. */
  done: z.int().min(0),
  /** Once all are unpacked: the folder at the top of the archive. */
  top: z
    .string()
    .refine((top) => top === '' || !climbs(top), 'a folder inside this one')
    .optional(),
});
type UnpackRecord = z.infer<typeof recordSchema>;

const RECORD = '.kinora-unpacked.json';

/** The record of exactly these parts; an empty one if there is none. */
function recordOf(out: string, parts: readonly ArchivePart[]): UnpackRecord {
  const empty = { parts: parts.map(({ bytes }) => bytes), done: 0 };
  const record = readRecord(
    join(out, RECORD),
    recordSchema,
    'the parts are read again; whole frames are kept',
  );
  return record !== undefined && String(record.parts) === String(empty.parts) ? record : empty;
}

function writeRecord(out: string, record: UnpackRecord): void {
  writeWhole(join(out, RECORD), JSON.stringify(record));
}

/**
 * Makes the real Jester ready for training from what its users download: parts of an archive and four lists.
 * Done again it checks, goes on where it was interrupted, and does nothing that is done.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import { type Progress, silent } from '../../progress.js';
import { checkSpace, type UnpackOptions, type UnpackResult, unpackParts } from './archive.js';
import { type ArchivePart, findParts } from './parts.js';
import { readRecord, writeRecord } from './record.js';
import { findLists, type ListName, listNames, type Survey, surveyClips } from './survey.js';

export interface JesterOptions {
  /** Where the parts and lists lie. */
  readonly path: string;
  /** Where the frames go; default: beside the parts. */
  readonly out?: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface JesterReport extends Survey {
  /** Holds one folder of frames for each id. */
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
  const listening = { progress, ...(signal && { signal }) };
  const { top } = readRecord(out, parts);
  const unpacked = parts.length > 0 && top === undefined ? await unpack(parts, out, listening) : undefined;
  const root = unpacked?.root ?? (parts.length > 0 ? join(out, top!) : unpackedRoot(out));
  const lists = findLists([path, root, out]);
  const survey = await surveyClips(root, lists, listening);
  const missingLists = listNames.filter((name) => lists[name] === undefined);
  return { ...survey, root, lists, missingLists, ...(unpacked && { unpacked }) };
}

/** Parts that an earlier run has read need no more room, though they are read again. */
async function unpack(
  parts: readonly ArchivePart[],
  out: string,
  listening: UnpackOptions,
): Promise<UnpackResult> {
  const record = readRecord(out, parts);
  checkSpace(parts.slice(record.done), out);
  const onPart = (done: number): void => {
    if (done > record.done) writeRecord(out, { parts: record.parts, done });
  };
  const result = await unpackParts(parts, out, { ...listening, onPart });
  writeRecord(out, { parts: record.parts, done: parts.length, top: relative(out, result.root) });
  return result;
}

/** A folder that somebody unpacked by hand. */
function unpackedRoot(out: string): string {
  const holdsClips = (folder: string) => readdirSync(folder).some((name) => /^\d+$/.test(name));
  const root = [join(out, '20bn-jester-v1'), out].find((folder) => existsSync(folder) && holdsClips(folder));
  if (root !== undefined) return root;
  throw new KinoraError({
    code: 'jester/nothing',
    where: out,
    expected:
      'parts named 20bn-jester-v1-00, -01, ..., or a folder 20bn-jester-v1 with a folder for each clip',
    received: 'neither',
    hint: 'download the parts from the page of the data set first (a research licence goes with them)',
  });
}

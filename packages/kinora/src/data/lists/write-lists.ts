/** Writes lists of clips, class names, the person in each clip, and the bad clips of a run. */

import { existsSync } from 'node:fs';
import { kinoraError } from '@kinora/torch';
import { csvFields, csvLine, readLines } from '../../files/csv.js';
import { writeWhole } from '../../files/record.js';
import type { Progress } from '../../progress.js';
import { type BadClip, badClipLine } from './bad-clips.js';
import type { ClipItem } from './clip-list.js';

/** `path,label`, or `path,label,start,end` where a clip is a part of a video; with quotes if a name needs them. */
export function writeClipList(file: string, items: readonly ClipItem[], labels: readonly string[]): void {
  const parts = items.some(({ start, end }) => start !== undefined || end !== undefined);
  writeRows(
    file,
    ['path', 'label', ...(parts ? ['start', 'end'] : [])],
    items.map(({ id, label, start, end }) => [
      id,
      labels[label]!,
      ...(parts ? [start, end].map((seconds) => seconds?.toString() ?? '') : []),
    ]),
  );
}

/** One class per line, in the order of the logits. */
export function writeLabels(file: string, labels: readonly string[]): void {
  writeText(
    file,
    labels.map((label) => onOneLine(label)),
  );
}

/** `id,subject` of every clip. @param subjects `[items]` */
export function writeSubjects(file: string, items: readonly ClipItem[], subjects: readonly string[]): void {
  writeRows(
    file,
    ['id', 'subject'],
    items.map(({ id }, i) => [id, subjects[i]!]),
  );
}

/** Writes `id,path,reason`, one bad clip per line. */
export function writeBadClips(file: string, clips: readonly BadClip[]): void {
  writeRows(
    file,
    ['id', 'path', 'reason'],
    clips.map(({ id, path, reason }) => [id, path, reason].map((text) => text.replace(/[\n\r]/g, ' '))),
  );
}

function writeRows(file: string, columns: readonly string[], rows: readonly (readonly string[])[]): void {
  writeText(
    file,
    [columns, ...rows].map((row) => csvLine(row.map(onOneLine))),
  );
}

const writeText = (file: string, lines: readonly string[]): void => writeWhole(file, `${lines.join('\n')}\n`);

/** Lists are read line by line, so names cannot contain line breaks. */
function onOneLine(name: string): string {
  if (!/[\n\r]/.test(name)) return name;
  throw kinoraError('data/line-break', 'names of clips and classes', 'no line breaks', JSON.stringify(name), {
    hint: 'rename the file or folder',
  });
}

/**
 * Reports each bad clip and maintains the run's `bad_clips.csv` of all clips that could not be read in any session of
 * the run. A resumed run continues the list, a new run starts it.
 */
export function badClipReporter(file: string, resumed: boolean, progress: Progress): (clip: BadClip) => void {
  const found = new Map<string, BadClip>(resumed ? known(file).map((clip) => [clip.path, clip]) : []);
  return (clip) => {
    found.set(clip.path, clip);
    progress.log(badClipLine(clip));
    writeBadClips(file, [...found.values()]);
  };
}

function known(file: string): BadClip[] {
  if (!existsSync(file)) return [];
  const rows = readLines(file, 'a list of bad clips').slice(1);
  return rows
    .map((row) => csvFields(row, ','))
    .filter((fields) => fields.length === 3)
    .map(([id, path, reason]) => ({ index: -1, id: id!, path: path!, reason: reason! }));
}

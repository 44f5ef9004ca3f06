/**
 * Makes a synthetic gesture data set in a folder, or finishes one that was begun: the recipe first, then the
 * clips, then the lists and the contact sheet. Lists appear last, so that a set with lists is a whole set.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KinoraError } from '@kinora/torch';
import { type Progress, silent } from '../../progress.js';
import { writeContactSheet } from './contact-sheet.js';
import { listFiles, writeLists, writeWhole } from './lists.js';
import { defaultRecipe, type PlannedClip, planClips, type SynthRecipe } from './plan.js';
import { writeClips } from './pool.js';
import { partialName } from './write.js';

export interface SynthOptions extends Partial<Omit<SynthRecipe, 'renderer'>> {
  /** The data set's folder. */
  readonly out: string;
  /** Threads that render. */
  readonly workers: number;
  readonly progress?: Progress;
  /** Stops between clips. */
  readonly signal?: AbortSignal;
}

export interface SynthResult {
  /** `finished` in this sitting, `complete` before it, or `stopped` by the signal. */
  readonly state: 'finished' | 'complete' | 'stopped';
  /** Clips that stand in the folder, those of earlier sittings included. */
  readonly done: number;
  readonly total: number;
  /** Frames and bytes written in this sitting. */
  readonly frames: number;
  readonly bytes: number;
}

const recipeName = 'synth.json';
export const contactSheetName = 'contact-sheet.png';

/** Renders what is missing from the data set in `out`. */
export async function synthesize(options: SynthOptions): Promise<SynthResult> {
  const { out, workers, progress = silent, signal, ...wanted } = options;
  const recipe: SynthRecipe = { ...defaultRecipe, ...wanted };
  const clips = planClips(recipe);
  await claimFolder(out, recipe);
  const missing = await missingClips(out, clips);
  const total = clips.length;
  const sum = { done: total - missing.length, total, frames: 0, bytes: 0 };
  if (missing.length === 0 && (await hasLists(out, clips))) return { ...sum, state: 'complete' };
  const task = progress.task('rendering gestures', { total, unit: 'clips', start: sum.done });
  const written = ({ frames, bytes }: { frames: number; bytes: number }) => {
    sum.frames += frames;
    sum.bytes += bytes;
    task.update(++sum.done);
  };
  const folder = join(out, 'clips');
  const requests = missing.map(({ id, request }) => ({ folder, id, request }));
  await writeClips(requests, workers, written, signal).finally(() => task.finish());
  if (sum.done < total) return { ...sum, state: 'stopped' };
  await writeContactSheet(out, join(out, contactSheetName), clips);
  await writeLists(out, clips);
  return { ...sum, state: 'finished' };
}

/** Writes the recipe into a new folder, or makes sure that the folder was begun with the same one. */
async function claimFolder(out: string, recipe: SynthRecipe): Promise<void> {
  await mkdir(join(out, 'clips'), { recursive: true });
  const path = join(out, recipeName);
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  const found = await readIfThere(path);
  if (found === text) return;
  const strangers = found === undefined ? (await readdir(join(out, 'clips'))).length : 0;
  if (found === undefined && strangers === 0) return writeWhole(path, text);
  throw new KinoraError({
    code: 'synth/other-recipe',
    where: found === undefined ? join(out, 'clips') : path,
    expected: 'a new folder, or a data set that was begun with the same options',
    received: found === undefined ? `${strangers} entries of something else` : oneLine(found),
    hint: `choose another --out, or remove ${out}`,
  });
}

const oneLine = (json: string): string => json.replace(/\s+/g, ' ').trim();

/** Clips that do not stand in the folder; half-written ones of a killed process are removed. */
async function missingClips(out: string, clips: readonly PlannedClip[]): Promise<PlannedClip[]> {
  const there = new Set(await readdir(join(out, 'clips')));
  for (const { id } of clips) {
    const partial = partialName(id);
    if (there.has(partial)) await rm(join(out, 'clips', partial), { recursive: true, force: true });
  }
  return clips.filter(({ id }) => !there.has(id));
}

async function hasLists(out: string, clips: readonly PlannedClip[]): Promise<boolean> {
  const there = new Set(await readdir(out));
  return [...Object.keys(listFiles(clips)), contactSheetName].every((name) => there.has(name));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

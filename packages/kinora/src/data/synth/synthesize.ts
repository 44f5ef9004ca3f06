/**
 * Makes a synthetic gesture data set in a folder, or finishes an incomplete one: the recipe first, then the clips, then
 * the contact sheet and the lists. Lists come last, so a folder with lists is a complete data set.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { writeWhole } from '../../files/record.js';
import { type Progress, silent } from '../../progress.js';
import { runTasks } from '../threads.js';
import { partialName } from './clip.js';
import { drawContactSheet } from './contact-sheet.js';
import { defaultRecipe, listFiles, planClips, type SynthRecipe, storedRecipe } from './plan.js';
import { recipeName } from './rendered.js';
import type { WriteReply, WriteRequest } from './synth-worker.js';

/** Which synthetic data set to render, and where. */
export interface SynthOptions extends Partial<Omit<SynthRecipe, 'renderer'>> {
  /** The data set's folder. */
  readonly out: string;
  /** Number of rendering threads. */
  readonly workers: number;
  /** Receives progress. Default: `silent`. */
  readonly progress?: Progress;
  /** Stops between clips. */
  readonly signal?: AbortSignal;
}

/** What was rendered. */
export interface SynthResult {
  /** `finished` by this call, `complete` before it, or `stopped` by the signal. */
  readonly state: 'finished' | 'complete' | 'stopped';
  /** Clips in the folder, including those of earlier calls. */
  readonly done: number;
  readonly total: number;
  /** Frames and bytes written by this call. */
  readonly frames: number;
  readonly bytes: number;
}

export const contactSheetName = 'contact-sheet.png';

/** Renders what is missing from the data set in `out`. */
export async function synthesize(options: SynthOptions): Promise<SynthResult> {
  const { out, workers, progress = silent, signal, ...wanted } = options;
  const recipe: SynthRecipe = { ...defaultRecipe, ...wanted };
  const clips = planClips(recipe);
  await claimFolder(out, 'clips', storedRecipe(recipe));
  const folder = join(out, 'clips');
  const missing = await missingOf(folder, clips);
  const total = clips.length;
  const before = { done: total - missing.length, total, frames: 0, bytes: 0 };
  const files = [...Object.keys(listFiles(clips)), contactSheetName];
  if (missing.length === 0 && (await hasFiles(out, files))) return { ...before, state: 'complete' };
  const what = { what: 'rendering gestures', unit: 'clips' as const, workers, progress };
  const sum = await writeAll(folder, missing, before, { ...what, ...(signal && { signal }) });
  if (sum.done < total) return { ...sum, state: 'stopped' };
  writeWhole(join(out, contactSheetName), await drawContactSheet(out, clips));
  for (const [name, text] of Object.entries(listFiles(clips))) writeWhole(join(out, name), text);
  return { ...sum, state: 'finished' };
}

/** What is in the folder, and what this call wrote. */
export type Written = Omit<SynthResult, 'state'>;

interface WriteOptions extends Pick<SynthOptions, 'workers' | 'progress' | 'signal'> {
  readonly what: string;
  readonly unit: 'clips' | 'streams';
}

/** Renders and writes what is missing, unless the signal stops it. */
export async function writeAll(
  folder: string,
  missing: readonly Omit<WriteRequest, 'folder'>[],
  before: Written,
  { what, unit, workers, progress = silent, signal }: WriteOptions,
): Promise<Written> {
  const sum = { ...before };
  const task = progress.task(what, { total: sum.total, unit, start: sum.done });
  const written = ({ frames, bytes }: { frames: number; bytes: number }) => {
    sum.frames += frames;
    sum.bytes += bytes;
    task.update(++sum.done);
  };
  const requests = missing.map(({ id, request }) => ({ folder, id, request }));
  await writeClips(requests, workers, written, signal).finally(() => task.finish());
  return sum;
}

/**
 * Writes the recipe into a new folder, or checks that the folder has the same one.
 * @param inner the folder in it that holds what is rendered
 */
export async function claimFolder(out: string, inner: string, recipe: object): Promise<void> {
  await mkdir(join(out, inner), { recursive: true });
  const path = join(out, recipeName);
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  const found = await readIfExists(path);
  if (found === text) return;
  const unknown = found === undefined ? (await readdir(join(out, inner))).length : 0;
  if (found === undefined && unknown === 0) return writeWhole(path, text);
  throw kinoraError('synth/other-recipe', found === undefined ? join(out, inner) : path, {
    expected: 'a new folder, or a data set started with the same options',
    received: found === undefined ? `${unknown} entries of something else` : oneLine(found),
    hint: `choose another --out, or remove ${out}`,
  });
}

const oneLine = (json: string): string => json.replace(/\s+/g, ' ').trim();

/** Clips that are not in the folder; removes half-written ones of a killed process. */
export async function missingOf<Clip extends { readonly id: string }>(
  folder: string,
  clips: readonly Clip[],
): Promise<Clip[]> {
  const names = new Set(await readdir(folder));
  for (const { id } of clips) {
    const partial = partialName(id);
    if (names.has(partial)) await rm(join(folder, partial), { recursive: true, force: true });
  }
  return clips.filter(({ id }) => !names.has(id));
}

export async function hasFiles(out: string, files: readonly string[]): Promise<boolean> {
  const names = new Set(await readdir(out));
  return files.every((name) => names.has(name));
}

async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Hands clips to worker threads; they finish in any order. Aborted, it finishes those under way. */
function writeClips(
  requests: readonly WriteRequest[],
  workers: number,
  onWritten: (clip: { frames: number; bytes: number }) => void,
  signal?: AbortSignal,
): Promise<void> {
  return runTasks<WriteRequest, WriteReply>(requests, {
    entry: new URL('./synth-worker.js', import.meta.url),
    workerData: undefined,
    threads: workers,
    signal,
    onReply: (_, reply) => {
      if ('error' in reply) throw failure(reply.id, reply.error);
      onWritten(reply);
    },
    onDeath: ({ id }, reason) => failure(id, reason),
  });
}

function failure(id: string, received: string): KinoraError {
  return kinoraError('synth/write', `synthetic clip ${id}`, 'to render and write a clip', received, {
    hint: 'clips that are already written are kept: run the same command again to continue',
  });
}

/**
 * Makes a synthetic gesture data set in a folder, or finishes an incomplete one: the recipe first, then the clips, then
 * the contact sheet and the lists. Lists come last, so a folder with lists is a complete data set.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { KinoraError } from '@kinora/torch';
import { type Progress, silent } from '../../progress.js';
import { partialName, type WriteRequest } from './clip.js';
import { drawContactSheet } from './contact-sheet.js';
import { defaultRecipe, listFiles, type PlannedClip, planClips, type SynthRecipe } from './plan.js';
import type { WriteReply } from './synth-worker.js';

export interface SynthOptions extends Partial<Omit<SynthRecipe, 'renderer'>> {
  /** The data set's folder. */
  readonly out: string;
  /** Number of rendering threads. */
  readonly workers: number;
  readonly progress?: Progress;
  /** Stops between clips. */
  readonly signal?: AbortSignal;
}

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
  await writeWhole(join(out, contactSheetName), await drawContactSheet(out, clips));
  for (const [name, text] of Object.entries(listFiles(clips))) await writeWhole(join(out, name), text);
  return { ...sum, state: 'finished' };
}

/** Writes the recipe into a new folder, or checks that the folder has the same one. */
async function claimFolder(out: string, recipe: SynthRecipe): Promise<void> {
  await mkdir(join(out, 'clips'), { recursive: true });
  const path = join(out, recipeName);
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  const found = await readIfExists(path);
  if (found === text) return;
  const unknown = found === undefined ? (await readdir(join(out, 'clips'))).length : 0;
  if (found === undefined && unknown === 0) return writeWhole(path, text);
  throw new KinoraError({
    code: 'synth/other-recipe',
    where: found === undefined ? join(out, 'clips') : path,
    expected: 'a new folder, or a data set that was begun with the same options',
    received: found === undefined ? `${unknown} entries of something else` : oneLine(found),
    hint: `choose another --out, or remove ${out}`,
  });
}

const oneLine = (json: string): string => json.replace(/\s+/g, ' ').trim();

/** Clips that are not in the folder; removes half-written ones of a killed process. */
async function missingClips(out: string, clips: readonly PlannedClip[]): Promise<PlannedClip[]> {
  const names = new Set(await readdir(join(out, 'clips')));
  for (const { id } of clips) {
    const partial = partialName(id);
    if (names.has(partial)) await rm(join(out, 'clips', partial), { recursive: true, force: true });
  }
  return clips.filter(({ id }) => !names.has(id));
}

async function hasLists(out: string, clips: readonly PlannedClip[]): Promise<boolean> {
  const names = new Set(await readdir(out));
  return [...Object.keys(listFiles(clips)), contactSheetName].every((name) => names.has(name));
}

/** Writes a file so that either the old one or the whole new one is there. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

async function readIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

interface Written {
  readonly id: string;
  readonly frames: number;
  readonly bytes: number;
}

/**
 * Hands clips to worker threads, one at a time each, until all are written or one fails; they finish in any order. When
 * `signal` aborts, clips in progress are finished and no others are started: the promise resolves.
 */
async function writeClips(
  requests: readonly WriteRequest[],
  workers: number,
  onWritten: (clip: Written) => void,
  signal?: AbortSignal,
): Promise<void> {
  const queue = requests.values();
  const stop = new AbortController();
  const next = () => (signal?.aborted || stop.signal.aborted ? undefined : queue.next().value);
  const count = Math.max(1, Math.min(workers, requests.length));
  const runs = Array.from({ length: count }, () => runWorker(next, onWritten));
  for (const run of runs) run.catch(() => stop.abort());
  const failed = (await Promise.allSettled(runs)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function runWorker(next: () => WriteRequest | undefined, onWritten: (clip: Written) => void): Promise<void> {
  const worker = new Worker(new URL('./synth-worker.js', import.meta.url));
  let current: WriteRequest | undefined;
  return new Promise<void>((resolve, reject) => {
    const advance = () => {
      current = next();
      if (current) worker.postMessage(current);
      else resolve();
    };
    worker.on('message', (reply: WriteReply) => {
      if ('error' in reply) return reject(failure(reply.id, reply.error));
      onWritten(reply);
      advance();
    });
    worker.on('error', (error) => reject(failure(current?.id, String(error))));
    worker.on('exit', (code) => reject(failure(current?.id, `exit code ${code} of the worker`)));
    advance();
  }).finally(() => worker.terminate());
}

function failure(id: string | undefined, received: string): KinoraError {
  return new KinoraError({
    code: 'synth/write',
    where: id === undefined ? 'synthetic data set' : `synthetic clip ${id}`,
    expected: 'to render and write a clip',
    received,
    hint: 'clips that are already written are kept: run the same command again to continue',
  });
}

/**
 * Decodes every clip of a project and keeps what it finds in `.kinora/check.json`: damage, checksums and sketches for duplicates,
 * light and motion. Clips that have not changed since are not decoded again.
 */
import { join } from 'node:path';
import { KinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { readRecord, writeRecord } from '../files/record.js';
import type { Progress } from '../progress.js';
import type { Workplace } from './changes.js';
import { type Project, pathsOf } from './project.js';
import type { Scan } from './scan.js';

const examinedSchema = z.object({
  version: z.string(),
  problem: z.string().optional(),
  sha256: z.string().optional(),
  sketch: z.string().optional(),
  brightness: z.number().optional(),
  contrast: z.number().optional(),
  motion: z.number().optional(),
});
export type Examined = z.output<typeof examinedSchema>;

const checkSchema = z.object({
  version: z.literal(1),
  checked: z.number(),
  clips: z.record(z.string(), examinedSchema),
});

export interface Check {
  /** Milliseconds since 1970; undefined before the first check. */
  readonly checked: number | undefined;
  /** Of clips that have not changed since, by id. */
  readonly clips: ReadonlyMap<string, Examined>;
  /** Whether clips have come or changed since. */
  readonly stale: boolean;
}

const file = (project: Project): string => join(pathsOf(project).hidden, 'check.json');

/** What the last check found, as far as it still holds. A damaged file counts as none: it is derived from the clips. */
export function readCheck(project: Project, scan: Scan): Check {
  let saved: z.output<typeof checkSchema> | undefined;
  try {
    saved = readRecord(file(project), checkSchema);
  } catch (error) {
    if (!(error instanceof KinoraError)) throw error;
  }
  const clips = new Map<string, Examined>();
  for (const { id, version } of scan.clips) {
    const one = saved?.clips[id];
    if (one?.version === version) clips.set(id, one);
  }
  return { checked: saved?.checked, clips, stale: saved === undefined || clips.size < scan.clips.length };
}

/** Saved every so many clips, so that an interrupted check continues. */
const SAVED_EVERY = 200;

/** Examines what has changed. Returns the scan that it looked at. */
export async function checkClips(
  { project, index, threads }: Workplace,
  { progress, signal }: { readonly progress: Progress; readonly signal?: AbortSignal },
): Promise<Scan> {
  const scan = index.scan();
  const found = new Map(readCheck(project, scan).clips);
  const rest = scan.clips.filter(({ id }) => !found.has(id));
  const task = progress.task('examining clips', { total: rest.length });
  const save = (): void =>
    writeRecord(file(project), { version: 1, checked: Date.now(), clips: Object.fromEntries(found) });
  let done = 0;
  try {
    for (let from = 0; from < rest.length && !signal?.aborted; from += AT_ONCE) {
      await Promise.all(
        rest.slice(from, from + AT_ONCE).map(async ({ id, path, version }) => {
          try {
            const { frames, seconds, width, height, ...examined } = await threads.read('examine', {
              path,
              rate: project.frameRate,
            });
            index.keep(path, version, { frames, seconds, width, height });
            found.set(id, { version, ...examined });
          } catch (error) {
            if (!(error instanceof KinoraError) || error.code.startsWith('project/')) throw error;
            found.set(id, { version, problem: error.message });
          }
          task.update(++done);
        }),
      );
      if (done % SAVED_EVERY < AT_ONCE) save();
    }
  } finally {
    task.finish();
    save();
    index.flush();
  }
  return scan;
}

const AT_ONCE = 16;

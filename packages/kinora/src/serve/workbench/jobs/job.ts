/**
 * Jobs on disk: `.kinora/jobs/<id>/` with `job.json`, the output of its process in `log.txt`, the lock that the process holds,
 * and `exit.json`, how it ended. A job is a command line; what it makes lies in the project.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { onOneLine } from '../../../files/printable.js';
import { readRecord, writeRecord } from '../../../files/record.js';
import { type Project, pathsOf } from '../../../project/project.js';
import { shellQuote } from '../../../shell.js';

const jobKinds = [
  ...(['train', 'lr-find', 'sweep', 'check', 'labels'] as const),
  ...(['evaluate', 'export', 'pack', 'page'] as const),
];
const jobSchema = z.object({
  id: z.string().regex(/^[0-9]{17}-[0-9a-f]{8}$/),
  kind: z.enum(jobKinds),
  run: z.string().nullable(),
  /** Words after `kinora`, run in the folder of the project. */
  words: z.array(z.string()).min(1),
  /** What the server last decided; how the process is doing is seen from its lock and its end. */
  state: z.enum(['queued', 'started', 'stopping', 'stopped', 'ended']),
  added: z.number(),
  /** Order in the queue. */
  queued: z.number(),
  started: z.number().nullable(),
  ended: z.number().nullable(),
  /** Of its process; null where that was not seen. */
  code: z.number().nullable(),
});
export type StoredJob = z.output<typeof jobSchema>;
export type JobKind = StoredJob['kind'];

/**
 * Whether the same command does what remains: trainings with `--resume`, sweeps and cross-validations as they are. A range test
 * of learning rates keeps nothing, and is short enough to start over.
 */
export const continues = (kind: JobKind): boolean => ['train', 'lr-find', 'sweep', 'labels'].includes(kind);

const exitSchema = z.object({ code: z.number(), at: z.number() });

const jobsFolder = (project: Project): string => join(pathsOf(project).hidden, 'jobs');
export const jobFolder = (project: Project, id: string): string => join(jobsFolder(project), id);

export function saveJob(project: Project, job: StoredJob): StoredJob {
  mkdirSync(jobFolder(project, job.id), { recursive: true });
  writeRecord(join(jobFolder(project, job.id), 'job.json'), job);
  return job;
}

/** The latest first. A job that cannot be read is left out, and its run is still there. */
export function readJobs(project: Project): StoredJob[] {
  if (!existsSync(jobsFolder(project))) return [];
  return readdirSync(jobsFolder(project))
    .sort()
    .reverse()
    .flatMap((id) => {
      try {
        return readRecord(join(jobFolder(project, id), 'job.json'), jobSchema) ?? [];
      } catch (error) {
        if (error instanceof KinoraError) return [];
        throw error;
      }
    });
}

export function removeJobFolder(project: Project, id: string): void {
  rmSync(jobFolder(project, id), { recursive: true, force: true });
}

/** How the process ended, if it lived to write it. */
export function readExit(project: Project, id: string): z.output<typeof exitSchema> | undefined {
  try {
    return readRecord(join(jobFolder(project, id), 'exit.json'), exitSchema);
  } catch {
    return undefined; // a kill may come between its bytes
  }
}

export const logFile = (project: Project, id: string): string => join(jobFolder(project, id), 'log.txt');

/** The end of a file: at most `bytes`, whole characters. */
export function endOf(file: string, bytes: number): string {
  if (!existsSync(file)) return '';
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    const read = readSync(handle, buffer, 0, buffer.length, Math.max(0, size - bytes));
    return new TextDecoder().decode(buffer.subarray(0, read)).replace(/^\uFFFD+/, '');
  } finally {
    closeSync(handle);
  }
}

/** The last line of a job's output. */
export const lastLine = (project: Project, id: string): string | null => {
  const lines = endOf(logFile(project, id), 4096)
    .split(/[\n\r]/)
    .filter((line) => line.trim() !== '');
  const last = lines.at(-1);
  return last === undefined ? null : onOneLine(last.trim()).slice(0, 1000);
};

/** JSON files in `trainings/` that a job's command line names, with their contents. */
export const inputsOf = (
  project: Project,
  { words }: Pick<StoredJob, 'words'>,
): { file: string; text: string }[] =>
  words
    .filter((word) => /^trainings\/[^/]+\/\w+\.json$/.test(word) && existsSync(join(project.folder, word)))
    .map((file) => ({ file, text: readFileSync(join(project.folder, file), 'utf8') }));

/** The command line of a job, to be typed in the folder of the project. */
export const commandOf = ({ words }: Pick<StoredJob, 'words'>): string =>
  ['kinora', ...words].map((word) => shellQuote(word)).join(' ');

export const unknownJob = (id: string): KinoraError =>
  kinoraError('project/unknown-job', 'job', 'a job of the project', JSON.stringify(id.slice(0, 40)));

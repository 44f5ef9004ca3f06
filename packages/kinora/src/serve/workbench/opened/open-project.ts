/**
 * An open project: its files, the threads that read them, its jobs, and who listens. Files are looked at again when a folder has
 * changed, because the command line may work on them at the same time.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../files/lock.js';
import type { Workplace } from '../../../project/changes.js';
import { sweepIncoming } from '../../../project/intake.js';
import { PictureCache } from '../../../project/picture-cache.js';
import { type Project, pathsOf } from '../../../project/project.js';
import { ClipThreads } from '../../../project/reader.js';
import { ClipIndex, type Scan } from '../../../project/scan.js';
import type { Job, Progress, ServerEvents } from '../api/contract.js';
import { commandOf, continues, lastLine } from '../jobs/job.js';
import { RunProgress } from '../jobs/progress.js';
import { JobQueue, type SeenJob } from '../jobs/queue.js';

type Send = <Name extends keyof ServerEvents>(name: Name, data: ServerEvents[Name]) => void;

/** Milliseconds between two looks at the files while somebody listens, and between two at every file. */
const LOOK = 1000;
const LOOK_CLOSELY = 15_000;

export class OpenProject implements Workplace {
  readonly index: ClipIndex;
  readonly threads = new ClipThreads();
  readonly pictures: PictureCache;
  readonly queue: JobQueue;
  readonly #listeners = new Set<Send>();
  readonly #progress = new Map<string, RunProgress>();
  readonly #latest = new Map<string, Progress>();
  #project: Project;
  #scan: { readonly scan: Scan; readonly signature: string; readonly time: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #told = { revision: '', checked: 0, jobs: '' };

  private constructor(
    project: Project,
    readonly id: string,
    readonly opened: number,
    private readonly release: () => void,
  ) {
    this.#project = project;
    this.index = new ClipIndex(project);
    this.pictures = new PictureCache(project, this.threads);
    sweepIncoming(project);
    this.queue = new JobQueue(project, () => this.#tellJobs());
  }

  /** Throws `project/locked` where another server has it open. */
  static async open(project: Project, id: string): Promise<OpenProject> {
    const file = join(pathsOf(project).hidden, 'server.lock');
    const words = { code: 'project/locked', expected: 'no other kinora studio that has this project open' };
    return new Promise((resolve, reject) => {
      withLock(
        file,
        words,
        () => new Promise<void>((release) => resolve(new OpenProject(project, id, Date.now(), release))),
      ).catch(reject);
    });
  }

  get project(): Project {
    return this.#project;
  }

  /** What has changed of `project.json`. */
  set project(project: Project) {
    this.#project = project;
    this.changed();
  }

  /** The clips as they are; from memory where no folder has changed since. */
  scan(): Scan {
    const signature = signatureOf(this.#project, this.#scan?.scan.classes ?? []);
    const now = performance.now();
    const { scan, signature: before, time } = this.#scan ?? { signature: '', time: 0 };
    if (scan !== undefined && before === signature && now - time < LOOK_CLOSELY) return scan;
    return this.#look();
  }

  /** After a change through the API. */
  changed(): Scan {
    const scan = this.#look();
    this.#tellClips(scan);
    return scan;
  }

  #look(): Scan {
    const scan = this.index.scan();
    this.#scan = { scan, signature: signatureOf(this.#project, scan.classes), time: performance.now() };
    this.index.readMissing(scan, this.threads, () => this.changed());
    return scan;
  }

  /** Files that are being read. */
  get reading(): number {
    return this.threads.pending('probe');
  }

  /** Sends the current state, and then what changes until the function that it returns is called. */
  listen(send: Send): () => void {
    this.#listeners.add(send);
    send('jobs', { jobs: this.jobs() });
    send('clips', { revision: this.scan().revision });
    send('health', { checked: this.#checked() || null });
    for (const [job, progress] of this.#latest) {
      const { run, seen } = this.queue.get(job);
      if (seen === 'running' || seen === 'stopping') send('progress', { job, run: run ?? '', progress });
    }
    this.#timer ??= setInterval(() => void this.#watch(), LOOK).unref();
    return () => {
      this.#listeners.delete(send);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  jobs(): Job[] {
    return this.queue.list().map((job) => this.describe(job));
  }

  describe(job: SeenJob): Job {
    const { id, kind, run, added, started, ended, seen } = job;
    const resumable = continues(kind) && ['stopped', 'failed', 'interrupted'].includes(seen);
    return {
      ...{ id, kind, run, state: seen, command: commandOf(job), added, started, ended, resumable },
      progress: this.#latest.get(id) ?? null,
      message: seen === 'queued' ? null : lastLine(this.#project, id),
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.queue.close();
    this.index.flush();
    await this.threads.close();
    this.release();
  }

  async #watch(): Promise<void> {
    try {
      this.#tellClips(this.scan());
      const checked = this.#checked();
      if (checked !== this.#told.checked) {
        this.#told.checked = checked;
        this.#tell('health', { checked: checked || null });
      }
      for (const job of this.queue.list()) {
        if (job.kind !== 'train' || job.run === null) continue;
        if (job.seen === 'running' || job.seen === 'stopping') await this.#tellProgress(job.id, job.run);
      }
      this.#tellJobs();
    } catch (error) {
      // A folder that vanishes under the server: the next request says so.
      if (!(error instanceof Error)) throw error;
    }
  }

  /** Reads how far a training is. */
  async progressOf(job: SeenJob): Promise<Progress | null> {
    if (job.kind === 'train' && job.run !== null && (job.seen === 'running' || job.seen === 'stopping'))
      await this.#readProgress(job.id, job.run);
    return this.#latest.get(job.id) ?? null;
  }

  async #readProgress(job: string, run: string): Promise<Progress | undefined> {
    let reader = this.#progress.get(job);
    if (reader === undefined) {
      reader = new RunProgress(this.#project.folder, run);
      this.#progress.set(job, reader);
    }
    const progress = await reader.read();
    if (progress !== undefined) this.#latest.set(job, progress);
    return progress;
  }

  async #tellProgress(job: string, run: string): Promise<void> {
    const before = JSON.stringify(this.#latest.get(job));
    const progress = await this.#readProgress(job, run);
    if (progress !== undefined && JSON.stringify(progress) !== before)
      this.#tell('progress', { job, run, progress });
  }

  #tellClips({ revision }: Scan): void {
    if (revision === this.#told.revision) return;
    this.#told.revision = revision;
    this.#tell('clips', { revision });
  }

  #tellJobs(): void {
    // The queue reports changes before it is complete.
    if (this.queue === undefined || this.#listeners.size === 0) return;
    const jobs = this.jobs();
    const text = JSON.stringify(jobs.map(({ progress: _, ...job }) => job));
    if (text === this.#told.jobs) return;
    this.#told.jobs = text;
    this.#tell('jobs', { jobs });
  }

  #tell: Send = (name, data) => {
    for (const send of this.#listeners) send(name, data);
  };

  #checked(): number {
    return Math.round(timeOf(join(pathsOf(this.#project).hidden, 'check.json')));
  }
}

const timeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Times of the folders and lists: they change when a clip comes, goes or moves. */
function signatureOf(project: Project, classes: readonly string[]): string {
  const { clips, train, validation, subjects, labels, file } = pathsOf(project);
  const paths = [
    clips,
    ...classes.map((name) => join(clips, name)),
    train,
    validation,
    subjects,
    labels,
    file,
  ];
  return paths.map(timeOf).join(' ');
}

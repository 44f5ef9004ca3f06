/**
 * The open project as the page knows it: clips, jobs, runs and health, kept up to date by the server's events. The
 * files of the project are the truth; nothing here outlives the page but the choice of the project.
 */
import {
  type Change,
  type Clip,
  type Health,
  type Job,
  listen,
  type Project,
  type RunSummary,
} from 'kinora/workbench';
import { ask } from './engine.js';

const KEY = 'kinora-project';

let project = $state.raw<Project>();
let clips = $state.raw<readonly Clip[]>([]);
let changes = $state.raw<readonly Change[]>([]);
let jobs = $state.raw<readonly Job[]>([]);
let runs = $state.raw<readonly RunSummary[]>([]);
let health = $state.raw<Health>();
let connected = $state(true);
let problem = $state('');
let reading = $state(0);
let stop = (): void => {};

export const bench = {
  get project(): Project | undefined {
    return project;
  },
  get clips(): readonly Clip[] {
    return clips;
  },
  /** Files whose length is still being read. */
  get reading(): number {
    return reading;
  },
  /** What can be undone, the latest first. */
  get changes(): readonly Change[] {
    return changes;
  },
  get jobs(): readonly Job[] {
    return jobs;
  },
  get runs(): readonly RunSummary[] {
    return runs;
  },
  get health(): Health | undefined {
    return health;
  },
  /** Whether the server's events arrive. */
  get connected(): boolean {
    return connected;
  },
  /** What went wrong last, as the server's line. */
  get problem(): string {
    return problem;
  },
  set problem(message: string) {
    problem = message;
  },
};

/** Project of the last visit in this tab, or of the last one in this browser. */
export const lastProject = (): string | undefined =>
  sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? undefined;

/** Throws if there is no such project. */
export async function openProject(id: string): Promise<void> {
  closeProject();
  project = await ask('getProject', { project: id });
  sessionStorage.setItem(KEY, id);
  localStorage.setItem(KEY, id);
  stop = listen(
    id,
    {
      jobs: ({ jobs: next }) => takeJobs(next),
      progress: ({ job, progress }) => {
        jobs = jobs.map((one) => (one.id === job ? { ...one, progress } : one));
      },
      clips: () => void refresh(readClips),
      health: () => void refresh(readHealth),
    },
    { onConnection: (open) => (connected = open) },
  );
  await Promise.all([readClips(), readRuns(), readHealth()]);
}

export function closeProject(): void {
  stop();
  stop = () => {};
  sessionStorage.removeItem(KEY);
  project = undefined;
  [clips, changes, jobs, runs, health] = [[], [], [], [], undefined];
  [problem, connected, reading] = ['', true, 0];
}

/** Runs `work` on the open project, and shows what goes wrong as the page's problem. */
export async function attempt<T>(work: (id: string) => Promise<T>): Promise<T | undefined> {
  if (project === undefined) return undefined;
  problem = '';
  try {
    return await work(project.id);
  } catch (error) {
    problem = (error as Error).message;
    return undefined;
  }
}

/** Reads the project, its clips and what can be undone. */
export async function readClips(): Promise<void> {
  if (project === undefined) return;
  const { id } = project;
  const [next, list, undoable] = await Promise.all([
    ask('getProject', { project: id }),
    ask('listClips', { project: id, query: { limit: 20_000 } }),
    ask('listChanges', { project: id }),
  ]);
  if (project?.id !== id) return;
  [project, clips, changes, reading] = [next, list.clips, undoable, list.reading];
}

export async function readRuns(): Promise<void> {
  if (project === undefined) return;
  const { id } = project;
  const next = await ask('listRuns', { project: id });
  if (project?.id === id) runs = next;
}

export async function readHealth(): Promise<void> {
  if (project === undefined) return;
  const { id } = project;
  const next = await ask('getHealth', { project: id });
  if (project?.id === id) health = next;
}

function takeJobs(next: readonly Job[]): void {
  const states = (list: readonly Job[]): string => list.map((job) => `${job.id} ${job.state}`).join();
  const changed = states(next) !== states(jobs);
  jobs = next;
  if (!changed) return;
  void refresh(readRuns);
  // A cross-validation leaves findings.
  void refresh(readHealth);
}

/** Several events in a row lead to one reading after the one in progress. */
const pending = new Map<() => Promise<void>, { again: boolean }>();
async function refresh(read: () => Promise<void>): Promise<void> {
  const running = pending.get(read);
  if (running !== undefined) {
    running.again = true;
    return;
  }
  const state = { again: true };
  pending.set(read, state);
  try {
    while (state.again) {
      state.again = false;
      await read();
    }
  } catch (error) {
    problem = (error as Error).message;
  } finally {
    pending.delete(read);
  }
}

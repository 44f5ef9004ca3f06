/**
 * The projects that a server may open: those in its home folder, those that were opened before, and the one of its command line.
 * A page names projects by their ids and never by paths, so it reaches no other folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { readRecord, writeRecord } from '../../../files/record.js';
import { createProject, isProject, openProject, type Project } from '../../../project/project.js';
import { OpenProject } from './open-project.js';

const recentSchema = z.object({
  version: z.literal(1),
  projects: z.array(z.object({ folder: z.string(), name: z.string(), opened: z.number() })).max(1000),
});
type Recent = z.output<typeof recentSchema>['projects'][number];

/** Projects that are remembered. */
const REMEMBERED = 50;

export interface WorkbenchOptions {
  /** Where new projects are made. */
  readonly home: string;
  /** File with the projects that were opened before. Default: in the user's state folder. */
  readonly recent?: string;
}

export interface ProjectSummary {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly opened: number | null;
  readonly missing: boolean;
}

export class Workbench {
  readonly home: string;
  readonly #recent: string;
  readonly #open = new Map<string, Promise<OpenProject>>();

  constructor({ home, recent = recentFile() }: WorkbenchOptions) {
    this.home = resolve(home);
    this.#recent = recent;
  }

  /** Those that were opened before, the latest first, and then those in the home folder. */
  list(): ProjectSummary[] {
    const recent = this.#readRecent();
    const known = new Set(recent.map(({ folder }) => folder));
    const others = foldersIn(this.home).filter((folder) => isProject(folder) && !known.has(folder));
    return [
      ...recent.map(({ folder, name, opened }) => ({
        id: idOf(folder),
        name,
        folder,
        opened,
        missing: !existsSync(folder),
      })),
      ...others.map((folder) => ({
        id: idOf(folder),
        name: nameOf(folder),
        folder,
        opened: null,
        missing: false,
      })),
    ];
  }

  /** Opens a folder, which becomes a project if it is none. For the command line only. */
  async openFolder(folder: string): Promise<OpenProject> {
    return this.#openProject(openProject(folder));
  }

  async create(name: string, classes: readonly string[]): Promise<OpenProject> {
    return this.#openProject(createProject(join(this.home, name), { name, classes }));
  }

  /** Throws `project/unknown` for an id that is none of the list's. */
  async get(id: string): Promise<OpenProject> {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const found = this.list().find((one) => one.id === id);
    if (found === undefined)
      throw kinoraError('project/unknown', 'project', 'the id of a project', JSON.stringify(id.slice(0, 40)));
    if (found.missing)
      throw kinoraError('project/missing', found.folder, 'the folder of a project', 'nothing there');
    return this.#openProject(openProject(found.folder));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#open.values()].map(async (open) => (await open).close()));
    this.#open.clear();
  }

  #openProject(project: Project): Promise<OpenProject> {
    const id = idOf(project.folder);
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const opening = OpenProject.open(project, id);
    this.#open.set(id, opening);
    opening.then(
      () => this.#remember(project),
      () => this.#open.delete(id),
    );
    return opening;
  }

  #readRecent(): Recent[] {
    try {
      return readRecord(this.#recent, recentSchema)?.projects ?? [];
    } catch (error) {
      if (error instanceof KinoraError) return []; // a convenience, and made again
      throw error;
    }
  }

  #remember({ folder, name }: Project): void {
    const others = this.#readRecent().filter((one) => one.folder !== folder);
    const projects = [{ folder, name, opened: Date.now() }, ...others].slice(0, REMEMBERED);
    try {
      mkdirSync(dirname(this.#recent), { recursive: true });
      writeRecord(this.#recent, { version: 1, projects });
    } catch {
      // A home folder that cannot be written to is no reason not to open a project.
    }
  }
}

const recentFile = (): string =>
  join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'kinora', 'projects.json');

const idOf = (folder: string): string => createHash('sha256').update(folder).digest('hex').slice(0, 16);

const nameOf = (folder: string): string => {
  try {
    return openProject(folder).name;
  } catch {
    return folder.split(/[/\\]/).at(-1) ?? folder;
  }
};

function foldersIn(home: string): string[] {
  try {
    return readdirSync(home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .slice(0, 500)
      .map(({ name }) => join(realpathSync(home), name));
  } catch {
    return [];
  }
}

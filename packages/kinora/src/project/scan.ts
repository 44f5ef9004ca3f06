/**
 * The clips of a project as its files say: class, person, list and what each file holds. What files hold is kept in
 * `.kinora/facts.json`, by size and time of the file, so that 10,000 clips need not be opened again.
 */
import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError, kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { readClipList } from '../data/lists/annotations.js';
import { isVideoName } from '../data/lists/class-folders.js';
import type { ClipItem } from '../data/lists/clip-list.js';
import { readLabels } from '../data/lists/labels.js';
import { peopleOf, readSubjects, subjectsBeside } from '../data/lists/people.js';
import { readPack } from '../data/pack/read-pack.js';
import { readRecord, writeRecord } from '../files/record.js';
import { MOST_CLIPS } from './limits.js';
import { personIn } from './names.js';
import { isReserved, type Project, pathsOf } from './project.js';
import type { ClipThreads, Facts } from './reader.js';

export type Part = 'train' | 'validation';

export interface ScannedClip {
  /** Path below the folder of clips; in lists with several parts of a video, with the part's number. */
  readonly id: string;
  readonly path: string;
  readonly class: string;
  readonly person: string | undefined;
  readonly part: Part | undefined;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Changes with the file. */
  readonly version: string;
  /** Undefined until the file has been read. */
  readonly facts: Facts | undefined;
  /** Why the file cannot be used. */
  readonly problem: string | undefined;
  readonly start?: number;
  readonly end?: number;
}

export interface Scan {
  readonly clips: readonly ScannedClip[];
  /** In the order of the labels. */
  readonly classes: readonly string[];
  /** Changes with any clip or list. */
  readonly revision: string;
  /** Faults of the lists, each on one line. */
  readonly faults: readonly string[];
  /** Lines of the lists whose clip is no longer there. */
  readonly gone: number;
  readonly listed: { readonly train: boolean; readonly validation: boolean };
}

const entrySchema = z.union([
  z.tuple([z.string(), z.int().min(0), z.number().min(0), z.int().min(0), z.int().min(0)]),
  z.tuple([z.string(), z.string()]),
]);
const cacheSchema = z.object({ version: z.literal(1), files: z.record(z.string(), entrySchema) });
/** Version of the file, and frames, seconds, width and height, or why it cannot be used. */
type Entry = z.output<typeof entrySchema>;

export class ClipIndex {
  readonly #project: Project;
  #entries: Map<string, Entry> | undefined;
  #dirty = false;
  #writing: NodeJS.Timeout | undefined;
  readonly #asked = new Set<string>();

  constructor(project: Project) {
    this.#project = project;
  }

  /** Looks at every file. Does not open clips. */
  scan(): Scan {
    const project = this.#project;
    return project.layout === 'folders' ? this.#folders(project) : this.#lists(project);
  }

  /**
   * Reads the clips of a scan that have not been read, and calls `onMore` from time to time, and when all are known.
   * Returns how many there are.
   */
  readMissing(scan: Scan, threads: ClipThreads, onMore: () => void): number {
    const missing = scan.clips.filter((clip) => clip.facts === undefined && clip.problem === undefined);
    const left = { count: 0 };
    let closed = false;
    let told = performance.now();
    for (const { path, version } of missing) {
      const key = `${path}\0${version}`;
      if (this.#asked.has(key)) continue;
      this.#asked.add(key);
      left.count++;
      threads
        .read('probe', { path, rate: this.#project.frameRate })
        .then(
          (facts) => this.keep(path, version, facts),
          (error: Error) => {
            // One that ends its thread is not read again, or it would end one after the other.
            if (!isClosed(error)) this.reject(path, version, error.message);
            closed ||= isClosed(error);
          },
        )
        .finally(() => {
          this.#asked.delete(key);
          left.count--;
          if (closed) return;
          if (left.count > 0 && performance.now() - told < 1000) return;
          told = performance.now();
          onMore();
        });
    }
    return missing.length;
  }

  keep(path: string, version: string, { frames, seconds, width, height }: Facts): void {
    this.#put(path, [version, frames, seconds, width, height]);
  }

  reject(path: string, version: string, problem: string): void {
    this.#put(path, [version, problem.split('\n')[0]!.slice(0, 500)]);
  }

  /** Writes what has been read. A folder that cannot be written to costs reading it again. */
  flush(): void {
    clearTimeout(this.#writing);
    this.#writing = undefined;
    if (!this.#dirty) return;
    this.#dirty = false;
    try {
      writeRecord(this.#file(), { version: 1, files: Object.fromEntries(this.#cache()) });
    } catch (error) {
      if (!(error instanceof KinoraError)) throw error;
    }
  }

  #put(path: string, entry: Entry): void {
    this.#cache().set(this.#key(path), entry);
    this.#dirty = true;
    this.#writing ??= setTimeout(() => this.flush(), 2000).unref();
  }

  #file = (): string => join(pathsOf(this.#project).hidden, 'facts.json');

  #key = (path: string): string => path.slice(this.#project.folder.length + 1);

  #cache(): Map<string, Entry> {
    if (this.#entries !== undefined) return this.#entries;
    let saved: z.output<typeof cacheSchema> | undefined;
    try {
      saved = readRecord(this.#file(), cacheSchema);
    } catch {
      saved = undefined; // it is derived from the files, and is made again
    }
    this.#entries = new Map(Object.entries(saved?.files ?? {}));
    return this.#entries;
  }

  #known(path: string, version: string): Pick<ScannedClip, 'facts' | 'problem'> {
    const entry = this.#cache().get(this.#key(path));
    if (entry === undefined || entry[0] !== version) return { facts: undefined, problem: undefined };
    if (entry.length === 2) return { facts: undefined, problem: entry[1] };
    const [, frames, seconds, width, height] = entry;
    return { facts: { frames, seconds, width, height }, problem: undefined };
  }

  #folders(project: Project): Scan {
    const paths = pathsOf(project);
    const classes = entriesOf(paths.clips).filter(
      (entry) => entry.isDirectory() && !(project.clips === '.' && isReserved(entry.name)),
    );
    const lists = readLists(project);
    const subjects = readPeople(paths.subjects);
    const clips: ScannedClip[] = [];
    const seen = new Set<string>();
    for (const { name } of classes)
      for (const entry of entriesOf(join(paths.clips, name))) {
        if (!entry.isDirectory() && !(entry.isFile() && isVideoName(entry.name))) continue;
        const id = `${name}/${entry.name}`;
        const path = join(paths.clips, name, entry.name);
        const file = fileFacts(path);
        if (file === undefined) continue; // removed since the folder was read
        seen.add(id);
        const known = this.#known(path, file.version);
        const problem = file.bytes === 0 ? 'an empty file' : known.problem;
        const part = lists.parts.get(id);
        clips.push({
          id,
          path,
          class: name,
          person: subjects.get(id) ?? personIn(entry.name),
          part,
          ...file,
          ...known,
          problem,
        });
        if (clips.length > MOST_CLIPS) throw tooMany(paths.clips);
      }
    const gone = [...lists.parts.keys()].filter((id) => !seen.has(id)).length;
    const names = classes.map(({ name }) => name);
    return {
      clips,
      classes: names,
      revision: revisionOf(project, clips, names),
      faults: lists.faults,
      gone,
      listed: { train: lists.train, validation: lists.validation },
    };
  }

  #lists(project: Project): Scan {
    const { train, validation, labels, clips: root } = pathsOf(project);
    const faults: string[] = [];
    const attempt = <T>(work: () => T, otherwise: T): T => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof KinoraError)) throw error;
        faults.push(error.message);
        return otherwise;
      }
    };
    const names = statSync(labels, { throwIfNoEntry: false }) && attempt(() => readLabels(labels), undefined);
    const clips: ScannedClip[] = [];
    const used = new Map<string, number>();
    let classes: readonly string[] = names ?? [];
    for (const [part, file] of [
      ['train', train],
      ['validation', validation],
    ] as const) {
      if (!statSync(file, { throwIfNoEntry: false })) continue;
      const options = classes.length > 0 ? { labels: classes } : {};
      const list = attempt(
        () => (project.layout === 'pack' ? readPack(file, options) : readClipList(file, root, options)),
        undefined,
      );
      if (list === undefined) continue;
      if (classes.length === 0) classes = list.labels;
      const people = attempt(() => peopleOf(list.items, subjectsBeside(file)), undefined);
      for (const [n, item] of list.items.entries())
        clips.push(this.#listed(project, item, part, list.labels, people?.names?.[people.groups[n]!], used));
    }
    return {
      clips,
      classes,
      revision: revisionOf(project, clips, classes),
      faults,
      gone: clips.filter(({ problem }) => problem === NOT_THERE).length,
      listed: { train: true, validation: clips.some(({ part }) => part === 'validation') },
    };
  }

  #listed(
    project: Project,
    { id, path, label, start, end }: ClipItem,
    part: Part,
    labels: readonly string[],
    person: string | undefined,
    used: Map<string, number>,
  ): ScannedClip {
    const times = (used.get(id) ?? 0) + 1;
    used.set(id, times);
    const packed = project.layout === 'pack';
    const file = packed ? { bytes: 0, modified: 0, version: 'packed' } : fileFacts(path);
    const known =
      file === undefined ? { facts: undefined, problem: NOT_THERE } : this.#known(path, file.version);
    return {
      id: times === 1 ? id : `${id}#${times}`,
      path,
      class: labels[label] ?? '',
      person,
      part,
      ...(file ?? { bytes: 0, modified: 0, version: 'none' }),
      ...known,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    };
  }
}

const isClosed = (error: Error): boolean => error instanceof KinoraError && error.code === 'project/closed';

const tooMany = (folder: string): KinoraError =>
  kinoraError('project/too-large', folder, `at most ${MOST_CLIPS} clips`, 'more', {
    hint: 'train on larger sets from the command line',
  });

const NOT_THERE = 'nothing there';

/** Hidden files and links are left out: a link may lead out of the project. */
const entriesOf = (folder: string): Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && !entry.isSymbolicLink())
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
};

export function fileFacts(path: string): Pick<ScannedClip, 'bytes' | 'modified' | 'version'> | undefined {
  const stat: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const modified = Math.round(stat.mtimeMs);
  const version = `${stat.size.toString(36)}-${Math.round(stat.mtimeMs * 1000).toString(36)}-${stat.ino.toString(36)}`;
  return { bytes: stat.size, modified, version };
}

interface Lists {
  readonly parts: ReadonlyMap<string, Part>;
  readonly faults: readonly string[];
  readonly train: boolean;
  readonly validation: boolean;
}

/** Which list each clip is in; a list that cannot be read is a fault, and not the end of everything. */
export function readLists(project: Project): Lists {
  const { train, validation, clips } = pathsOf(project);
  const parts = new Map<string, Part>();
  const faults: string[] = [];
  const found = { train: false, validation: false };
  for (const [part, file] of [
    ['train', train],
    ['validation', validation],
  ] as const) {
    if (!statSync(file, { throwIfNoEntry: false })) continue;
    try {
      for (const { id } of readClipList(file, clips).items) parts.set(id, part);
      found[part] = true;
    } catch (error) {
      if (!(error instanceof KinoraError)) throw error;
      faults.push(error.message);
    }
  }
  return { parts, faults, ...found };
}

function readPeople(file: string): Map<string, string> {
  if (!statSync(file, { throwIfNoEntry: false })) return new Map();
  try {
    return readSubjects(file);
  } catch (error) {
    if (!(error instanceof KinoraError)) throw error;
    return new Map();
  }
}

/** In 32 bits twice (FNV-1a), which is fast for many clips; nobody has a reason to forge it. */
function revisionOf(project: Project, clips: readonly ScannedClip[], classes: readonly string[]): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  const add = (text: string): void => {
    for (let i = 0; i < text.length; i++) {
      a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
      b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b) + 1;
    }
  };
  add(project.name);
  add(classes.join('\0'));
  for (const { id, version, part, person, facts, problem } of clips)
    add(`${id}\0${version}\0${part ?? ''}\0${person ?? ''}\0${facts?.frames ?? ''}\0${problem ?? ''}\n`);
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}

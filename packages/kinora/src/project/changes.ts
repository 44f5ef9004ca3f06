/**
 * Changes to the clips of a project that can be undone. Each has a folder in `.kinora/trash/` with `change.json`, written before
 * the first file moves, and with the files that it removed: a change that a kill interrupts can be undone too.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { plural } from '../figures/words.js';
import { readRecord, writeRecord } from '../files/record.js';
import { NOBODY, nextNumber } from './names.js';
import { isReserved, type Project, pathsOf } from './project.js';
import type { ClipThreads } from './reader.js';
import { type ClipIndex, readLists, type Scan, type ScannedClip } from './scan.js';
import { checkEditable, followClips } from './split.js';

const kinds = ['move', 'remove', 'trim', 'rename class', 'remove class'] as const;
const changeSchema = z.object({
  /** Begins with `at`, and no two changes of a process have the same, so that names sort by age. */
  id: z.string().regex(/^[0-9]{13}-[0-9a-f]{8}$/),
  kind: z.enum(kinds),
  /** Milliseconds since 1970. */
  at: z.number(),
  summary: z.string(),
  /** Ids before and after; null for what went to the trash. */
  clips: z.array(z.object({ from: z.string(), to: z.string().nullable() })).max(20_000),
  /** Paths in the project, in the order in which they were moved. */
  moves: z.array(z.object({ from: z.string(), to: z.string() })),
  /** Files that the change made, in the project. */
  made: z.array(z.string()),
});
export type Change = z.output<typeof changeSchema>;

/** Changes that are kept; the trash of older ones is emptied. */
const KEPT = 200;

/** What a change needs of an open project. */
export interface Workplace {
  readonly project: Project;
  readonly index: ClipIndex;
  readonly threads: ClipThreads;
}

/** The clips of these ids. Throws `project/unknown-clip` for others. */
export function clipsOf({ clips }: Scan, ids: readonly string[]): ScannedClip[] {
  const byId = new Map(clips.map((clip) => [clip.id, clip]));
  return [...new Set(ids)].map((id) => {
    const clip = byId.get(id);
    if (clip !== undefined) return clip;
    throw kinoraError(
      'project/unknown-clip',
      'clips',
      'a clip of the project',
      JSON.stringify(id.slice(0, 80)),
      {
        hint: 'it may have been moved or removed meanwhile; look at the list again',
      },
    );
  });
}

/** Moves clips to another class or person, under the next free numbers. */
export function moveClips(
  place: Workplace,
  ids: readonly string[],
  to: { readonly class?: string | undefined; readonly person?: string | undefined },
): Change {
  checkEditable(place.project);
  const scan = place.index.scan();
  if (to.class !== undefined && !scan.classes.includes(to.class)) throw unknownClass(to.class);
  const names = new Numbers(scan);
  const moves = clipsOf(scan, ids).flatMap((clip) => {
    const target = { class: to.class ?? clip.class, person: to.person ?? clip.person ?? NOBODY };
    if (target.class === clip.class && target.person === (clip.person ?? NOBODY)) return [];
    return [{ from: clip.id, to: names.next(target.class, target.person, extname(clip.id)) }];
  });
  const where = [to.class, to.person].filter((one) => one !== undefined).join(', ');
  return perform(place, 'move', `moved ${plural(moves.length, 'clip')} to ${where}`, moves);
}

/** Moves clips to the trash of the project. */
export function removeClips(place: Workplace, ids: readonly string[]): Change {
  checkEditable(place.project);
  const clips = clipsOf(place.index.scan(), ids);
  const classes = [...new Set(clips.map((clip) => clip.class))];
  const summary = `removed ${plural(clips.length, 'clip')} of ${classes.slice(0, 3).join(', ')}`;
  return perform(
    place,
    'remove',
    summary,
    clips.map(({ id }) => ({ from: id, to: null })),
  );
}

/** Replaces a clip by the part of it from `start` to `end` seconds; the whole goes to the trash. */
export async function trimClip(
  place: Workplace,
  id: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Change> {
  checkEditable(place.project);
  const { project, index, threads } = place;
  const scan = index.scan();
  const [clip] = clipsOf(scan, [id]) as [ScannedClip];
  const isFolder = lstatSync(clip.path).isDirectory();
  const name = new Numbers(scan).next(clip.class, clip.person ?? NOBODY, isFolder ? '' : '.mp4');
  const target = join(pathsOf(project).clips, name);
  const made = temporary(project, isFolder ? '' : '.mp4');
  await threads.read('cut', { path: clip.path, rate: project.frameRate, start, end, to: made });
  const summary = `trimmed ${id} to ${start.toFixed(2)}–${end.toFixed(2)} s`;
  return perform(place, 'trim', summary, [{ from: id, to: name }], {
    made: [[made, target]],
    moves: [[id, null]],
  });
}

export function addClass({ project }: Pick<Workplace, 'project'>, name: string): void {
  checkEditable(project);
  const folder = join(pathsOf(project).clips, name);
  if (project.clips === '.' && isReserved(name)) throw existsAlready(name);
  if (existsSync(folder)) throw existsAlready(name);
  mkdirSync(folder, { recursive: true });
}

export function renameClass(place: Workplace, from: string, to: string): Change {
  checkEditable(place.project);
  const scan = place.index.scan();
  if (!scan.classes.includes(from)) throw unknownClass(from);
  const { clips } = pathsOf(place.project);
  if (existsSync(join(clips, to)) || (place.project.clips === '.' && isReserved(to))) throw existsAlready(to);
  const own = scan.clips.filter((clip) => clip.class === from);
  const moves = own.map(({ id }) => ({ from: id, to: `${to}/${id.slice(from.length + 1)}` }));
  return perform(place, 'rename class', `renamed class ${from} to ${to}`, moves, { moves: [[from, to]] });
}

export function removeClass(place: Workplace, name: string): Change {
  checkEditable(place.project);
  const scan = place.index.scan();
  if (!scan.classes.includes(name)) throw unknownClass(name);
  const own = scan.clips.filter((clip) => clip.class === name);
  const summary = `removed class ${name} with ${plural(own.length, 'clip')}`;
  return perform(
    place,
    'remove class',
    summary,
    own.map(({ id }) => ({ from: id, to: null })),
    {
      moves: [[name, null]],
    },
  );
}

/** Changes that can be undone, the latest first. One that cannot be read is left out. */
export function listChanges(project: Project): Change[] {
  return idsIn(project).flatMap((id) => {
    try {
      return readRecord(join(trashOf(project), id, 'change.json'), changeSchema) ?? [];
    } catch {
      return [];
    }
  });
}

const trashOf = (project: Project): string => join(pathsOf(project).hidden, 'trash');

/** Ids of the changes in the trash, the latest first. */
function idsIn(project: Project): string[] {
  const trash = trashOf(project);
  return existsSync(trash) ? readdirSync(trash).sort().reverse() : [];
}

/** Now, in milliseconds since 1970, or later: changes may follow each other within a millisecond. */
function nextTime(project: Project): number {
  const [latest = '0'] = idsIn(project);
  return Math.max(Date.now(), Number.parseInt(latest, 10) + 1 || 0);
}

/** Undoes a change. Files whose place has been taken meanwhile come back under the next free number. */
export function undoChange(place: Workplace, id: string): Change {
  const { project, index } = place;
  const change = listChanges(project).find((one) => one.id === id);
  if (change === undefined)
    throw kinoraError(
      'project/unknown-change',
      id.slice(0, 40),
      'a change that can be undone',
      'none of that name',
    );
  const former = readLists(project).parts;
  const before = new Map(former);
  for (const made of change.made) rmSync(join(project.folder, made), { recursive: true, force: true });
  const back = new Map<string, string>();
  const root = `${project.clips === '.' ? '' : `${project.clips}/`}`;
  for (const { from, to } of [...change.moves].reverse()) {
    if (!existsSync(join(project.folder, to))) continue;
    let target = from;
    if (existsSync(join(project.folder, from))) {
      const clip = from.slice(root.length);
      const [name = '', file = ''] = clip.split('/');
      const person = /^(.+?)-[^-]*$/.exec(file.replace(/\.[^.]*$/, ''))?.[1] ?? NOBODY;
      target = `${root}${new Numbers(index.scan()).next(name, person, extname(file))}`;
    }
    mkdirSync(dirname(join(project.folder, target)), { recursive: true });
    renameSync(join(project.folder, to), join(project.folder, target));
    back.set(to.slice(root.length), target.slice(root.length));
  }
  for (const { from, to } of change.clips) if (to !== null && !back.has(to)) back.set(to, from);
  rmSync(join(trashOf(project), id), { recursive: true, force: true });
  followClips(project, index.scan(), before, back);
  return change;
}

interface Further {
  /** Files that have been made, and where they go. */
  readonly made?: readonly (readonly [from: string, to: string])[];
  /** What moves below the folder of clips, where that is not simply the clips; null: to the trash. */
  readonly moves?: readonly (readonly [from: string, to: string | null])[];
}

/** Writes the change down, moves the files, and lets the lists follow. */
function perform(
  { project, index }: Workplace,
  kind: Change['kind'],
  summary: string,
  clips: Change['clips'],
  { made = [], moves: own }: Further = {},
): Change {
  const at = nextTime(project);
  const id = `${at}-${randomBytes(4).toString('hex')}`;
  const trash = join(trashOf(project), id);
  const inProject = (path: string) => path.slice(project.folder.length + 1);
  const root = pathsOf(project).clips;
  const pairs: Change['clips'] = own?.map(([from, to]) => ({ from, to })) ?? clips;
  const moves = pairs.map(({ from, to }) => ({
    from: inProject(join(root, from)),
    to: inProject(to === null ? join(trash, 'clips', from) : join(root, to)),
  }));
  const change: Change = { id, kind, at, summary, clips, moves, made: made.map(([, to]) => inProject(to)) };
  const former = readLists(project).parts;
  mkdirSync(trash, { recursive: true });
  try {
    writeRecord(join(trash, 'change.json'), change);
    for (const { from, to } of moves) {
      mkdirSync(dirname(join(project.folder, to)), { recursive: true });
      renameSync(join(project.folder, from), join(project.folder, to));
    }
    for (const [from, to] of made) renameSync(from, to);
  } catch (cause) {
    for (const { from, to } of [...moves].reverse())
      if (existsSync(join(project.folder, to)) && !existsSync(join(project.folder, from)))
        renameSync(join(project.folder, to), join(project.folder, from));
    for (const [from] of made) rmSync(from, { recursive: true, force: true });
    rmSync(trash, { recursive: true, force: true });
    throw failed(cause as NodeJS.ErrnoException);
  }
  const moved = new Map(clips.flatMap(({ from, to }) => (to === null ? [] : [[from, to] as const])));
  followClips(project, index.scan(), former, moved);
  emptyOld(project);
  return change;
}

/** Where a file is made before it gets its name. */
export function temporary(project: Project, extension: string): string {
  const folder = join(pathsOf(project).hidden, 'incoming');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${randomBytes(8).toString('hex')}${extension}`);
}

function emptyOld(project: Project): void {
  for (const id of idsIn(project).slice(KEPT))
    rmSync(join(trashOf(project), id), { recursive: true, force: true });
}

/** Free numbers of people, class by class. */
export class Numbers {
  readonly #next = new Map<string, number>();
  readonly #names = new Map<string, string[]>();

  constructor({ clips }: Pick<Scan, 'clips'>) {
    for (const { id, class: name } of clips) {
      const file = id.slice(name.length + 1);
      const own = this.#names.get(name);
      if (own === undefined) this.#names.set(name, [file]);
      else own.push(file);
    }
  }

  /** An id that no clip has. */
  next(name: string, person: string, extension: string): string {
    const key = `${name}/${person}`;
    const number = this.#next.get(key) ?? nextNumber(this.#names.get(name) ?? [], person);
    this.#next.set(key, number + 1);
    return `${key}-${number}${extension}`;
  }
}

function failed(error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return kinoraError('project/disk-full', error.path, 'room on the disk', 'none', {
      hint: 'free some; nothing was changed',
      cause: error,
    });
  if (error.code === 'ENOENT')
    return kinoraError('project/unknown-clip', error.path, 'the file that was there', 'nothing', {
      hint: 'another program removed it; nothing else was changed',
      cause: error,
    });
  return error;
}

const unknownClass = (name: string): KinoraError =>
  kinoraError('project/unknown-class', 'class', 'a class of the project', JSON.stringify(name));
const existsAlready = (name: string): KinoraError =>
  kinoraError('project/exists', 'class', 'a name that is not taken', JSON.stringify(name));

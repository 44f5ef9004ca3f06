/**
 * Who is in which list. The lists are `train.csv`, `validation.csv`, `labels.csv` and `subjects.csv` at the top of the project,
 * as `kinora split` writes them; people are never in both. When clips come, go or move, the lists follow.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import type { ClipItem, ClipList } from '../data/lists/clip-list.js';
import { divide } from '../data/lists/divide.js';
import { peopleNumbers } from '../data/lists/people.js';
import { writeClipList, writeLabels, writeSubjects } from '../data/lists/write-lists.js';
import { shellQuote } from '../shell.js';
import { NOBODY } from './names.js';
import { type Project, pathsOf } from './project.js';
import type { Part, Scan, ScannedClip } from './scan.js';

export type SplitChange =
  | { readonly people: Readonly<Record<string, Part>> }
  | { readonly validation: number; readonly seed: number }
  | { readonly leaveOut: string };

export interface PersonSplit {
  readonly name: string;
  readonly clips: number;
  /** Undefined for people with clips in no list. */
  readonly part: Part | undefined;
  /** Whether clips of this person are in both lists. */
  readonly both: boolean;
}

/** The people of a scan, in the order of their names. Clips of nobody in particular count as one. */
export function peopleIn({ clips }: Pick<Scan, 'clips'>): PersonSplit[] {
  const people = new Map<string, { clips: number; parts: Set<Part> }>();
  for (const { person = NOBODY, part } of clips) {
    const one = people.get(person) ?? { clips: 0, parts: new Set() };
    people.set(person, one);
    one.clips++;
    if (part !== undefined) one.parts.add(part);
  }
  return Array.from(people, ([name, { clips: count, parts }]) => ({
    name,
    clips: count,
    part: [...parts].sort()[0],
    both: parts.size > 1 && name !== NOBODY,
  })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Writes the lists anew. Throws `project/read-only`, `project/unknown-person` and `data/nothing-to-divide`. */
export function writeSplit(project: Project, scan: Scan, change: SplitChange): void {
  checkEditable(project);
  const usable = scan.clips.filter(({ problem }) => problem === undefined);
  const parts = partsOf(scan, usable, change);
  const listed = usable.filter((clip) => parts.get(clip.id) !== undefined);
  writeLists(project, scan.classes, listed, (clip) => parts.get(clip.id)!);
}

/** The part of each clip by its id. */
function partsOf(
  scan: Scan,
  clips: readonly ScannedClip[],
  change: SplitChange,
): Map<string, Part | undefined> {
  if ('validation' in change) return divided(scan, clips, change);
  const people = peopleIn(scan);
  const known = new Set(people.map(({ name }) => name));
  const asked = 'leaveOut' in change ? { [change.leaveOut]: 'validation' as const } : change.people;
  const stranger = Object.keys(asked).find((name) => !known.has(name));
  if (stranger !== undefined) throw unknownPerson(stranger, [...known]);
  const byPerson = new Map<string, Part | undefined>(
    people.map(({ name, part }) => [name, 'leaveOut' in change ? 'train' : (part ?? 'train')]),
  );
  for (const [name, part] of Object.entries(asked)) byPerson.set(name, part);
  return new Map(clips.map((clip) => [clip.id, byPerson.get(clip.person ?? NOBODY)]));
}

function divided(
  { classes }: Scan,
  clips: readonly ScannedClip[],
  { validation, seed }: { readonly validation: number; readonly seed: number },
): Map<string, Part | undefined> {
  const list: ClipList = { labels: classes, items: clips.map((clip) => itemOf(clip, classes)), dropped: 0 };
  const groups = Int32Array.from(peopleNumbers(clips.map(({ person }) => person)));
  const division = divide(list, groups, { share: validation, seed });
  if (division.validation.length === 0)
    throw kinoraError('data/nothing-to-divide', 'clips', 'two people with clips of the same class', 'fewer', {
      hint: 'record another person, or name the people: a person is the beginning of a file name, as in anna-3.mp4',
    });
  const held = new Set(division.validation.map(({ id }) => id));
  return new Map(clips.map(({ id }) => [id, held.has(id) ? 'validation' : 'train']));
}

const itemOf = ({ id, path, class: name }: ScannedClip, classes: readonly string[]): ClipItem => ({
  id,
  path,
  label: classes.indexOf(name),
});

/** Classes without a clip in the lists are left out, because a class without clips cannot be learned. */
export function writeLists(
  project: Pick<Project, 'folder' | 'clips'> & { readonly lists?: Project['lists'] },
  classes: readonly string[],
  clips: readonly ScannedClip[],
  partOf: (clip: ScannedClip) => Part,
  paths: Pick<ReturnType<typeof pathsOf>, 'train' | 'validation' | 'labels' | 'subjects'> = pathsOf(
    project as Project,
  ),
): void {
  const labels = classes.filter((name) => clips.some((clip) => clip.class === name));
  const of = (part: Part): ClipItem[] =>
    clips.filter((clip) => partOf(clip) === part).map((clip) => itemOf(clip, labels));
  writeSubjects(
    paths.subjects,
    clips.map((clip) => itemOf(clip, labels)),
    clips.map(({ person, id }) => person ?? `${NOBODY} ${basename(id)}`),
  );
  writeLabels(paths.labels, labels);
  writeClipList(paths.train, of('train'), labels);
  writeClipList(paths.validation, of('validation'), labels);
}

/**
 * Lets the lists follow the clips: what is gone leaves them, what moved keeps its part, and new clips of a person join
 * those that the lists have. Does nothing where no lists have been written.
 *
 * @param moved from former ids to present ones
 */
export function followClips(
  project: Project,
  scan: Scan,
  former: ReadonlyMap<string, Part>,
  moved: ReadonlyMap<string, string> = new Map(),
): void {
  if (project.layout !== 'folders' || !existsSync(pathsOf(project).train)) return;
  const parts = new Map<string, Part>();
  for (const [id, part] of former) parts.set(moved.get(id) ?? id, part);
  const byPerson = new Map<string, Part>();
  for (const clip of scan.clips) {
    const part = parts.get(clip.id);
    if (part !== undefined && clip.person !== undefined && !byPerson.has(clip.person))
      byPerson.set(clip.person, part);
  }
  const partOf = ({ id, person }: ScannedClip): Part | undefined =>
    (person === undefined ? undefined : byPerson.get(person)) ?? parts.get(id);
  const listed = scan.clips.filter((clip) => clip.problem === undefined && partOf(clip) !== undefined);
  if (listed.length === 0) return;
  writeLists(project, scan.classes, listed, (clip) => partOf(clip)!);
}

/** The command line that writes the lists as they are. */
export function splitCommand(scan: Scan): string {
  const puts = peopleIn(scan)
    .filter(({ part }) => part === 'validation')
    .map(({ name }) => ` --put ${shellQuote(`${name}=validation`)}`);
  return `kinora project split .${puts.join('')}`;
}

/** Throws `project/read-only` unless the clips are in class folders. */
export function checkEditable({ layout, folder }: Project): void {
  if (layout === 'folders') return;
  throw kinoraError('project/read-only', folder, {
    expected: 'a project of class folders',
    received: layout === 'pack' ? 'one of packed clips' : 'one of CSV lists',
    hint: 'its clips can be seen and trained on; change the lists themselves',
  });
}

const unknownPerson = (name: string, known: readonly string[]): KinoraError =>
  kinoraError('project/unknown-person', name, {
    expected: `one of ${known.slice(0, 8).join(', ') || 'no people'}`,
  });

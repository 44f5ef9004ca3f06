/**
 * A project: a folder with `project.json`, clips, lists, recordings and runs. Plain files are the truth, and what lies in
 * `.kinora/` (pictures, what files were found to hold, the trash, jobs) can be deleted. A folder without `project.json`
 * becomes a project when it is opened, if its layout is recognised.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import * as z from 'zod';
import { isFrameName } from '../data/decode/folder.js';
import { readClipList } from '../data/lists/annotations.js';
import { isVideoName } from '../data/lists/class-folders.js';
import { isPack } from '../data/pack/read-pack.js';
import { climbs } from '../files/path.js';
import { readRecord, writeRecord } from '../files/record.js';

const inside = z
  .string()
  .min(1)
  .max(1000)
  .refine((path) => path === '.' || !climbs(path), { error: 'a path inside the project' });

const projectSchema = z.strictObject({
  format: z.literal('kinora-project'),
  version: z.literal(1),
  /** Shown to people; the folder may be called otherwise. */
  name: z.string().min(1).max(200),
  /** `folders`: `<clips>/<class>/<person>-<n>`; `list`: CSV lists of clips below `clips`; `pack`: packed lists. */
  layout: z.enum(['folders', 'list', 'pack']).default('folders'),
  /** Folder of the clips. */
  clips: inside.default('clips'),
  /** The lists, for the layouts of that name; `folders` has its own at the top of the project. */
  lists: z
    .strictObject({ train: inside, validation: inside.optional(), labels: inside.optional() })
    .optional(),
  /** Frames per second of clips that are folders of pictures. */
  frameRate: z.number().positive().max(1000).default(12),
});
export type ProjectFile = z.output<typeof projectSchema>;

export interface Project extends ProjectFile {
  /** Absolute, without links. */
  readonly folder: string;
}

const FILE = 'project.json';

/** Paths of a project. */
export interface ProjectPaths {
  readonly file: string;
  readonly clips: string;
  readonly recordings: string;
  readonly runs: string;
  /** Configurations and lists of trainings, one folder each. */
  readonly trainings: string;
  readonly train: string;
  readonly validation: string;
  readonly labels: string;
  readonly subjects: string;
  /** Everything that can be deleted. */
  readonly hidden: string;
}

export function pathsOf({ folder, clips, lists }: Project): ProjectPaths {
  const at = (name: string) => join(folder, name);
  return {
    file: at(FILE),
    clips: at(clips),
    recordings: at('recordings'),
    runs: at('runs'),
    trainings: at('trainings'),
    train: at(lists?.train ?? 'train.csv'),
    validation: at(lists?.validation ?? 'validation.csv'),
    labels: at(lists?.labels ?? 'labels.csv'),
    subjects: at('subjects.csv'),
    hidden: at('.kinora'),
  };
}

/** The folders in `runs/` that have a file of this name in them, the one written last first; `at` is in milliseconds since 1970. */
export function runsWith(
  project: Project,
  name: string,
): { readonly run: string; readonly file: string; readonly at: number }[] {
  const { runs } = pathsOf(project);
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: run }) => {
      const file = join(runs, run, name);
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ run, file, at: Math.round(stat.mtimeMs) }];
    })
    .sort((a, b) => b.at - a.at);
}

/** Folders at the top of a project that are no classes, where the classes lie at the top too. */
const RESERVED = new Set(['recordings', 'runs', 'trainings', 'exports', 'node_modules']);

export const isReserved = (name: string): boolean => name.startsWith('.') || RESERVED.has(name);

/** Makes a project. Throws `project/exists` where the folder has something in it. */
export function createProject(
  folder: string,
  { name = basename(resolve(folder)), classes = [] }: { name?: string; classes?: readonly string[] } = {},
): Project {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw kinoraError('project/exists', folder, 'an empty folder, or none', 'one with files', {
      hint: 'open it, or choose another name',
    });
  mkdirSync(folder, { recursive: true });
  const project = save({
    ...projectSchema.parse({ format: 'kinora-project', version: 1, name }),
    folder: realpathSync(folder),
  });
  mkdirSync(pathsOf(project).clips, { recursive: true });
  for (const one of classes) mkdirSync(join(pathsOf(project).clips, one), { recursive: true });
  return project;
}

/**
 * Opens a project, or makes one of a folder with clips. Throws `project/missing`, `project/unknown-layout` and
 * `record/damaged`.
 */
export function openProject(path: string): Project {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw kinoraError(
      'project/missing',
      path,
      'the folder of a project',
      existsSync(path) ? 'a file' : 'nothing there',
    );
  const folder = realpathSync(path);
  const own = readRecord(join(folder, FILE), projectSchema, 'it is made anew from the folder');
  if (own !== undefined) {
    checkInside(folder, own);
    return prepared({ ...own, folder });
  }
  return prepared(save({ ...layoutOf(folder), folder }));
}

export const isProject = (folder: string): boolean => existsSync(join(folder, FILE));

/** Writes project.json. */
export function save(project: Project): Project {
  const { folder, ...file } = project;
  writeRecord(join(folder, FILE), file);
  return project;
}

function prepared(project: Project): Project {
  const { hidden } = pathsOf(project);
  mkdirSync(hidden, { recursive: true });
  const ignore = join(hidden, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  return project;
}

/** What `project.json` names must not lead out through a link either. */
function checkInside(folder: string, { clips, lists = { train: 'train.csv' } }: ProjectFile): void {
  for (const path of [clips, ...Object.values(lists)]) {
    if (path === undefined) continue;
    const full = join(folder, path);
    if (!existsSync(full)) continue;
    const real = realpathSync(full);
    if (real === folder || real.startsWith(`${folder}/`) || real.startsWith(`${folder}\\`)) continue;
    throw kinoraError(
      'project/escapes',
      join(folder, FILE),
      `${path} inside the project`,
      `a link to ${real}`,
    );
  }
}

function layoutOf(folder: string): ProjectFile {
  const base = { format: 'kinora-project', version: 1, name: basename(folder) || 'project' } as const;
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const find = (folderName: string): ProjectFile => projectSchema.parse({ ...base, clips: folderName });
  if (existsSync(join(folder, 'clips'))) return find('clips');
  if (hasClassFolders(folder)) return find('.');
  const listed = listsIn(folder, files);
  if (listed !== undefined) return projectSchema.parse({ ...base, ...listed });
  if (entries.every(({ name }) => name.startsWith('.'))) {
    mkdirSync(join(folder, 'clips'), { recursive: true });
    return find('clips');
  }
  throw unknownLayout(
    folder,
    entries.map(({ name }) => name),
  );
}

/** Whether a folder below holds a clip directly: what a class folder does, and a folder of frames does not. */
function hasClassFolders(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some(
    (entry) =>
      entry.isDirectory() &&
      !isReserved(entry.name) &&
      readdirSync(join(folder, entry.name), { withFileTypes: true }).some((clip) =>
        clip.isDirectory() ? holdsFrames(join(folder, entry.name, clip.name)) : isVideoName(clip.name),
      ),
  );
}

const holdsFrames = (folder: string): boolean =>
  lstatSync(folder).isDirectory() && readdirSync(folder).some(isFrameName);

/** A training list, with its validation list and labels, and the folder that its clips are in: generic, or Jester's. */
function listsIn(folder: string, files: readonly string[]): Partial<ProjectFile> | undefined {
  const lists = [
    ...files,
    ...(existsSync(join(folder, 'annotations'))
      ? readdirSync(join(folder, 'annotations')).map((name) => `annotations/${name}`)
      : []),
  ].filter((name) => /\.(csv|txt|json|jsonl)$/i.test(name));
  const named = (pattern: RegExp): string | undefined =>
    lists.filter((name) => pattern.test(basename(name))).sort()[0];
  const train = named(/train/i);
  if (train === undefined) return undefined;
  const validation = named(/validation|val(?![a-z])/i);
  const labels = named(/labels/i);
  const found = { train, ...(validation && { validation }), ...(labels && { labels }) };
  if (isPack(join(folder, train))) return { layout: 'pack', clips: '.', lists: found };
  if (!/\.csv$/i.test(train)) return undefined;
  const { items } = readClipList(join(folder, train), folder);
  const roots = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !isReserved(entry.name))
    .map(({ name }) => name);
  const clips = ['.', ...roots].find((root) => existsSync(join(folder, root, items[0]!.id)));
  return clips === undefined ? undefined : { layout: 'list', clips, lists: found };
}

const unknownLayout = (folder: string, names: readonly string[]): KinoraError =>
  kinoraError('project/unknown-layout', folder, {
    expected: 'an empty folder, class folders with clips, CSV lists beside their clips, or a pack',
    received: `${names.length} other entries, such as ${names.slice(0, 3).join(', ')}`,
    hint: 'make a folder per class and put the clips in there',
  });

/**
 * `kinora project`: what the workbench does with a project's clips, as commands on the same folder. Trainings, evaluations and
 * exports have their own commands.
 */
import { copyFileSync, cpSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname, join, relative, resolve } from 'node:path';
import { kinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import type * as z from 'zod';
import { isVideoName } from '../data/lists/class-folders.js';
import { readStreamList } from '../data/lists/stream-list.js';
import { plural } from '../figures/words.js';
import { onOneLine } from '../files/printable.js';
import {
  addClass,
  type Change,
  listChanges,
  moveClips,
  removeClass,
  removeClips,
  renameClass,
  temporary,
  trimClip,
  undoChange,
  type Workplace,
} from '../project/changes.js';
import { checkClips } from '../project/check.js';
import { findingsOf, measuredOf } from '../project/health.js';
import { addClip, addRecordingFile } from '../project/intake.js';
import { classNameSchema, personNameSchema, runNameSchema } from '../project/names.js';
import { createProject, openProject, type Project } from '../project/project.js';
import { ClipThreads } from '../project/reader.js';
import { recipeFor, trainCommand, writeTraining } from '../project/recipe.js';
import { cutRecording, listRecordings, type MarkedEvent } from '../project/recordings.js';
import { ClipIndex, type Scan } from '../project/scan.js';
import { peopleIn, type SplitChange, writeSplit } from '../project/split.js';
import { interruptible } from './terminal/interrupt.js';
import { collect, finiteNumber, wholeNumber } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';

const EXAMPLES = `
A project is a folder: project.json, clips/CLASS/PERSON-N.mp4, lists as CSV, recordings, runs. kinora studio PROJECT works on
the same files at the same time.

Examples:
  $ kinora project create data/own --class wave --class stop
  $ kinora project add data/own wave data/mine/wave/anna-1 --person anna
  $ kinora project status data/mine
  $ kinora project split data/mine --leave-out anna
  $ kinora project recipe data/mine first    # then, in data/mine: kinora train --config trainings/first/config.json`;

/** Of each command on its own. */
const EXAMPLE: Readonly<Record<string, string>> = {
  create: 'create data/own --class wave --class stop',
  status: 'status data/mine',
  check: 'check data/mine',
  split: 'split data/mine --leave-out anna',
  add: 'add data/own wave data/mine/wave/anna-1 --person anna',
  move: 'move data/own wave/anna-1 --class stop',
  trim: 'trim data/own stop/anna-1 --start 0.5 --end 2',
  remove: 'remove data/own stop/anna-2',
  class: 'class data/own nothing',
  undo: 'undo data/own',
  record: 'record data/own film.mp4 --person anna',
  cut: 'cut data/own anna-1.mp4',
  recipe: 'recipe data/mine first',
};

const FOLDER = 'folder of the project';

export function projectCommand(): Command {
  const command = new Command('project').description(
    'Make a project of your own clips, and sort, check and split them.',
  );
  const add = (name: string, description: string) => {
    const one = new Command(name)
      .description(description)
      .argument('<PROJECT>', FOLDER)
      .addHelpText('after', `\nExample:\n  $ kinora project ${EXAMPLE[name]}`);
    command.addCommand(one);
    return one;
  };
  add('create', 'Make a project in an empty folder.')
    .option('--class <name>', 'a class; repeatable', collect)
    .option('--name <name>', 'name of the project (default: that of the folder)')
    .action((folder: string, flags: { class?: string[]; name?: string }) => {
      const classes = (flags.class ?? []).map((name) => named(classNameSchema, name, '--class'));
      print(
        `${createProject(folder, { classes, ...(flags.name !== undefined && { name: flags.name }) }).folder}: a new project`,
      );
    });
  add('status', 'Count the clips of each class and person, and report what is wrong.').action(status);
  add('check', 'Decode every clip, and find damage, duplicates and clips that are too dark.').action(check);
  add('split', 'Write the training and the validation list; nobody is in both.')
    .option('--validation <share>', 'share of every class for validation', share)
    .option('--seed <n>', 'random seed for the split', wholeNumber, 1)
    .option('--leave-out <person>', 'validate on this person alone')
    .option('--put <person=list>', 'put a person into train or validation; repeatable', collect)
    .action(split);
  add('add', 'Copy videos or folders of frames into a class.')
    .argument('<CLASS>', 'class')
    .argument('<FILE...>', 'video files, folders of JPEG frames, or folders of videos')
    .option('--person <name>', 'the person in them')
    .action(addFiles);
  add('move', 'Move clips to another class or person.')
    .argument('<CLIP...>', 'clips, such as wave/anna-1.mp4')
    .option('--class <name>', 'class to move them to')
    .option('--person <name>', 'person to name them after')
    .action((folder: string, clips: string[], flags: { class?: string; person?: string }) => {
      if (flags.class === undefined && flags.person === undefined)
        throw kinoraError('usage/move', 'kinora project move', '--class, --person or both', 'neither');
      const person =
        flags.person === undefined ? undefined : named(personNameSchema, flags.person, '--person');
      return change(folder, (place) => moveClips(place, clips, { class: flags.class, person }));
    });
  add('trim', 'Keep a part of a clip.')
    .argument('<CLIP>', 'clip')
    .requiredOption('--start <seconds>', 'start of the part', finiteNumber)
    .requiredOption('--end <seconds>', 'end of the part', finiteNumber)
    .action((folder: string, clip: string, part: { start: number; end: number }) =>
      change(folder, (place) => trimClip(place, clip, part)),
    );
  add('remove', 'Move clips to the trash of the project.')
    .argument('<CLIP...>', 'clips')
    .action((folder: string, clips: string[]) => change(folder, (place) => removeClips(place, clips)));
  add('class', 'Add, rename or remove a class.')
    .argument('<CLASS>', 'class')
    .option('--rename <name>', 'rename it')
    .option('--remove', 'move it and its clips to the trash')
    .action(changeClass);
  add('undo', 'Undo the last change.')
    .argument('[CHANGE]', 'another change, by its id')
    .option('--list', 'list the changes that can be undone')
    .action(undo);
  add('record', 'Copy a long recording into the project.')
    .argument('<FILE>', 'video file')
    .option('--person <name>', 'the person in it')
    .action(record);
  add('cut', 'Make a clip of every event of a recording.')
    .argument('<RECORDING>', 'name of the file in recordings/')
    .option('--events <list>', 'list of events: path,label,start,end (default: recordings/events.csv)')
    .action(cut);
  add('recipe', 'Write the configuration and the lists of a training, by the size of the data.')
    .argument('<RUN>', 'name of the run')
    .option('--init-from <run>', 'run of the project, or a package such as @kinora/gestures, to start from')
    .action(recipe);
  command.addHelpText('after', EXAMPLES);
  return command;
}

const print = (line: string): void => void process.stdout.write(`${onOneLine(line)}\n`);

async function withPlace<T>(folder: string, work: (place: Workplace) => T | Promise<T>): Promise<T> {
  const project = openProject(folder);
  const place = {
    project,
    index: new ClipIndex(project),
    threads: new ClipThreads(Math.max(1, availableParallelism())),
  };
  try {
    return await work(place);
  } finally {
    place.index.flush();
    await place.threads.close();
  }
}

const change = (folder: string, work: (place: Workplace) => Change | Promise<Change>): Promise<void> =>
  withPlace(folder, async (place) => {
    const { id, summary } = await work(place);
    print(`${summary}; to undo it: kinora project undo ${folder} ${id}`);
  });

function status(folder: string): Promise<void> {
  return withPlace(folder, ({ project, index }) => {
    const scan = index.scan();
    const people = peopleIn(scan);
    print(
      `${project.name}: ${plural(scan.clips.length, 'clip')}, ${plural(scan.classes.length, 'class', 'classes')}`,
    );
    for (const name of scan.classes) {
      const own = scan.clips.filter((clip) => clip.class === name);
      const of = (part: string) => own.filter((clip) => clip.part === part).length;
      print(
        `  ${name}: ${plural(own.length, 'clip')}, ${of('train')} to train on, ${of('validation')} to validate`,
      );
    }
    for (const { name, clips, part } of people)
      print(`  ${name}: ${plural(clips, 'clip')}, ${part ?? 'in no list'}`);
    for (const recording of listRecordings(project))
      print(`  ${recording.id}: ${plural(recording.events.length, 'event')}`);
    printFindings(project, scan);
  });
}

function check(folder: string): Promise<void> {
  return withPlace(folder, async (place) => {
    const progress = createProgress();
    const scan = await interruptible((signal) => checkClips(place, { progress, signal }));
    const findings = printFindings(place.project, scan);
    print(`${plural(scan.clips.length, 'clip')} examined, ${plural(findings, 'finding')}`);
  });
}

/** Returns their number. */
function printFindings(project: Project, scan: Scan): number {
  const findings = findingsOf(project, scan, measuredOf(project, scan));
  for (const { severity, message } of findings) print(`${severity}: ${message}`);
  return findings.length;
}

interface SplitFlags {
  readonly validation?: number;
  readonly seed: number;
  readonly leaveOut?: string;
  readonly put?: string[];
}

function split(folder: string, flags: SplitFlags): Promise<void> {
  return withPlace(folder, ({ project, index }) => {
    const scan = index.scan();
    writeSplit(project, scan, changeOf(flags));
    for (const { name, clips, part } of peopleIn(index.scan()))
      print(`  ${name}: ${plural(clips, 'clip')}, ${part ?? 'in no list'}`);
    print(`next: kinora project recipe ${folder} NAME`);
  });
}

function changeOf({ validation, seed, leaveOut, put }: SplitFlags): SplitChange {
  const given = [validation, leaveOut, put].filter((one) => one !== undefined);
  if (given.length > 1)
    throw kinoraError(
      'usage/split',
      'kinora project split',
      'one of --validation, --leave-out and --put',
      `${given.length}`,
    );
  if (leaveOut !== undefined) return { leaveOut };
  if (put === undefined) return { validation: validation ?? 0.2, seed };
  const people = put.map((text) => {
    const match = /^(.+)=(train|validation)$/.exec(text);
    if (match !== null) return [match[1]!, match[2] as 'train' | 'validation'] as const;
    throw kinoraError('usage/put', '--put', 'person=train or person=validation', JSON.stringify(text));
  });
  return { people: Object.fromEntries(people) };
}

function addFiles(folder: string, name: string, files: string[], flags: { person?: string }): Promise<void> {
  const checked = named(classNameSchema, name, 'CLASS');
  const person = flags.person === undefined ? undefined : named(personNameSchema, flags.person, '--person');
  return withPlace(folder, async (place) => {
    for (const file of files.flatMap(clipsIn)) {
      const { id } = await addClip(place, copied(place, file), { class: checked, person });
      print(`${file}: ${id}`);
    }
  });
}

/** The file itself, or the videos in a folder of them. */
function clipsIn(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined)
    throw kinoraError('clip/missing', path, 'a video file or a folder', 'nothing there');
  if (!stat.isDirectory()) return [path];
  const videos = readdirSync(path).filter((name) => isVideoName(name) && !name.startsWith('.'));
  return videos.length === 0 ? [path] : videos.sort().map((name) => join(path, name));
}

function copied({ project }: Workplace, file: string): string {
  if (statSync(file).isDirectory()) {
    const to = temporary(project, '');
    cpSync(file, to, {
      recursive: true,
      dereference: true,
      filter: (path) => path === file || /\.jpe?g$/i.test(path),
    });
    return to;
  }
  const to = temporary(project, extname(file).toLowerCase());
  copyFileSync(file, to);
  return to;
}

function changeClass(
  folder: string,
  name: string,
  flags: { rename?: string; remove?: boolean },
): Promise<void> {
  if (flags.rename !== undefined && flags.remove)
    throw kinoraError('usage/class', 'kinora project class', '--rename or --remove', 'both');
  if (flags.remove) return change(folder, (place) => removeClass(place, name));
  if (flags.rename !== undefined)
    return change(folder, (place) =>
      renameClass(place, name, named(classNameSchema, flags.rename!, '--rename')),
    );
  return withPlace(folder, (place) => {
    addClass(place, named(classNameSchema, name, 'CLASS'));
    print(`${name}: a new class`);
  });
}

function undo(folder: string, id: string | undefined, { list }: { list?: boolean }): Promise<void> {
  return withPlace(folder, (place) => {
    const changes = listChanges(place.project);
    if (list) {
      for (const one of changes) print(`${one.id}  ${one.summary}`);
      return;
    }
    const chosen = id ?? changes[0]?.id;
    if (chosen === undefined)
      throw kinoraError('project/unknown-change', folder, 'a change that can be undone', 'none');
    print(`undone: ${undoChange(place, chosen).summary}`);
  });
}

function record(folder: string, file: string, flags: { person?: string }): Promise<void> {
  const person = flags.person === undefined ? undefined : named(personNameSchema, flags.person, '--person');
  return withPlace(folder, async (place) =>
    print(`${file}: recordings/${await addRecordingFile(place, copied(place, file), person)}`),
  );
}

function cut(folder: string, name: string, flags: { events?: string }): Promise<void> {
  return withPlace(folder, async (place) => {
    const clips = await cutRecording(place, name, eventsOf(place, name, flags.events));
    for (const { id } of clips) print(id);
    print(`${name}: ${plural(clips.length, 'clip')}`);
  });
}

function eventsOf({ project }: Workplace, name: string, list: string | undefined): readonly MarkedEvent[] {
  const events =
    list === undefined
      ? listRecordings(project).find(({ id }) => id === name)?.events
      : readStreamList(list)
          .filter(({ id }) => basename(id) === name)
          .flatMap((stream) => stream.events.map(({ label, start, end }) => ({ class: label, start, end })));
  if (events !== undefined && events.length > 0) return events;
  throw kinoraError('data/empty-list', list ?? 'recordings/events.csv', `events of ${name}`, 'none', {
    hint: 'one a line: path,label,start,end',
  });
}

function recipe(folder: string, run: string, flags: { initFrom?: string }): Promise<void> {
  return withPlace(folder, ({ project, index }) => {
    const scan = index.scan();
    const { reasons } = recipeFor(scan);
    const name = named(runNameSchema, run, 'RUN');
    const file = writeTraining(project, scan, { run: name, settings: {}, initFrom: flags.initFrom ?? null });
    for (const { key, value, reason } of reasons) print(`  ${key}: ${JSON.stringify(value)}. ${reason}`);
    const here = relative(resolve('.'), project.folder);
    print(`${join(folder, file)}; next${here === '' ? '' : `, in ${here}`}: ${trainCommand(name)}`);
  });
}

function named(schema: z.ZodType<string>, text: string, where: string): string {
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  throw kinoraError('usage/name', where, result.error.issues[0]!.message, JSON.stringify(text));
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw kinoraError('usage/share', '--validation', 'a number between 0 and 1', JSON.stringify(text));
}

/** `kinora split`: splits a folder of clips, one subfolder per class, into training and validation lists. */
import { existsSync, mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { readClassFolders } from '../data/lists/class-folders.js';
import type { ClipItem, ClipList } from '../data/lists/clip-list.js';
import { type Division, divide } from '../data/lists/divide.js';
import { type People, peopleByName, peopleOf, subjectsBeside } from '../data/lists/people.js';
import { writeClipList, writeLabels, writeSubjects } from '../data/lists/write-lists.js';
import { plural } from '../figures/words.js';
import { shellQuote } from '../shell.js';
import { pattern, wholeNumber } from './terminal/options.js';

interface SplitFlags {
  person?: RegExp;
  subjects?: string;
  validation: number;
  seed: number;
  out?: string;
}

const EXAMPLES = `
No person is in both lists: a network looks better than it is if it is evaluated on people it was trained on.

Examples:
  $ kinora split data/mine                          # clip by clip, where the people are not known
  $ kinora split data/mine --person '^[^-]+'        # anna in data/mine/wave/anna-01.mp4
  $ kinora split data/mine --subjects people.csv    # columns id (wave/anna-01.mp4) and subject (anna)`;

export function splitCommand(): Command {
  return new Command('split')
    .description(
      'Split a folder of clips, with one subfolder per class, into a training and a validation list.',
    )
    .argument('<FOLDER>', 'folder with one subfolder per class, of video files or folders of JPEG frames')
    .option('--person <pattern>', 'regular expression that finds the person in the name of a clip', pattern)
    .option('--subjects <file>', 'person in each clip (default: subjects.csv in the folder)')
    .option('--validation <share>', 'approximate share of every class for validation', share, 0.2)
    .option('--seed <n>', 'random seed for the split', wholeNumber, 1)
    .option('--out <folder>', 'folder for the lists (default: FOLDER)')
    .addHelpText('after', EXAMPLES)
    .action(split);
}

function split(folder: string, flags: SplitFlags): void {
  const { out = folder } = flags;
  const list = readClassFolders(folder);
  const people = whoIsIn(list, folder, flags);
  const division = divide(list, people.groups, { share: flags.validation, seed: flags.seed });
  if (division.validation.length === 0) throw nobodyToSpare(folder, people);
  const files = filesIn(out, people);
  for (const file of Object.values(files)) if (existsSync(file)) throw standsThere(file);
  mkdirSync(out, { recursive: true });
  writeClipList(files.train, division.train, list.labels);
  writeClipList(files.validation, division.validation, list.labels);
  writeLabels(files.labels, list.labels);
  if (files.subjects !== undefined) writeSubjects(files.subjects, list.items, namesOf(people));
  process.stdout.write(`${describe(list, division, people, folder, files)}\n`);
}

function whoIsIn({ items }: ClipList, folder: string, { person, subjects }: SplitFlags): People {
  if (person !== undefined && subjects !== undefined) throw twoSources();
  if (person !== undefined) return peopleByName(items, person);
  return peopleOf(items, subjects ?? subjectsBeside(join(folder, 'train.csv')));
}

type Files = Record<'train' | 'validation' | 'labels', string> & { subjects?: string };

/** The files to write; subjects.csv only if the people are known and were not read from it. */
function filesIn(out: string, { names, file }: People): Files {
  const at = (name: string) => join(out, `${name}.csv`);
  const lists = { train: at('train'), validation: at('validation'), labels: at('labels') };
  const known = names !== undefined && (file === undefined || resolve(file) !== resolve(at('subjects')));
  return known ? { ...lists, subjects: at('subjects') } : lists;
}

const namesOf = ({ groups, names = [] }: People): string[] => Array.from(groups, (group) => names[group]!);

function describe(list: ClipList, division: Division, people: People, folder: string, files: Files): string {
  const { train, validation, uncovered } = division;
  const by = new Map(list.items.map((item, i) => [item, people.groups[i]!]));
  const of = (items: readonly ClipItem[]): string => {
    const clips = plural(items.length, 'clip');
    if (people.names === undefined) return clips;
    return `${clips} of ${plural(new Set(items.map((item) => by.get(item))).size, 'person', 'people')}`;
  };
  const lines = [
    `${folder}: ${plural(list.labels.length, 'class', 'classes')}, ${of(list.items)}`,
    `  training:   ${of(train)} (${files.train})`,
    `  validation: ${of(validation)} (${files.validation})`,
  ];
  if (people.names === undefined) {
    lines.push(
      'the people in the clips are unknown, so a person may be in both lists, which makes the accuracy too optimistic: see --person',
    );
  }
  if (uncovered.length > 0) {
    lines.push(
      `classes without a validation clip, because they have too few people or clips: ${uncovered.join(', ')}`,
    );
  }
  return `${lines.join('\n')}\ntrain with:\n  ${trainLine(folder, files)}`;
}

function trainLine(folder: string, files: Files): string {
  const keys = {
    name: basename(resolve(folder)),
    trainFolder: folder,
    trainList: files.train,
    validationList: files.validation,
    labelsFile: files.labels,
  };
  const sets = Object.entries(keys).map(([key, value]) => `--set ${key}=${shellQuote(value)}`);
  return `kinora train --config configs/own-clips.json ${sets.join(' ')}`;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < 1) return value;
  throw kinoraError('usage/share', '--validation', 'a number between 0 and 1', JSON.stringify(text));
}

const twoSources = (): KinoraError =>
  kinoraError('usage/people', 'kinora split', 'either --person or --subjects', 'both');

const nobodyToSpare = (folder: string, { names }: People): KinoraError =>
  kinoraError('data/nothing-to-divide', folder, {
    expected:
      names === undefined
        ? 'a class with two or more clips'
        : 'at least two people with clips of the same class',
    received:
      names === undefined
        ? 'none'
        : `${plural(names.length, 'person', 'people')}: ${names.slice(0, 5).join(', ')}`,
  });

const standsThere = (file: string): KinoraError =>
  kinoraError('data/list-exists', file, 'no file there yet', 'one', {
    hint: 'remove it, or name another folder with --out',
  });

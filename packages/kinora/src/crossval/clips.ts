/** The clips of a cross-validation: all labelled clips of a configuration, and the person in each. */
import { join, relative, resolve, sep } from 'node:path';
import { kinoraError } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import type { ClipItem, ClipList } from '../data/lists/clip-list.js';
import { type People, peopleByName, peopleNumbers, peopleOf, subjectsBeside } from '../data/lists/people.js';
import { packedPlace } from '../data/pack/description.js';
import { readSplit, SPLIT_KEYS, type Split } from '../data/splits.js';

/** Where the people in the clips are named. Default: `subjects.csv` beside each list, or in a folder of class folders. */
export interface PeopleSource {
  /** A file with the columns `id` and `subject`. */
  readonly subjects?: string;
  /** Finds the person in the name of a clip: the first group, or the whole match. */
  readonly person?: RegExp;
}

export interface CrossvalClips {
  readonly list: ClipList;
  /** Folder that the ids of the clips are relative to. */
  readonly root: string;
  /** A number per person, `[N]`; if people are unknown, a number per clip. */
  readonly groups: Int32Array;
  /** Names by that number; absent if people are unknown. */
  readonly names?: readonly string[];
}

/**
 * The clips of the training and the validation list, each once. Throws `data/*` for lists that cannot be read, and
 * `crossval/packed` for a pack, which has no list that can be divided.
 */
export function gatherClips(config: RunConfig, source: PeopleSource): CrossvalClips {
  const train = readSplit(config, 'train');
  const val = readSplit(config, 'val', train.labels);
  const parts = [part(config, 'train', train, source)];
  if (val !== undefined) parts.push(part(config, 'val', val, source));
  const folders = [...new Set(parts.map(({ folder }) => folder))];
  const root = folders.length === 1 ? folders[0]! : commonFolder(folders);
  const seen = new Set<string>();
  const items: ClipItem[] = [];
  const people: (string | undefined)[] = [];
  for (const { folder, list, names } of parts)
    for (const [i, item] of list.items.entries()) {
      const key = JSON.stringify([resolve(item.path), item.start, item.end]);
      if (seen.has(key)) continue;
      seen.add(key);
      items.push(folder === root ? item : { ...item, id: below(root, item.path) });
      people.push(names?.[i]);
    }
  const found = { list: { labels: train.labels, items, dropped: 0 }, root };
  // Half of the people named is as good as none: the same person could be on both sides of a split.
  if (people.includes(undefined)) return { ...found, groups: Int32Array.from(items.keys()) };
  const groups = Int32Array.from(peopleNumbers(people));
  return { ...found, groups, names: [...new Set(people as string[])] };
}

interface Part {
  readonly folder: string;
  readonly list: ClipList;
  /** `[N]` */
  readonly names: readonly string[] | undefined;
}

function part(config: RunConfig, split: Split, list: ClipList, source: PeopleSource): Part {
  const file = config[SPLIT_KEYS[split].list];
  const packed = list.items.find(({ path }) => packedPlace(path) !== undefined);
  if (packed !== undefined)
    throw kinoraError('crossval/packed', file, {
      expected: 'clips in files or folders, which can be listed fold by fold',
      received: 'a pack',
      hint: 'give the list that it was packed from',
    });
  const folder = config[SPLIT_KEYS[split].folder]!;
  const { groups, names } = peopleIn(list, file ?? join(folder, 'train.csv'), source);
  return { folder, list, names: names && Array.from(groups, (group) => names[group]!) };
}

function peopleIn({ items }: ClipList, file: string, { subjects, person }: PeopleSource): People {
  if (person !== undefined) return peopleByName(items, person);
  return peopleOf(items, subjects ?? subjectsBeside(file));
}

/** The innermost folder that contains all of these. */
function commonFolder(folders: readonly string[]): string {
  const [first, ...others] = folders.map((folder) => resolve(folder).split(sep)) as [string[], ...string[][]];
  const differs = first.findIndex((name, i) => others.some((other) => other[i] !== name));
  return (differs < 0 ? first : first.slice(0, differs)).join(sep) || sep;
}

const below = (root: string, path: string): string => relative(root, resolve(path)).split(sep).join('/');

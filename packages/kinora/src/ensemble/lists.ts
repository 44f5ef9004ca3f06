/**
 * The lists of an ensemble: one to fit rules to and one to measure them on, with checks that no clip leaks between them
 * or from training. Members predict their training clips better than any others, so a rule fitted to those would learn
 * to trust the member that memorised most.
 */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import type { ClipItem, ClipList } from '../data/lists/clip-list.js';
import { readSplit } from '../data/splits.js';
import type { Member } from './member.js';

export interface ListOptions {
  /** Labelled list to fit rules to. Default: the first member's validation list. */
  readonly fit?: string;
  /** Labelled list to measure on. Default: the clips of `fit`, cross-validated. */
  readonly test?: string;
  /** Folder of the clips of `fit` and `test`; default: the first member's validationFolder. */
  readonly clips?: string;
  /** Also fit rules to the members' training clips, to show the effect of leakage. */
  readonly leaky?: boolean;
}

export interface NamedList {
  readonly list: ClipList;
  /** The file of the list; absent for class folders. */
  readonly file: string | undefined;
  readonly name: string;
}

/**
 * Reads the lists. Throws `ensemble/no-list`, `ensemble/seen` if a member was trained on one of their clips, and
 * `ensemble/shared-clips` if they share a clip.
 */
export function findLists(members: readonly Member[], { fit, test, clips, leaky = false }: ListOptions) {
  const lists = {
    fit: evaluationList(members[0]!, fit, clips),
    test: test === undefined ? undefined : evaluationList(members[0]!, test, clips),
    leaky: leaky ? sharedTrainingList(members) : undefined,
  };
  checkUnseen(members, lists.fit.list, lists.fit.name);
  if (lists.test !== undefined) {
    checkUnseen(members, lists.test.list, lists.test.name);
    checkApart(lists.fit, lists.test);
  }
  return lists;
}

function evaluationList(
  { config, spec }: Member,
  file: string | undefined,
  clips: string | undefined,
): NamedList {
  const changed = {
    ...config,
    ...(file !== undefined && { validationList: file }),
    ...(clips !== undefined && { validationFolder: clips }),
  };
  const list = readSplit(changed, 'val', spec.labels);
  if (list !== undefined)
    return {
      list,
      file: changed.validationList,
      name: changed.validationList ?? `${changed.validationFolder}`,
    };
  throw kinoraError('ensemble/no-list', 'kinora ensemble', {
    expected: 'a list of clips that no member was trained on',
    received: 'none in the configuration of the first member',
    hint: 'give one with --fit',
  });
}

/** The clips that all members were trained on. */
function sharedTrainingList(members: readonly Member[]): NamedList {
  const [list, ...others] = members.map(trainingList) as [ClipList, ...ClipList[]];
  const common = others.reduce((items, other) => {
    const paths = new Set(other.items.map(({ path }) => path));
    return items.filter(({ path }) => paths.has(path));
  }, list.items);
  if (common.length > 0) {
    const { trainList: file } = members[0]!.config;
    return { list: { ...list, items: common }, file, name: file ?? 'the training clips' };
  }
  throw kinoraError('ensemble/no-list', '--leaky', 'clips that all members were trained on', 'none');
}

/** The training list in a member's configuration. Throws `ensemble/training-list` if unreadable. */
function trainingList(member: Member): ClipList {
  try {
    return readSplit(member.config, 'train', member.spec.labels);
  } catch (cause) {
    throw kinoraError('ensemble/training-list', member.path, {
      expected: 'the list of clips that it was trained on, to exclude them',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'run this in the folder that the paths in its configuration are relative to',
      cause,
    });
  }
}

/** Throws `ensemble/seen` if a member was trained on a clip of the list. */
function checkUnseen(members: readonly Member[], list: ClipList, what: string): void {
  for (const member of members) {
    const seen = new Set(trainingList(member).items.map(identity));
    const known = list.items.filter((item) => seen.has(identity(item)));
    if (known.length > 0) throw seenBefore(member, known, list, what);
  }
}

/** Identifies a file or folder under any name. Parts of a video count as the whole video, so that no second of it leaks. */
function identity({ path }: ClipItem): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

const seenBefore = (member: Member, known: readonly ClipItem[], list: ClipList, what: string): KinoraError =>
  kinoraError('ensemble/seen', what, {
    expected: `clips that no member was trained on`,
    received: `${known.length} of ${list.items.length} that ${member.path} was trained on, such as ${known[0]!.id}`,
    hint: 'use a list of other clips; --leaky shows the effect of fitting to training clips',
  });

/** The list to measure on must not share clips with the list that rules are fitted to. */
function checkApart(fit: NamedList, test: NamedList): void {
  const paths = new Set(fit.list.items.map(({ path }) => path));
  const shared = test.list.items.filter(({ path }) => paths.has(path));
  if (shared.length === 0) return;
  throw kinoraError('ensemble/shared-clips', test.name, {
    expected: `clips that are not in ${fit.name}, which rules are fitted to`,
    received: `${shared.length} of ${test.list.items.length} that are, such as ${shared[0]!.id}`,
  });
}

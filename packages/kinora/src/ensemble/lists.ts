/**
 * The lists of an ensemble: the one that rules are fitted to, the one they are measured on, and that nothing leaks between
 * them or from training. Members' own predictions for training clips are better than they ever will be for others; a rule
 * fitted to them learns to trust whoever remembers best.
 */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import type { ClipItem, ClipList } from '../data/lists/clip-list.js';
import { readSplit } from '../data/splits.js';
import type { Member } from './member.js';

export interface ListOptions {
  /** Labelled list that rules are fitted to; default: the first member's validation list. */
  readonly fit?: string;
  /** Labelled list to measure on, once; default: the clips of `fit`, each in a fold that its rule was not fitted to. */
  readonly test?: string;
  /** Folder of the clips of `fit` and `test`; default: the first member's validationFolder. */
  readonly clips?: string;
  /** Also fit rules to the members' training clips, to show what that does. */
  readonly leaky?: boolean;
}

export interface NamedList {
  readonly list: ClipList;
  /** Where it is read from; absent for class folders. */
  readonly file: string | undefined;
  readonly name: string;
}

/**
 * Reads the lists. Throws `ensemble/no-list`, `ensemble/seen` where a member was trained on a clip of them, and
 * `ensemble/shared-clips` where they share one.
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

/** The list that a member was trained on, as its configuration names it. Throws `ensemble/training-list` if unreadable. */
function trainingList(member: Member): ClipList {
  try {
    return readSplit(member.config, 'train', member.spec.labels);
  } catch (cause) {
    throw kinoraError('ensemble/training-list', member.path, {
      expected: 'the list of clips that it was trained on, to keep them out',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'run where the paths of its configuration lead to',
      cause,
    });
  }
}

/** Throws `ensemble/seen` where a member was trained on a clip of the list. */
function checkUnseen(members: readonly Member[], list: ClipList, what: string): void {
  for (const member of members) {
    const seen = new Set(trainingList(member).items.map(identity));
    const known = list.items.filter((item) => seen.has(identity(item)));
    if (known.length > 0) throw seenBefore(member, known, list, what);
  }
}

/** The same file or folder under whatever name; parts of a video count as the video, so that no second of it leaks. */
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
    hint: 'give a list of other clips; --leaky shows what fitting to training clips does',
  });

/** A list to measure on that shares clips with the one that rules are fitted to would measure what they remember. */
function checkApart(fit: NamedList, test: NamedList): void {
  const paths = new Set(fit.list.items.map(({ path }) => path));
  const shared = test.list.items.filter(({ path }) => paths.has(path));
  if (shared.length === 0) return;
  throw kinoraError('ensemble/shared-clips', test.name, {
    expected: `clips that are not in ${fit.name}, which rules are fitted to`,
    received: `${shared.length} of ${test.list.items.length} that are, such as ${shared[0]!.id}`,
  });
}

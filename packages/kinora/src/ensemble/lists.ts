/**
 * Whether members have been trained on a clip. Their own predictions for training clips are better than they ever will be
 * for others; a rule fitted to them learns to trust whoever remembers best.
 */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import type { ClipItem, ClipList } from '../data/lists/clip-list.js';
import { readSplit } from '../data/splits.js';
import type { Member } from './member.js';

/** The list that a member was trained on, as its configuration names it. Throws `ensemble/training-list` if unreadable. */
export function trainingList(member: Member): ClipList {
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
export function checkUnseen(members: readonly Member[], list: ClipList, what: string): void {
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

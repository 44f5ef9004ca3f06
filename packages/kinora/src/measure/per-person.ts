/** Accuracy by person: networks that do well on average may fail for somebody. */
import { type Interval, meanInterval } from './intervals.js';
import { type Evaluation, rightness } from './metrics.js';

/** The person in each clip of an evaluation. */
export interface ClipPeople {
  /** A number per person, `[N]`. */
  readonly groups: Int32Array;
  /** Names by that number. */
  readonly names: readonly string[];
}

export interface PersonAccuracy {
  readonly person: string;
  readonly clips: number;
  /** Share of the person's clips. */
  readonly top1: number;
}

export interface PeopleAccuracy {
  /** The worst first. */
  readonly people: readonly PersonAccuracy[];
  /** Top-1 accuracy over all clips, with a 95 % interval over people. */
  readonly top1: Interval;
}

export function accuracyByPerson(
  { logits, targets }: Pick<Evaluation, 'logits' | 'targets'>,
  classes: number,
  { groups, names }: ClipPeople,
): PeopleAccuracy {
  const right = rightness(logits, targets, classes);
  const sums = new Map<number, { clips: number; right: number }>();
  for (const [n, group] of groups.entries()) {
    const sum = sums.get(group) ?? { clips: 0, right: 0 };
    sums.set(group, { clips: sum.clips + 1, right: sum.right + right[n]! });
  }
  const people = Array.from(sums, ([group, sum]) => ({
    person: names[group]!,
    clips: sum.clips,
    top1: sum.right / sum.clips,
  })).sort((a, b) => a.top1 - b.top1 || b.clips - a.clips);
  return { people, top1: meanInterval(right, groups, 1) };
}

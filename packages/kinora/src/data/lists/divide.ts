/**
 * Splits labelled clips into training and validation clips: a person's clips stay together, and every class is split by
 * about the same share. The caller supplies the person in each clip (`people.ts`).
 */
import { permutation, randomStream } from '@kinora/clip';
import { type ClipItem, type ClipList, clipsPerClass } from './clip-list.js';

export interface Division {
  readonly train: readonly ClipItem[];
  readonly validation: readonly ClipItem[];
  /** Classes without a validation clip, because all their clips show one person, or people that training needs. */
  readonly uncovered: readonly string[];
}

export interface DivideOptions {
  /** Share of every class that goes to validation, between 0 and 1; a person's clips are not divided to meet it. */
  readonly share: number;
  readonly seed: number;
}

/** The clips of one person. */
interface Person {
  readonly group: number;
  /** Clips by class. */
  readonly clips: ReadonlyMap<number, number>;
}

/** Both parts keep the list's order. @param groups one number a person, `[items]` */
export function divide(list: ClipList, groups: Int32Array, { share, seed }: DivideOptions): Division {
  const people = peopleIn(list, groups);
  const sizes = clipsPerClass(list);
  const taken = new Map(sizes.map((_, label) => [label, 0]));
  const chosen = new Set<number>();

  /** How far adding this person moves validation away from its share of every class; negative: towards it. */
  const cost = ({ clips }: Person): number =>
    sum(
      clips,
      (label, n) => (n * (n + 2 * (taken.get(label)! - share * sizes[label]!))) / sizes[label]! ** 2,
    );
  const spared = ({ group, clips }: Person): boolean =>
    !chosen.has(group) && [...clips].every(([label, n]) => taken.get(label)! + n < sizes[label]!);
  const take = ({ group, clips }: Person): void => {
    chosen.add(group);
    for (const [label, n] of clips) taken.set(label, taken.get(label)! + n);
  };

  const order = Array.from(permutation(people.length, randomStream(seed)), (i) => people[i]!);
  for (const person of order) if (spared(person) && cost(person) < 0) take(person);
  // A class is so small, or there are so few people, that every step overshoots; validation needs someone anyway.
  for (const label of sizes.keys()) {
    const able = taken.get(label) === 0 ? order.filter((one) => one.clips.has(label) && spared(one)) : [];
    const least = able.reduce<Person | undefined>((a, b) => (a && cost(a) <= cost(b) ? a : b), undefined);
    if (least !== undefined) take(least);
  }
  return {
    train: list.items.filter((_, i) => !chosen.has(groups[i]!)),
    validation: list.items.filter((_, i) => chosen.has(groups[i]!)),
    uncovered: list.labels.filter((_, label) => sizes[label]! > 0 && taken.get(label) === 0),
  };
}

function peopleIn({ items }: ClipList, groups: Int32Array): Person[] {
  const people = new Map<number, Map<number, number>>();
  for (const [i, { label }] of items.entries()) {
    const group = groups[i]!;
    const clips = people.get(group) ?? new Map<number, number>();
    people.set(group, clips.set(label, (clips.get(label) ?? 0) + 1));
  }
  return [...people].map(([group, clips]) => ({ group, clips }));
}

const sum = (clips: ReadonlyMap<number, number>, term: (label: number, n: number) => number): number =>
  [...clips].reduce((total, [label, n]) => total + term(label, n), 0);

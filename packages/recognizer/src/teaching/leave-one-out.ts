/** Leave-one-out: how well a lesson is learned. Each recording is held out once and recognised by what the others teach. */
import {
  type HeadOptions,
  headOf,
  heldOut,
  type PlacedLesson,
  placed,
  probabilities,
  type TaughtClass,
  thresholdOf,
} from './head.js';

/** The check so far. */
export interface Check {
  /** Recordings of gestures that were held out, and how many there are; gestures with a single one are left out. */
  readonly of: number;
  readonly total: number;
  /** Those that were recognised as what they are. */
  readonly right: number;
  /** 95 % interval of `right / of` (Wilson, JASA 1927), as if recordings were independent. */
  readonly interval: readonly [low: number, high: number];
  /** Recordings that counted as nothing, by gesture. */
  readonly missed: Readonly<Record<string, number>>;
  /** Recordings that counted as another gesture. */
  readonly confusions: readonly {
    readonly taught: string;
    readonly answered: string;
    readonly takes: number;
  }[];
  /** Recordings of nothing that were held out, and those that counted as a gesture. */
  readonly nothing: { readonly of: number; readonly alarms: number };
}

/** Probability at which a recording counts as a gesture, as in the default settings of live recognition. */
const ASKED = 0.6;
/** Milliseconds of work before yielding to the page. */
const TIME_SLICE = 10;

/**
 * Holds out every recording, one after the other; the last value is the result. Yields to the page between them.
 * @param classes as for `trainHead`
 */
export async function* leaveOneOut(
  classes: readonly TaughtClass[],
  { background }: HeadOptions = {},
): AsyncGenerator<Check, void, void> {
  const lesson = placed(classes, background);
  const { gestures, nothing, labels } = lesson;
  const held = gestures.flatMap((takes, own) =>
    takes.length < 2 ? [] : takes.map((take) => ({ own, take })),
  );
  const answers: (string | undefined)[] = [];
  let turn = performance.now();
  for (const { own, take } of held) {
    const others = gestures.map((takes, c) => (c === own ? takes.filter((one) => one !== take) : takes));
    answers.push(answer({ ...lesson, gestures: others }, take));
    if (performance.now() - turn < TIME_SLICE) continue;
    yield summary();
    await new Promise((later) => setTimeout(later, 0));
    turn = performance.now();
  }
  const alarms = nothing.filter(
    (take) => answer({ ...lesson, nothing: nothing.filter((one) => one !== take) }, take) !== undefined,
  ).length;
  if (held.length > 0) yield { ...summary(), nothing: { of: nothing.length, alarms } };

  function summary(): Check {
    const done = answers.map((answered, i) => ({ taught: labels[held[i]!.own]!, answered }));
    const right = done.filter(({ taught, answered }) => taught === answered).length;
    const missed: Record<string, number> = {};
    const confusions = new Map<string, { taught: string; answered: string; takes: number }>();
    for (const { taught, answered } of done) {
      if (answered === undefined) missed[taught] = (missed[taught] ?? 0) + 1;
      else if (answered !== taught) {
        const key = JSON.stringify([taught, answered]);
        confusions.set(key, { taught, answered, takes: (confusions.get(key)?.takes ?? 0) + 1 });
      }
    }
    return {
      of: done.length,
      total: held.length,
      right,
      interval: wilson(right / done.length, done.length),
      missed,
      confusions: [...confusions.values()],
      nothing: { of: 0, alarms: 0 },
    };
  }
}

/** What a lesson takes a recording for: its label, or undefined for nothing. */
function answer(lesson: PlacedLesson, take: Float32Array): string | undefined {
  const head = headOf(lesson, thresholdOf(heldOut(lesson)));
  const scores = probabilities(head, take).subarray(0, -1);
  const best = scores.reduce((found, score, i) => (score > scores[found]! ? i : found), 0);
  return scores[best]! >= ASKED ? head.labels[best] : undefined;
}

/** The normal distribution's 97.5 % point. */
const Z = 1.959964;

function wilson(share: number, count: number): [low: number, high: number] {
  const spread = Z ** 2 / count;
  const middle = (share + spread / 2) / (1 + spread);
  const reach = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / count + spread / (4 * count));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}

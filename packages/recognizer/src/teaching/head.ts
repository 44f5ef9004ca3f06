/**
 * A classifier (head) of taught gestures on a network's features, learned in milliseconds: the mean direction of each gesture's
 * recordings in the space of the model's background (`space.ts`), and a threshold, calibrated on the recordings themselves,
 * below which a movement is none of them.
 */
import type { BackgroundSpec } from '@kinora/clip';
import { dot, type FeatureSpace, meanOf, place, plainSpace, spaceOf, unit } from './space.js';

/** A classifier of taught gestures, on the features of a network. */
export interface Head extends FeatureSpace {
  /** The gestures, and last of all what is none of them (`NOTHING`). */
  readonly labels: readonly string[];
  /** Directions that gestures and recordings of nothing lie in, `[P, F]`, row-major, each of length 1. */
  readonly prototypes: Float32Array;
  /** Index of the label of each prototype, `[P]`. */
  readonly owners: readonly number[];
  /** Cosine at which a movement is as likely a gesture as none. */
  readonly threshold: number;
}

/** Recordings of one gesture. */
export interface TaughtClass {
  /** `NOTHING` for recordings of anything else. */
  readonly label: string;
  /** The features `[F]` of each recording's windows. */
  readonly takes: readonly (readonly Float32Array[])[];
}

/** What else a head learns from. */
export interface HeadOptions {
  /** `recognizer.info.postprocess.background`; without one, gestures are told apart less well. */
  readonly background?: BackgroundSpec | undefined;
}

/** The label of what is no gesture. Recordings of it may be taught like those of gestures. */
export const NOTHING = 'Nothing';

/** Share of held-out recordings that stay gestures. */
const KEPT = 0.95;
/** What a cosine between gestures, and one between a gesture and nothing, counts in the softmax. */
const SHARPNESS = { gestures: 24, nothing: 16 } as const;
/** How much nearer to a recording of nothing than to a gesture a movement must be: single recordings are further off than means. */
const MARGIN = 0.1;
/** The probability that the settings of live recognition ask for, as log odds. */
const ASKED = Math.log(0.6 / 0.4);
/** Of the network's features for two recordings of one gesture: what the threshold is while there are too few to say. */
const USUAL = { threshold: 0.45, weight: 4 } as const;

/** Needs at least one gesture with a recording. */
export function trainHead(classes: readonly TaughtClass[], { background }: HeadOptions = {}): Head {
  const lesson = placed(classes, background);
  return headOf(lesson, thresholdOf(heldOut(lesson)));
}

/** Probabilities `[labels]` of features `[F]`. */
export function predictHead(head: Head, features: Float32Array): Float32Array {
  return probabilities(head, place(head, features));
}

/** A lesson in its space: the direction of each recording, by gesture. */
export interface PlacedLesson {
  readonly space: FeatureSpace;
  /** Of the gestures, without `NOTHING`. */
  readonly labels: readonly string[];
  /** `[gestures][takes]`, each `[F]`. */
  readonly gestures: readonly (readonly Float32Array[])[];
  readonly nothing: readonly Float32Array[];
}

export function placed(
  classes: readonly TaughtClass[],
  background: BackgroundSpec | undefined,
): PlacedLesson {
  const gestures = classes.filter(({ label, takes }) => label !== NOTHING && takes.length > 0);
  const means = ({ takes }: TaughtClass): Float32Array[] => takes.map(meanOf);
  const space = background === undefined ? plainSpace(classes.map(means)) : spaceOf(background);
  const directions = (one: TaughtClass): Float32Array[] =>
    one.takes.map((windows) => unit(meanOf(windows.map((features) => place(space, features)))));
  return {
    space,
    labels: gestures.map(({ label }) => label),
    gestures: gestures.map(directions),
    nothing: classes.filter(({ label }) => label === NOTHING).flatMap(directions),
  };
}

export function headOf({ space, labels, gestures, nothing }: PlacedLesson, threshold: number): Head {
  const rows = [...gestures.map((takes) => unit(meanOf(takes))), ...nothing];
  const prototypes = new Float32Array(rows.length * space.centre.length);
  for (const [i, row] of rows.entries()) prototypes.set(row, i * row.length);
  const owners = [...gestures.keys(), ...nothing.map(() => labels.length)];
  return { ...space, labels: [...labels, NOTHING], prototypes, owners, threshold };
}

/** Probabilities `[labels]` of a direction in the head's space. */
export function probabilities(
  { labels, prototypes, owners, threshold }: Head,
  direction: Float32Array,
): Float32Array {
  const size = direction.length;
  const cosines = labels.map(() => -1);
  for (const [i, owner] of owners.entries())
    cosines[owner] = Math.max(cosines[owner]!, dot(direction, prototypes.subarray(i * size, (i + 1) * size)));
  const gestures = cosines.slice(0, -1);
  const best = Math.max(...gestures);
  const line = Math.max(threshold, cosines.at(-1)! - MARGIN);
  const gesture = 1 / (1 + Math.exp(SHARPNESS.nothing * (line - best)));
  const shares = gestures.map((cosine) => Math.exp(SHARPNESS.gestures * (cosine - best)));
  const sum = shares.reduce((a, b) => a + b);
  return Float32Array.from([...shares.map((share) => (gesture * share) / sum), 1 - gesture]);
}

/** The cosine of each recording with its gesture's others; nothing of gestures with a single one. */
export function heldOut({ gestures }: PlacedLesson): number[] {
  return gestures.flatMap((takes) =>
    takes.length < 2
      ? []
      : takes.map((take) => dot(take, unit(meanOf(takes.filter((other) => other !== take))))),
  );
}

/**
 * The cosine that the wanted share of held-out recordings reaches with the probability that live recognition asks for; few
 * recordings move it only a little from what is usual.
 */
export function thresholdOf(cosines: readonly number[]): number {
  const sorted = cosines.toSorted((a, b) => a - b);
  const at = (1 - KEPT) * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? USUAL.threshold;
  const own = below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? below) - below);
  const share = sorted.length / (sorted.length + USUAL.weight);
  return share * own + (1 - share) * USUAL.threshold - ASKED / SHARPNESS.nothing;
}

/** The score of a test round: what was asked for, and what was recognised. */
import { NOTHING } from '@kinora/recognizer';

export interface Trial {
  /** The gesture that was asked for, or Nothing. */
  readonly asked: string;
  /** What was recognised; undefined if nothing was. */
  readonly answered: string | undefined;
  /** Seconds from the request to the answer. */
  readonly delay: number;
}

export interface Score {
  readonly hits: number;
  readonly misses: number;
  /** Another gesture than the one that was asked for. */
  readonly wrong: number;
  /** A gesture where none was asked for. */
  readonly alarms: number;
  /** Requests for gestures, and for Nothing. */
  readonly asked: number;
  readonly nothing: number;
  /** Median seconds of hits, which include the person's own; NaN without any. */
  readonly delay: number;
}

export function scoreOf(trials: readonly Trial[]): Score {
  const gestures = trials.filter(({ asked }) => asked !== NOTHING);
  const others = trials.filter(({ asked }) => asked === NOTHING);
  const hits = gestures.filter(({ asked, answered }) => answered === asked);
  const misses = gestures.filter(({ answered }) => answered === undefined).length;
  const delays = hits.map(({ delay }) => delay).toSorted((a, b) => a - b);
  return {
    hits: hits.length,
    misses,
    wrong: gestures.length - hits.length - misses,
    alarms: others.filter(({ answered }) => answered !== undefined).length,
    asked: gestures.length,
    nothing: others.length,
    delay: delays[delays.length >> 1] ?? Number.NaN,
  };
}

/** The predictions of the last seconds with their times, for the timeline. */

export interface Moment {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  /** Smoothed, in the order of the labels. */
  readonly scores: Float32Array;
}

/** Seconds that are kept and shown. */
export const SPAN = 20;

/** `moments` with one more, and without those older than the span. */
export function remember(moments: readonly Moment[], moment: Moment): Moment[] {
  return [...moments.filter(({ at }) => at > moment.at - SPAN * 1000), moment];
}

/** The `count` classes with the highest peaks in the span, in label order, so that rows keep their places. */
export function topClasses(moments: readonly Moment[], count: number): number[] {
  const classes = moments[0]?.scores.length ?? 0;
  const peaks = Array.from({ length: classes }, (_, i) =>
    Math.max(...moments.map(({ scores }) => scores[i]!)),
  );
  return peaks
    .map((_, i) => i)
    .sort((a, b) => peaks[b]! - peaks[a]!)
    .slice(0, count)
    .sort((a, b) => a - b);
}

/** Events per second over the last `seconds`. */
export function rate(times: readonly number[], now: number, seconds = 2): number {
  const recent = times.filter((at) => at > now - seconds * 1000);
  const since = Math.min(seconds * 1000, now - (recent[0] ?? now));
  return since <= 0 ? 0 : ((recent.length - 1) / since) * 1000;
}

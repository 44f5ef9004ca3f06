/**
 * Scores of detections in streams: pure functions of events and detections. An event is a gesture with its start and
 * end; a detection is the moment at which a gesture was recognised. A detection is right if its label is that of an event
 * and it comes between the event's start and `tolerance` seconds after its end; each event counts one detection.
 */
import { groupInterval, type Interval } from './intervals.js';

/** A stretch of a stream, in seconds from its start. */
export interface StreamEvent {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

export interface Detection {
  readonly label: string;
  /** Seconds at which the gesture was recognised. */
  readonly time: number;
  /** Seconds at which it was over. */
  readonly ended?: number;
  /** Its highest smoothed probability. */
  readonly score?: number;
}

/** What happened in a stream, and what was detected. */
export interface StreamResult {
  readonly id: string;
  /** Length of the stream. */
  readonly seconds: number;
  /** A number per person; if people are unknown, per stream. */
  readonly group: number;
  /** In order of time, without overlaps. */
  readonly events: readonly StreamEvent[];
  /** What happened between the events, where it is known. */
  readonly activities: readonly StreamEvent[];
  /** In order of time. */
  readonly detections: readonly Detection[];
}

/** Seconds after an event's end at which its detection still counts, for F1. The last one is used for all else. */
export const TOLERANCES = [0, 0.5, 1] as const;

/**
 * - `right`: the detection of an event;
 * - `again`: of an event that was already detected;
 * - `wrong`: during an event with another label;
 * - `false alarm`: while no gesture was made.
 */
export type Verdict = 'right' | 'again' | 'wrong' | 'false alarm';

export interface Judged {
  /** Of each detection. */
  readonly verdicts: readonly Verdict[];
  /** Of each event, the detection that is right. */
  readonly found: readonly (number | undefined)[];
}

/**
 * Judges every detection of a stream. Events have equal tolerances and do not overlap, so their windows have the same
 * order by start and by end, and giving each event the first free detection matches as many as possible.
 */
export function judge(
  events: readonly StreamEvent[],
  detections: readonly Detection[],
  tolerance: number,
): Judged {
  const verdicts = new Array<Verdict>(detections.length).fill('false alarm');
  const found = events.map(({ label, start, end }) => {
    const at = detections.findIndex(
      (one, i) =>
        verdicts[i] !== 'right' && one.label === label && one.time >= start && one.time <= end + tolerance,
    );
    if (at < 0) return undefined;
    verdicts[at] = 'right';
    return at;
  });
  for (const [i, { label, time }] of detections.entries()) {
    if (verdicts[i] === 'right') continue;
    const during = events.filter(({ start, end }) => time >= start && time <= end + tolerance);
    if (during.some((event) => event.label === label)) verdicts[i] = 'again';
    else if (during.length > 0) verdicts[i] = 'wrong';
  }
  return { verdicts, found };
}

/** Insertions, deletions and substitutions that turn one sequence of labels into another (Levenshtein 1966). */
export function sequenceDistance(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, label] of a.entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(label !== b[j - 1])));
    row = next;
  }
  return row[b.length]!;
}

/** Everything that scores of several streams are sums of. */
export interface StreamCounts {
  readonly events: number;
  readonly detections: number;
  /** Right detections at each of the tolerances. */
  readonly right: readonly number[];
  /** Edit distance between the labels of events and detections, in order. */
  readonly distance: number;
  /** Detections while no gesture was made, and the seconds of that. */
  readonly falseAlarms: number;
  readonly quietSeconds: number;
  readonly again: number;
  readonly wrong: number;
  /** Events without any detection, and with only wrong ones. */
  readonly silent: number;
  readonly mistaken: number;
  /** Seconds from the start and from the end of an event to its detection, at the last tolerance. */
  readonly fromStart: readonly number[];
  readonly fromEnd: readonly number[];
}

/** Counts one stream. */
export function countStream(
  { events, detections, seconds }: Pick<StreamResult, 'events' | 'detections' | 'seconds'>,
  tolerances: readonly number[] = TOLERANCES,
): StreamCounts {
  const judged = tolerances.map((tolerance) => judge(events, detections, tolerance));
  const tolerance = tolerances.at(-1)!;
  const { verdicts, found } = judged.at(-1)!;
  const count = (verdict: Verdict): number => verdicts.filter((one) => one === verdict).length;
  const missed = events.filter((_, i) => found[i] === undefined);
  const touched = ({ start, end }: StreamEvent): boolean =>
    detections.some(({ time }) => time >= start && time <= end + tolerance);
  const silent = missed.filter((event) => !touched(event)).length;
  const delays = (from: (event: StreamEvent) => number): number[] =>
    found.flatMap((at, i) => (at === undefined ? [] : [detections[at]!.time - from(events[i]!)]));
  return {
    events: events.length,
    detections: detections.length,
    right: judged.map((one) => one.verdicts.filter((verdict) => verdict === 'right').length),
    distance: sequenceDistance(
      events.map(({ label }) => label),
      detections.map(({ label }) => label),
    ),
    falseAlarms: count('false alarm'),
    quietSeconds: quietSeconds({ label: '', start: 0, end: seconds }, events, tolerance),
    again: count('again'),
    wrong: count('wrong'),
    silent,
    mistaken: missed.length - silent,
    fromStart: delays(({ start }) => start),
    fromEnd: delays(({ end }) => end),
  };
}

/** Seconds of a stretch that no event with its tolerance covers. */
function quietSeconds(
  { start: from, end: to }: StreamEvent,
  events: readonly StreamEvent[],
  tolerance: number,
): number {
  let quiet = to - from;
  let covered = from;
  for (const { start, end } of events) {
    const [a, b] = [Math.max(covered, start), Math.min(to, end + tolerance)];
    if (b > a) quiet -= b - a;
    covered = Math.max(covered, b);
  }
  return Math.max(0, quiet);
}

const sum = (counts: readonly StreamCounts[], of: (count: StreamCounts) => number): number =>
  counts.reduce((total, count) => total + of(count), 0);

/**
 * 1 minus the edit distance by the number of events (Köpüklü et al., "Real-time Hand Gesture Detection and Classification
 * Using Convolutional Neural Networks", FG 2019, section III-C), over the events of all streams together. Negative where
 * more is detected than happens.
 */
export const levenshteinAccuracy = (counts: readonly StreamCounts[]): number =>
  1 - sum(counts, ({ distance }) => distance) / sum(counts, ({ events }) => events);

/**
 * Event-based F1 (Mesaros, Heittola and Virtanen, "Metrics for Polyphonic Sound Event Detection", Applied Sciences 2016,
 * section 3.2), with detections as moments: 2 right / (events + detections).
 * @param at index of the tolerance
 */
export const eventF1 = (counts: readonly StreamCounts[], at: number): number =>
  (2 * sum(counts, ({ right }) => right[at]!)) /
  (sum(counts, ({ events }) => events) + sum(counts, ({ detections }) => detections));

/** False alarms per minute without gestures. */
export const falseAlarmRate = (counts: readonly StreamCounts[]): number =>
  sum(counts, ({ falseAlarms }) => falseAlarms) / (sum(counts, ({ quietSeconds }) => quietSeconds) / 60);

export const missRate = (counts: readonly StreamCounts[]): number =>
  1 - sum(counts, ({ right }) => right.at(-1)!) / sum(counts, ({ events }) => events);

/** NaN of no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

export const medianDelay = (counts: readonly StreamCounts[], from: 'fromStart' | 'fromEnd'): number =>
  median(counts.flatMap((count) => count[from]));

/** Scores over all streams, with 95 % intervals over people. */
export interface StreamScores {
  readonly streams: number;
  readonly people: number;
  readonly minutes: number;
  readonly events: number;
  readonly detections: number;
  readonly levenshtein: Interval;
  /** By tolerance, in seconds. */
  readonly f1: readonly (Interval & { readonly tolerance: number })[];
  /** A minute without gestures. */
  readonly falseAlarms: Interval;
  /** Share of the events. */
  readonly misses: Interval;
  /** Median seconds from the start, and from the end, of an event to its detection. */
  readonly fromStart: Interval;
  readonly fromEnd: Interval;
  /** Numbers of detections and events by what became of them. */
  readonly counts: {
    readonly right: number;
    readonly again: number;
    readonly wrong: number;
    readonly falseAlarms: number;
    readonly silent: number;
    readonly mistaken: number;
  };
}

/** The scores of streams, by the definitions above, with intervals by the bootstrap over people. */
export function streamScores(results: readonly StreamResult[], seed = 1): StreamScores {
  const counts = results.map((result) => countStream(result));
  const groups = Int32Array.from(results, ({ group }) => group);
  const over = (statistic: (own: readonly StreamCounts[]) => number): Interval =>
    groupInterval(counts, groups, statistic, seed);
  return {
    streams: results.length,
    people: new Set(groups).size,
    minutes: results.reduce((total, { seconds }) => total + seconds, 0) / 60,
    events: sum(counts, ({ events }) => events),
    detections: sum(counts, ({ detections }) => detections),
    levenshtein: over(levenshteinAccuracy),
    f1: TOLERANCES.map((tolerance, at) => ({ tolerance, ...over((own) => eventF1(own, at)) })),
    falseAlarms: over(falseAlarmRate),
    misses: over(missRate),
    fromStart: over((own) => medianDelay(own, 'fromStart')),
    fromEnd: over((own) => medianDelay(own, 'fromEnd')),
    counts: {
      right: sum(counts, ({ right }) => right.at(-1)!),
      again: sum(counts, ({ again }) => again),
      wrong: sum(counts, ({ wrong }) => wrong),
      falseAlarms: sum(counts, ({ falseAlarms }) => falseAlarms),
      silent: sum(counts, ({ silent }) => silent),
      mistaken: sum(counts, ({ mistaken }) => mistaken),
    },
  };
}

export interface ActivityAlarms {
  /** Empty for what the list does not name. */
  readonly activity: string;
  readonly falseAlarms: number;
  /** Minutes of it, without gestures. */
  readonly minutes: number;
}

/** False alarms by what the person was doing, most frequent first. */
export function alarmsByActivity(results: readonly StreamResult[]): ActivityAlarms[] {
  const tolerance = TOLERANCES.at(-1)!;
  const sums = new Map<string, { falseAlarms: number; seconds: number }>();
  const add = (activity: string, falseAlarms: number, seconds: number): void => {
    const before = sums.get(activity) ?? { falseAlarms: 0, seconds: 0 };
    sums.set(activity, {
      falseAlarms: before.falseAlarms + falseAlarms,
      seconds: before.seconds + seconds,
    });
  };
  for (const { events, activities, detections, seconds } of results) {
    const { verdicts } = judge(events, detections, tolerance);
    const alarms = detections.filter((_, i) => verdicts[i] === 'false alarm');
    let rest = quietSeconds({ label: '', start: 0, end: seconds }, events, tolerance);
    for (const activity of activities) {
      const quiet = quietSeconds(activity, events, tolerance);
      rest -= quiet;
      add(activity.label, 0, quiet);
    }
    add('', 0, Math.max(0, rest));
    for (const { time } of alarms)
      add(activities.find(({ start, end }) => time >= start && time < end)?.label ?? '', 1, 0);
  }
  return Array.from(sums, ([activity, { falseAlarms, seconds }]) => ({
    activity,
    falseAlarms,
    minutes: seconds / 60,
  })).sort((a, b) => b.falseAlarms / b.minutes - a.falseAlarms / a.minutes);
}

export interface LabelScore {
  readonly label: string;
  readonly events: number;
  readonly right: number;
  readonly falseAlarms: number;
  /** Detections during events with another label. */
  readonly wrong: number;
}

/** Of every label that happened or was detected, in this order. */
export function scoresByLabel(results: readonly StreamResult[], labels: readonly string[]): LabelScore[] {
  const sums = new Map(
    labels.map((label) => [label, { label, events: 0, right: 0, falseAlarms: 0, wrong: 0 }]),
  );
  for (const { events, detections } of results) {
    const { verdicts } = judge(events, detections, TOLERANCES.at(-1)!);
    for (const { label } of events) sums.get(label)!.events++;
    for (const [i, { label }] of detections.entries()) {
      const own = sums.get(label)!;
      if (verdicts[i] === 'right') own.right++;
      else if (verdicts[i] === 'wrong') own.wrong++;
      else if (verdicts[i] === 'false alarm') own.falseAlarms++;
    }
  }
  return [...sums.values()].filter(({ events, falseAlarms, wrong }) => events + falseAlarms + wrong > 0);
}

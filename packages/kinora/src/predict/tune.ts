/**
 * Fits the settings of live recognition on one set of streams and judges them on another. The network runs once a stream, at
 * the shortest stride; every other setting is a replay of these predictions through the recognizer's own rules.
 */
import { defaultLiveSettings, type LiveSettings, type PreprocessSpec, rank, withChanges } from '@kinora/clip';
import { kinoraError } from '@kinora/torch';
import {
  countStream,
  eventF1,
  levenshteinAccuracy,
  medianDelay,
  type StreamCounts,
  type StreamScores,
  streamScores,
} from '../measure/streams.js';
import { silent } from '../progress.js';
import type { OpenedModel } from '../run/open.js';
import { writePostprocess } from '../run/postprocess.js';
import {
  liveSettings,
  type OpenedStream,
  openStreams,
  predictStreams,
  resultOf,
} from './evaluate-streams.js';
import type { PredictOptions } from './predict-list.js';
import { detectRanked, momentsOf, type RankedMoment, type StreamPredictions, smooth } from './stream.js';

export interface TuneOptions extends PredictOptions {
  /** The list to judge on. Default: none; then only the fit is reported. */
  readonly validate?: string;
  /** Folder that the paths of both lists are relative to. Default: that of each list. */
  readonly root?: string;
  /** False alarms a minute that settings should not exceed on the streams they are fitted on. Default: 0.5. */
  readonly falseAlarms?: number;
}

/** Scores before and after. */
export interface Gain {
  readonly list: string;
  readonly before: StreamScores;
  readonly after: StreamScores;
}

export interface TuneResult {
  readonly settings: Partial<LiveSettings>;
  readonly fit: Gain;
  /** On the list to judge on. */
  readonly judged?: Gain;
  /** Whether the fit keeps to the limit of false alarms. */
  readonly withinLimit: boolean;
  /** The file that the settings were written into. */
  readonly file: string;
}

/** Values that are tried. Strides are multiples of the shortest one. */
const GRID = {
  stride: [1, 2, 3],
  window: [0, 0.25, 0.5, 0.75, 1, 1.5],
  threshold: [0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998],
  hysteresis: [0.05, 0.1, 0.2, 0.3, 0.5],
  coolDown: [0, 0.5, 1, 1.5],
} as const;

/** Seconds of the shortest stride: about a sixth of a second, which most machines keep up with. */
const shortestStride = ({ frameRate }: Pick<PreprocessSpec, 'frameRate'>): number =>
  Math.max(1, Math.round(frameRate / 6)) / frameRate;

/**
 * Fits stride, window, threshold, hysteresis, cool-down and, where it pays, thresholds of single labels, and stores them in
 * the model's file.
 *
 * The best settings have the highest Levenshtein accuracy among those with at most `falseAlarms` a minute, or the fewest
 * false alarms where none keeps to that; of equals, those with the higher F1, then the shorter delay. Of settings that are
 * within one standard error of the best, those closest to the defaults are taken.
 *
 * @throws KinoraError `tune/same-streams` where a stream is in both lists
 */
export async function tune(model: OpenedModel, file: string, options: TuneOptions = {}): Promise<TuneResult> {
  const { validate, root, falseAlarms = 0.5, progress = silent } = options;
  const { spec, postprocess } = model;
  const place = root === undefined ? {} : { root };
  const streams = await openStreams(file, spec, place);
  if (streams.every(({ events }) => events.length === 0))
    throw kinoraError('tune/no-events', file, 'at least one gesture to find', 'streams without any');
  const others = validate === undefined ? undefined : await openStreams(validate, spec, place);
  if (others !== undefined) checkOthers(streams, others, validate!, (line) => progress.log(line));
  const base = { ...liveSettings(postprocess), stride: shortestStride(spec) };
  const predictions = await predictStreams(model, streams, base, options);
  const set = streamSet(streams, predictions, spec, postprocess.temperature);
  const found = fit(set, base, falseAlarms);
  const settings: Partial<LiveSettings> = { ...postprocess.settings, ...found };
  const before = liveSettings(postprocess);
  const after = withChanges(before, found);
  const gain = (list: string, own: StreamSet): Gain => ({
    list,
    before: scoresOf(own, before),
    after: scoresOf(own, after),
  });
  const result = {
    settings,
    fit: gain(file, set),
    withinLimit: excess(countsOf(set, after), falseAlarms) === 0,
  };
  let judged: Gain | undefined;
  if (others !== undefined)
    judged = gain(
      validate!,
      streamSet(others, await predictStreams(model, others, base, options), spec, postprocess.temperature),
    );
  writePostprocess(model.file, { ...postprocess, settings });
  return { ...result, ...(judged && { judged }), file: model.file };
}

/** Streams with their predictions at the shortest stride. */
export interface StreamSet {
  readonly streams: readonly OpenedStream[];
  readonly predictions: readonly StreamPredictions[];
  readonly spec: Pick<PreprocessSpec, 'frameRate' | 'labels'>;
  readonly temperature: number;
  /** Averaged and ranked predictions by stride and window. */
  readonly ranked: Map<string, readonly (readonly RankedMoment[])[]>;
}

export const streamSet = (
  streams: readonly OpenedStream[],
  predictions: readonly StreamPredictions[],
  spec: StreamSet['spec'],
  temperature: number,
): StreamSet => ({ streams, predictions, spec, temperature, ranked: new Map() });

/** The predictions that a longer stride makes: every n-th of those at the shortest. */
function atStride(predictions: StreamPredictions, every: number): StreamPredictions {
  if (every === 1) return predictions;
  const classes = predictions.logits.length / predictions.times.length;
  const kept = [...predictions.times.keys()].filter((n) => n % every === every - 1);
  const logits = new Float32Array(kept.length * classes);
  for (const [i, n] of kept.entries())
    logits.set(predictions.logits.subarray(n * classes, (n + 1) * classes), i * classes);
  return { ...predictions, times: Float64Array.from(kept, (n) => predictions.times[n]!), logits };
}

/** How many of the shortest strides a stride is. */
const everyOf = (spec: StreamSet['spec'], stride: number): number =>
  Math.max(1, Math.round(stride / shortestStride(spec)));

function rankedOf(set: StreamSet, { stride, window }: Pick<LiveSettings, 'stride' | 'window'>) {
  const { predictions, spec, temperature, ranked } = set;
  const every = everyOf(spec, stride);
  const key = `${every} ${window}`;
  const known = ranked.get(key);
  if (known !== undefined) return known;
  const made = predictions.map((own) =>
    smooth(momentsOf(atStride(own, every), temperature), window).map(({ time, probabilities }) => ({
      time,
      ranking: rank(spec.labels, probabilities),
    })),
  );
  // The search goes through strides and windows one by one; of long streams more would not fit into memory.
  if (ranked.size >= 3) ranked.clear();
  ranked.set(key, made);
  return made;
}

export function countsOf(set: StreamSet, settings: LiveSettings): StreamCounts[] {
  const ranked = rankedOf(set, settings);
  return set.streams.map(({ events, seconds }, i) =>
    countStream({ events, seconds, detections: detectRanked(ranked[i]!, settings, seconds) }),
  );
}

/**
 * False alarms above the limit. A set that is too short for a single one to keep to the limit may have that one: 0.5 a minute
 * cannot be told from none in less than two minutes.
 */
function excess(counts: readonly StreamCounts[], limit: number): number {
  const alarms = counts.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0);
  const seconds = counts.reduce((sum, { quietSeconds }) => sum + quietSeconds, 0);
  return Math.max(0, alarms - Math.ceil((limit * seconds) / 60));
}

const scoresOf = (set: StreamSet, settings: LiveSettings): StreamScores =>
  streamScores(
    set.streams.map((stream, i) => {
      const own = atStride(set.predictions[i]!, everyOf(set.spec, settings.stride));
      return resultOf(stream, own, set.spec.labels, set.temperature, settings).result;
    }),
  );

/** Larger is better, compared item by item. */
type Merit = readonly number[];

function meritOf(counts: readonly StreamCounts[], limit: number): Merit {
  const accuracy = levenshteinAccuracy(counts);
  const delay = medianDelay(counts, 'fromEnd');
  return [
    -excess(counts, limit),
    accuracy,
    eventF1(counts, 1),
    Number.isNaN(delay) ? Number.NEGATIVE_INFINITY : -delay,
  ];
}

function isBetter(a: Merit, b: Merit): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && a[at]! > b[at]!;
}

interface Candidate {
  readonly found: Omit<LiveSettings, 'thresholds' | 'ignored' | 'span'>;
  readonly merit: Merit;
}

/** The best settings of the grid, then thresholds of single labels. */
export function fit(set: StreamSet, base: LiveSettings, limit: number): Partial<LiveSettings> {
  const candidates: Candidate[] = [];
  for (const multiple of GRID.stride)
    for (const window of GRID.window)
      for (const threshold of GRID.threshold)
        for (const hysteresis of GRID.hysteresis)
          for (const coolDown of GRID.coolDown) {
            if (hysteresis >= threshold) continue;
            const stride = multiple * shortestStride(set.spec);
            const found = { stride, window, threshold, hysteresis, coolDown };
            const merit = meritOf(countsOf(set, { ...base, ...found, thresholds: {} }), limit);
            candidates.push({ found, merit });
          }
  const { found } = simplest(candidates, set);
  const thresholds = fitLabels(set, { ...base, ...found }, limit);
  return { ...found, thresholds };
}

/**
 * Of all settings whose accuracy is within one standard error of the best, those closest to the defaults (the rule of
 * Breiman et al., "Classification and Regression Trees", 1984, section 3.4.3): the best of thousands on a few gestures owes
 * much to chance.
 */
function simplest(candidates: readonly Candidate[], { streams }: StreamSet): Candidate {
  const best = candidates.reduce((a, b) => (isBetter(b.merit, a.merit) ? b : a));
  const events = streams.reduce((sum, own) => sum + own.events.length, 0);
  const share = Math.min(1, Math.max(0, best.merit[1]!));
  const least = best.merit[1]! - Math.sqrt((share * (1 - share)) / events);
  return candidates
    .filter(({ merit }) => merit[0]! >= best.merit[0]! && merit[1]! >= least)
    .map((candidate) => ({ candidate, steps: stepsFromDefault(candidate.found) }))
    .reduce((a, b) =>
      b.steps < a.steps || (b.steps === a.steps && isBetter(b.candidate.merit, a.candidate.merit)) ? b : a,
    ).candidate;
}

/** Steps of the grid between settings and the defaults. */
function stepsFromDefault(found: Candidate['found']): number {
  const steps = (values: readonly number[], value: number, usual: number): number => {
    const place = (one: number) => values.filter((other) => other < one - 1e-9).length;
    return Math.abs(place(value) - place(usual));
  };
  const { window, threshold, hysteresis, coolDown, stride } = defaultLiveSettings;
  return (
    Math.round(Math.abs(found.stride / stride - 1)) +
    steps(GRID.window, found.window, window) +
    steps(GRID.threshold, found.threshold, threshold) +
    steps(GRID.hysteresis, found.hysteresis, hysteresis) +
    steps(GRID.coolDown, found.coolDown, coolDown)
  );
}

/**
 * Thresholds of single labels, one label after the other: a change is kept if it lowers the edit distance in both halves of
 * the people and does not raise false alarms above the limit, so that a single event or person decides nothing.
 */
function fitLabels(set: StreamSet, base: LiveSettings, limit: number): Record<string, number> {
  const groups = [...new Set(set.streams.map(({ group }) => group))];
  const side = set.streams.map(({ group }) => groups.indexOf(group) % 2);
  const thresholds: Record<string, number> = {};
  const countsWith = (own: Readonly<Record<string, number>>) => countsOf(set, { ...base, thresholds: own });
  const distance = (counts: readonly StreamCounts[], which: number): number =>
    counts.reduce((sum, one, i) => sum + (side[i] === which ? one.distance : 0), 0);
  let counts = countsWith(thresholds);
  for (const label of set.spec.labels) {
    if (base.ignored.includes(label)) continue;
    for (const threshold of GRID.threshold) {
      if (threshold === (thresholds[label] ?? base.threshold) || threshold <= base.hysteresis) continue;
      const tried = { ...thresholds, [label]: threshold };
      const changed = countsWith(tried);
      const pays = [0, 1].every((which) => distance(changed, which) < distance(counts, which));
      if (!pays || meritOf(changed, limit)[0]! < meritOf(counts, limit)[0]!) continue;
      thresholds[label] = threshold;
      counts = changed;
    }
  }
  return thresholds;
}

/** Settings that are judged on the streams or people they were fitted on look better than they are. */
function checkOthers(
  streams: readonly OpenedStream[],
  others: readonly OpenedStream[],
  file: string,
  warn: (line: string) => void,
): void {
  const same = others.find(({ path }) => streams.some((one) => one.path === path));
  if (same !== undefined)
    throw kinoraError('tune/same-streams', file, 'streams that nothing was fitted on', `${same.id} in both`, {
      hint: 'judge on other people',
    });
  const people = new Set(streams.map(({ subject }) => subject));
  const shared = others.find(({ subject }) => subject !== undefined && people.has(subject));
  if (shared !== undefined)
    warn(`${shared.subject} is in both lists: settings fitted on a person look too good on that person`);
}

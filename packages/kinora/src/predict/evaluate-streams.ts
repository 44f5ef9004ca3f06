/** Scores a network on streams, with the settings that a recognizer of it starts from; or a recognizer's own log. */
import { defaultLiveSettings, type LiveSettings, type PostprocessSpec, withChanges } from '@kinora/clip';
import { readGestureLog } from '../data/lists/gesture-log.js';
import { peopleNumbers } from '../data/lists/people.js';
import { checkInside, type ListedStream, readStreamList } from '../data/lists/stream-list.js';
import { openClip } from '../data/open.js';
import type { StreamResult } from '../measure/streams.js';
import { type Progress, silent } from '../progress.js';
import type { StreamReport, StreamTrace } from '../report/stream-data.js';
import type { OpenedModel } from '../run/open.js';
import type { PredictOptions } from './predict-list.js';
import {
  detectGestures,
  momentsOf,
  predictStream,
  type StreamPredictions,
  smooth,
  streamSeconds,
} from './stream.js';

export interface StreamEvaluationOptions extends PredictOptions {
  /** Folder that the paths of the list are relative to. Default: that of the list. */
  readonly root?: string;
  /** Settings to score instead of the model's: changes of the defaults. */
  readonly settings?: Partial<LiveSettings>;
}

/** Settings that a recognizer of a model starts from. */
export const liveSettings = ({ settings }: PostprocessSpec): LiveSettings =>
  withChanges(defaultLiveSettings, settings);

/**
 * Plays every stream of a list as fast as it can be predicted, detects gestures as the recognizer does, and compares them
 * with the list's events.
 *
 * @throws KinoraError `data/*` and `clip/*` naming line or file
 */
export async function evaluateStreams(
  model: Pick<OpenedModel, 'network' | 'spec' | 'postprocess'>,
  file: string,
  options: StreamEvaluationOptions = {},
): Promise<StreamReport> {
  const { spec, postprocess } = model;
  const settings =
    options.settings === undefined
      ? liveSettings(postprocess)
      : withChanges(defaultLiveSettings, options.settings);
  const streams = await openStreams(file, spec, options);
  const predictions = await predictStreams(model, streams, settings, options);
  const found = streams.map((stream, i) =>
    resultOf(stream, predictions[i]!, spec.labels, postprocess.temperature, settings),
  );
  return {
    list: file,
    settings,
    labels: spec.labels,
    results: found.map(({ result }) => result),
    traces: found.map(({ trace }) => trace),
  };
}

/** Compares the log of a recognizer with the events of a list. */
export async function evaluateLog(
  log: string,
  file: string,
  { root, frameRate = 12 }: { readonly root?: string; readonly frameRate?: number } = {},
): Promise<StreamReport> {
  const streams = await openStreams(file, { frameRate }, root === undefined ? {} : { root });
  const logged = readGestureLog(log, streams);
  const results = streams.map(
    ({ id, seconds, group, events, activities }): StreamResult => ({
      id,
      seconds,
      group,
      events,
      activities,
      detections: logged.get(id)!,
    }),
  );
  const labels = new Set(
    results.flatMap(({ events, detections }) => [...events, ...detections].map(({ label }) => label)),
  );
  return { list: file, labels: [...labels].sort(), results, traces: results.map(() => undefined) };
}

/** A stream whose file was found, with its length. */
export interface OpenedStream extends ListedStream {
  readonly seconds: number;
  /** A number per person; if people are unknown, per stream. */
  readonly group: number;
}

/** Reads a list and the length of each of its streams. Throws `data/outside` for an event outside its stream. */
export async function openStreams(
  file: string,
  { labels, frameRate }: { readonly labels?: readonly string[]; readonly frameRate: number },
  { root }: Pick<StreamEvaluationOptions, 'root'>,
): Promise<OpenedStream[]> {
  const listed = readStreamList(file, { ...(labels && { labels }), ...(root !== undefined && { root }) });
  const groups = peopleNumbers(listed.map(({ subject }) => subject));
  const opened: OpenedStream[] = [];
  for (const [i, stream] of listed.entries()) {
    const seconds = streamSeconds(await openClip(stream.path), frameRate);
    checkInside(stream, seconds, 1 / frameRate);
    opened.push({ ...stream, seconds, group: groups[i]! });
  }
  return opened;
}

/** Predicts streams one after the other at a pace. */
export async function predictStreams(
  model: Pick<OpenedModel, 'network' | 'spec'>,
  streams: readonly OpenedStream[],
  pace: Pick<LiveSettings, 'stride' | 'span'>,
  { device = 'cpu', progress = silent, signal }: PredictOptions = {},
  label = 'predicting streams',
): Promise<StreamPredictions[]> {
  const total = Math.ceil(streams.reduce((sum, { seconds }) => sum + seconds, 0));
  const task = (progress satisfies Progress).task(label, { total, unit: 's' });
  const predictions: StreamPredictions[] = [];
  let done = 0;
  try {
    for (const { path, seconds } of streams) {
      const onTime = (time: number): void => task.update(Math.min(total, Math.floor(done + time)));
      predictions.push(await predictStream(model, await openClip(path), pace, { device, signal, onTime }));
      done += seconds;
    }
    return predictions;
  } finally {
    task.finish();
  }
}

/** The detections in a stream's predictions beside its events, and what a picture of it needs. */
export function resultOf(
  { id, group, events, activities }: OpenedStream,
  predictions: StreamPredictions,
  labels: readonly string[],
  temperature: number,
  settings: LiveSettings,
): { result: StreamResult; trace: StreamTrace } {
  const { seconds } = predictions;
  const moments = smooth(momentsOf(predictions, temperature), settings.window);
  const detections = detectGestures(moments, labels, settings, seconds);
  const gestures = labels.flatMap((label, c) => (settings.ignored.includes(label) ? [] : [c]));
  const trace = {
    times: moments.map(({ time }) => time),
    top: moments.map(({ probabilities }) => Math.max(...gestures.map((c) => probabilities[c]!))),
    threshold: settings.threshold,
  };
  return { result: { id, seconds, group, events, activities, detections }, trace };
}

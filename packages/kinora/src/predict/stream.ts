/**
 * The predictions of a network on a running video, and the gestures in them: the clips, the average and the rules are those
 * of the recognizer (`@kinora/clip`, live), run here on libtorch.
 */
import {
  endOfSource,
  GestureTracker,
  LiveClips,
  type LiveSettings,
  type Pace,
  type PreprocessSpec,
  prepareClip,
  rank,
  Smoother,
  softmax,
} from '@kinora/clip';
import { type Device, inferenceMode, kinoraError, scope } from '@kinora/torch';
import { playSource } from '../data/decode/play.js';
import type { ClipSource } from '../data/decode/source.js';
import type { Detection } from '../measure/streams.js';
import { networkInputs } from '../model/input.js';
import type { Network } from '../model/network.js';
import type { OpenedModel } from '../run/open.js';

/** Predictions of a stream, in order of time. */
export interface StreamPredictions {
  /** Seconds from the start of the stream up to which each predicted clip reaches, `[N]`. */
  readonly times: Float64Array;
  /** Float32 `[N, classes]`. */
  readonly logits: Float32Array;
  /** When the stream ends, in seconds from its start. */
  readonly seconds: number;
}

/** Length of a source in seconds: until its last frame leaves the screen. Folders are played at `rate`. */
export function streamSeconds({ count, times }: Pick<ClipSource, 'count' | 'times'>, rate: number): number {
  if (times === undefined) return count / rate;
  return endOfSource(times.at(-2), times.at(-1)!, rate) - times[0]!;
}

export interface StreamOptions {
  readonly device?: Device;
  readonly signal?: AbortSignal | undefined;
  /** Receives the seconds that are done. */
  readonly onTime?: (seconds: number) => void;
}

/** Clips that are predicted together. */
const BATCH = 8;

/**
 * Predicts a stream as a recognizer would that keeps up with it. Throws `predict/flow` for networks that want optical flow,
 * and `predict/whole-videos` for those that see whole videos.
 */
export async function predictStream(
  { network, spec }: Pick<OpenedModel, 'network' | 'spec'>,
  source: ClipSource,
  pace: Pace,
  { device = 'cpu', signal, onTime }: StreamOptions = {},
): Promise<StreamPredictions> {
  checkLive(network, spec, source.path);
  const clips = new LiveClips(spec, pace);
  const times: number[] = [];
  const rows: Float32Array[] = [];
  const due: Uint8Array[] = [];
  let before: { prepare(): Uint8Array; time: number } | undefined;
  let first: number | undefined;
  const flush = (): void => {
    if (due.length > 0) rows.push(logitsOf(network, due.splice(0), spec, device));
  };
  const pass = (time: number): void => {
    const clip = clips.advance(time, before?.prepare);
    if (clip === undefined) return;
    times.push(clip.time - first!);
    due.push(clip.clip);
    if (due.length === BATCH) flush();
  };
  let spacing: number | undefined;
  for await (const { data, height, width, time } of playSource(source, spec.frameRate)) {
    signal?.throwIfAborted();
    first ??= time;
    pass(time);
    spacing = before?.time;
    before = { time, prepare: () => prepareClip({ data, count: 1, height, width }, spec) };
    onTime?.(time - first);
  }
  const end = endOfSource(spacing, before!.time, spec.frameRate);
  pass(end);
  flush();
  const logits = new Float32Array(times.length * spec.labels.length);
  let at = 0;
  for (const row of rows) {
    logits.set(row, at);
    at += row.length;
  }
  return { times: Float64Array.from(times), logits, seconds: end - first! };
}

function checkLive(network: Network, spec: PreprocessSpec, where: string): void {
  if (network.flow)
    throw kinoraError(
      'predict/flow',
      where,
      'a network that sees frames alone',
      'one that wants optical flow',
    );
  if (spec.clips < 1)
    throw kinoraError('predict/whole-videos', where, 'a network of clips', 'one that sees whole videos');
}

/** Logits `[N, classes]` of prepared clips. */
function logitsOf(
  network: Network,
  clips: readonly Uint8Array[],
  spec: PreprocessSpec,
  device: Device,
): Float32Array {
  const size = clips[0]!.length;
  const bytes = new Uint8Array(clips.length * size);
  for (const [i, clip] of clips.entries()) bytes.set(clip, i * size);
  const { height, width } = spec.crop;
  const shape = [clips.length, spec.frames * spec.clips, height, width] as const;
  return scope(() =>
    inferenceMode(
      () =>
        network
          .call(...networkInputs({ clips: bytes, shape }, spec, device))
          .logits.toTypedArray() as Float32Array,
    ),
  );
}

/** Probabilities at a moment. */
export interface Moment {
  readonly time: number;
  /** Float32 `[classes]`. */
  readonly probabilities: Float32Array;
}

/** The probabilities of predictions, with a temperature, not yet averaged. */
export function momentsOf({ times, logits }: StreamPredictions, temperature: number): Moment[] {
  const classes = logits.length / times.length;
  return Array.from(times, (time, n) => ({
    time,
    probabilities: Float32Array.from(softmax(logits.subarray(n * classes, (n + 1) * classes), temperature)),
  }));
}

/** Moments averaged over a window, as the recognizer averages them. */
export function smooth(moments: readonly Moment[], window: number): Moment[] {
  const smoother = new Smoother();
  return moments.map(({ time, probabilities }) => ({
    time,
    probabilities: smoother.add(time, probabilities, window),
  }));
}

/** The gestures in averaged moments, as the recognizer finds them. */
export function detectGestures(
  moments: readonly Moment[],
  labels: readonly string[],
  settings: LiveSettings,
  seconds: number,
): Detection[] {
  const rankings = moments.map(({ time, probabilities }) => ({ time, ranking: rank(labels, probabilities) }));
  return detectRanked(rankings, settings, seconds);
}

/** Labels by their probability at a moment, the likeliest first. */
export interface RankedMoment {
  readonly time: number;
  readonly ranking: ReturnType<typeof rank>;
}

export function detectRanked(
  moments: readonly RankedMoment[],
  settings: LiveSettings,
  seconds: number,
): Detection[] {
  const tracker = new GestureTracker();
  const detections: Detection[] = [];
  const add = (gesture: ReturnType<GestureTracker['update']>): void => {
    if (gesture?.phase === 'ended')
      detections.push({
        label: gesture.label,
        time: gesture.started,
        ended: gesture.ended!,
        score: gesture.score,
      });
  };
  for (const { time, ranking } of moments) add(tracker.update(time, ranking, settings));
  add(tracker.finish(seconds));
  return detections;
}

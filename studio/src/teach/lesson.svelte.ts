/** The gestures being taught with their clips, and the trained head. Kept until the page is closed. */
import type { Frames } from '@kinora/clip';
import {
  type BrowserRecognizer,
  type Head,
  predictHead,
  type TaughtClass,
  trainHead,
} from '@kinora/recognizer';
import { rgbImage } from '../design/paint.js';
import { windowsOf } from './windows.js';

export interface TaughtClip {
  readonly id: number;
  /** Its middle frame. */
  readonly picture: ImageData;
  /** One per window of the recording. */
  readonly features: readonly Float32Array[];
}

export interface TaughtGesture {
  readonly id: number;
  label: string;
  clips: readonly TaughtClip[];
}

/** The background class: a class like the others for the head, but ignored in the log. */
export const NOTHING = 'Nothing';

let next = 0;
const gesture = (label: string): TaughtGesture => ({ id: next++, label, clips: [] });

export const lesson = $state<{ gestures: TaughtGesture[] }>({
  gestures: [gesture('Gesture 1'), gesture('Gesture 2'), gesture(NOTHING)],
});

/** Fingerprint of the network that computed the features. */
let taughtWith: string | undefined;

/** Starts or resumes a lesson. Discards clips whose features come from another network; returns whether there were any. */
export function beginLesson(fingerprint: string): boolean {
  const stale = taughtWith !== undefined && taughtWith !== fingerprint;
  const forgotten = stale && lesson.gestures.some(({ clips }) => clips.length > 0);
  if (stale) for (const gesture of lesson.gestures) gesture.clips = [];
  taughtWith = fingerprint;
  return forgotten;
}

export function addGesture(): void {
  const last = lesson.gestures.length - 1;
  lesson.gestures.splice(last, 0, gesture(`Gesture ${last + 1}`));
}

/** Frames between two windows of a recording, and windows in one run of the network. */
const EVERY = 3;
const BATCH = 4;

/** Runs every window of a recording through the network and keeps the features. */
export async function addClip(
  taught: TaughtGesture,
  recording: Frames,
  recognizer: BrowserRecognizer,
): Promise<void> {
  const { count, height, width, data } = recording;
  const { spec } = recognizer.info;
  const clips = windowsOf(recording, spec, EVERY);
  const size = spec.frames * spec.clips * height * width * 3;
  const features: Float32Array[] = [];
  for (let at = 0; at < clips.length; at += BATCH * size) {
    const few = await recognizer.predictPrepared(clips.slice(at, at + BATCH * size));
    features.push(...few.map((one) => one.features));
  }
  const picture = rgbImage(data, Math.floor(count / 2) * height * width * 3, height, width);
  taught.clips = [...taught.clips, { id: next++, picture, features }];
}

export interface Taught {
  readonly head: Head;
  /** Milliseconds. */
  readonly took: number;
  /** Leave-one-out result: how many clips were recognised. Absent if a gesture has only one clip. */
  readonly check?: { readonly right: number; readonly of: number };
}

type Lessons = readonly Pick<TaughtGesture, 'label' | 'clips'>[];

/** Ignores gestures without clips. */
export async function learn(gestures: Lessons): Promise<Taught> {
  const began = performance.now();
  const used = gestures.filter(({ clips }) => clips.length > 0);
  const head = await trainHead(used.map(classOf));
  const took = performance.now() - began;
  return used.some(({ clips }) => clips.length < 2)
    ? { head, took }
    : { head, took, check: await leaveOneOut(used) };
}

const classOf = ({ label, clips }: Lessons[number]): TaughtClass => ({
  label,
  examples: clips.flatMap(({ features }) => features),
});

/** For every clip, trains without it and classifies it by the mean over its windows. */
async function leaveOneOut(gestures: Lessons): Promise<{ right: number; of: number }> {
  let [right, of] = [0, 0];
  for (const [index, { clips }] of gestures.entries())
    for (const left of clips) {
      const without = gestures.map(({ label, clips }) => ({
        label,
        clips: clips.filter((clip) => clip !== left),
      }));
      const head = await trainHead(without.map(classOf));
      const votes = left.features.map((features) => predictHead(head, features));
      const sums = gestures.map((_, c) => votes.reduce((sum, vote) => sum + vote[c]!, 0));
      right += sums.indexOf(Math.max(...sums)) === index ? 1 : 0;
      of++;
    }
  return { right, of };
}

/**
 * One clip from a video file or a camera, as the network sees it: frames at the times that the spec defines. Files are taken to be
 * recordings of cameras: for networks that know mirrored people, both are mirrored.
 */

import type { Frames } from '@kinora/clip';
import { type PreprocessSpec, seekVideo } from '@kinora/recognizer';
import { kinoraError } from '@kinora/torch/error';
import { openVideoFile } from './file.js';
import type { PrepareAsk } from './prepare-worker.js';

/** Seconds used for networks that sample a whole video uniformly. */
const UNIFORM_SPAN = 3;

/** Times of the frames in seconds from the start of the clip. `duration` is the video's, in seconds. */
export function clipTimes(spec: PreprocessSpec, duration: number): number[] {
  const count = spec.frames * spec.clips;
  const span = Math.min(duration, UNIFORM_SPAN);
  return Array.from({ length: count }, (_, k) =>
    spec.sampling === 'uniform' ? ((k + 0.5) / count) * span : (k * spec.stride) / spec.frameRate,
  );
}

/** Duration of a clip in seconds. */
export const clipSpan = (spec: PreprocessSpec): number =>
  spec.sampling === 'uniform' ? UNIFORM_SPAN : (spec.frames * spec.clips * spec.stride) / spec.frameRate;

/** The middle of a video file; one shorter than the clip repeats its last frame. Throws `video/*`. */
export const clipOfFile = (file: File, spec: PreprocessSpec): Promise<Frames> =>
  readFile(file, spec, (duration) => {
    const start = Math.max(0, (duration - clipSpan(spec)) / 2);
    return clipTimes(spec, duration).map((time) => start + time);
  });

/** A video file at the spec's frame rate, `most` seconds of it. Throws `video/*`. */
export const framesOfFile = (file: File, spec: PreprocessSpec, most: number): Promise<Frames> =>
  readFile(file, spec, (duration) => ticks(Math.min(duration, most), spec));

const ticks = (seconds: number, { frameRate }: PreprocessSpec): number[] =>
  Array.from({ length: Math.max(1, Math.round(seconds * frameRate)) }, (_, k) => k / frameRate);

async function readFile(
  file: File,
  spec: PreprocessSpec,
  times: (duration: number) => number[],
): Promise<Frames> {
  const video = Object.assign(document.createElement('video'), { muted: true, preload: 'auto' });
  const free = await openVideoFile(video, file);
  try {
    const duration = await durationOf(video, file);
    return await collect(spec, times(duration), async (time) => {
      const last = Math.max(0, duration - HALF_A_FRAME);
      await seekVideo(video, Math.min(time + INTO_FRAME, last), { name: file.name });
      return createImageBitmap(video);
    });
  } finally {
    video.removeAttribute('src');
    free();
  }
}

/** The next seconds of a running video. */
export const clipOfCamera = (video: HTMLVideoElement, spec: PreprocessSpec): Promise<Frames> =>
  watch(video, spec, clipTimes(spec, UNIFORM_SPAN));

/** The same at the spec's frame rate. */
export const framesOfCamera = (
  video: HTMLVideoElement,
  spec: PreprocessSpec,
  seconds: number,
): Promise<Frames> => watch(video, spec, ticks(seconds, spec));

function watch(video: HTMLVideoElement, spec: PreprocessSpec, times: readonly number[]): Promise<Frames> {
  const began = performance.now();
  return collect(spec, times, async (time) => {
    await new Promise((later) => setTimeout(later, began + time * 1000 - performance.now()));
    return createImageBitmap(video);
  });
}

/** Seconds beyond the start of a frame to seek to: containers round times, WebM's to a millisecond. */
const INTO_FRAME = 1e-3;
/** Seeking to a file's very end may yield no picture. */
const HALF_A_FRAME = 1 / 60;

/** Videos recorded by a browser report their duration only after a seek to the end. */
async function durationOf(video: HTMLVideoElement, file: File): Promise<number> {
  if (video.duration === Number.POSITIVE_INFINITY) await seekVideo(video, 1e7, { name: file.name });
  if (Number.isFinite(video.duration) && video.duration > 0) return video.duration;
  throw kinoraError('video/endless', file.name, 'a video with a known duration', 'a stream', {
    hint: 'convert it to MP4 or WebM',
  });
}

/** Prepares the pictures in a worker as they arrive. */
async function collect(
  spec: PreprocessSpec,
  times: readonly number[],
  picture: (time: number) => Promise<ImageBitmap>,
): Promise<Frames> {
  const worker = new Worker(new URL('./prepare-worker.ts', import.meta.url), { type: 'module' });
  const { height, width } = spec.crop;
  const size = height * width * 3;
  const data = new Uint8Array(times.length * size);
  let ended = 0;
  try {
    const all = new Promise<void>((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data: { id, prepared } }: MessageEvent<{ id: number; prepared: Uint8Array }>) => {
        data.set(prepared, id * size);
        if (++ended === times.length) resolve();
      };
    });
    for (const [id, time] of times.entries()) {
      const bitmap = await picture(time);
      worker.postMessage({ id, bitmap, spec: spec as PrepareAsk['spec'] } satisfies PrepareAsk, [bitmap]);
    }
    await all;
    return { data, count: times.length, height, width };
  } finally {
    worker.terminate();
  }
}

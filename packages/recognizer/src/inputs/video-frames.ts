/**
 * Frames of a `<video>` as they are shown, with their timestamps: requestVideoFrameCallback, or a timer where there is
 * none. Capturing is all that happens on the page's thread.
 */
import type { Status } from '../types.js';

export interface FrameSink {
  /** A new frame at `time` seconds on the video's clock; false where it is not wanted now. */
  wants(): boolean;
  frame(time: number, bitmap: ImageBitmap): void;
  status(status: Status): void;
  /** The video is over; its last frame appeared at `time`. */
  ended(time: number): void;
  failed(error: Error): void;
}

/** Follows the video until what it returns is called. */
export function followVideo(video: HTMLVideoElement, rate: number, sink: FrameSink): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let last = video.currentTime;
  let queue: Promise<void> = Promise.resolve();
  const capture = (time: number): void => {
    last = time;
    if (!sink.wants() || video.videoWidth === 0) return;
    const bitmap = createImageBitmap(video);
    queue = queue
      .then(async () => {
        const ready = await bitmap;
        if (signal.aborted) ready.close();
        else sink.frame(time, ready);
      })
      .catch((error: Error) => {
        if (!signal.aborted && video.readyState >= HAVE_CURRENT_DATA) sink.failed(error);
      });
  };
  const stop =
    'requestVideoFrameCallback' in video ? onEachFrame(video, capture) : onTimer(video, rate, capture);
  tellStatus(video, sink, signal);
  video.addEventListener('ended', () => queue.then(() => sink.ended(last)), { signal });
  return () => {
    controller.abort();
    stop();
  };
}

/** HTMLMediaElement's, by its number. */
const HAVE_CURRENT_DATA = 2;

function onEachFrame(video: HTMLVideoElement, capture: (time: number) => void): () => void {
  let handle = 0;
  const next = (now: number, { mediaTime }: { mediaTime: number }): void => {
    handle = video.requestVideoFrameCallback(next);
    capture(Number.isFinite(mediaTime) ? mediaTime : now / 1000);
  };
  handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

/** Looks twice as often as the network needs, and takes what has moved on. */
function onTimer(video: HTMLVideoElement, rate: number, capture: (time: number) => void): () => void {
  let last = -1;
  const look = (): void => {
    if (video.currentTime === last || video.readyState < HAVE_CURRENT_DATA) return;
    last = video.currentTime;
    capture(last);
  };
  const timer = setInterval(look, 500 / rate);
  return () => clearInterval(timer);
}

/** Says whether frames can be expected, and if not, why. */
function tellStatus(video: HTMLVideoElement, sink: FrameSink, signal: AbortSignal): void {
  const tell = (): void => {
    if (document.hidden) sink.status({ state: 'paused', reason: 'the tab is in the background' });
    else if (video.ended) sink.status({ state: 'ended', reason: 'the video is over' });
    else if (video.paused) sink.status({ state: 'paused', reason: 'the video is paused' });
    else if (video.readyState < HAVE_CURRENT_DATA)
      sink.status({ state: 'waiting', reason: 'no frame has come yet' });
    else sink.status({ state: 'running', reason: 'frames arrive' });
  };
  document.addEventListener('visibilitychange', tell, { signal });
  for (const event of ['play', 'playing', 'pause', 'ended', 'waiting'])
    video.addEventListener(event, tell, { signal });
  queueMicrotask(tell);
}

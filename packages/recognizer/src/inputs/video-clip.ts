/**
 * One clip out of a video that the page can play: a file by its address, a `File` or `Blob`, or a `<video>`. Takes the frames
 * that Node takes from the same file: those that are shown at the ticks that the spec's sampling rule chooses.
 */
import {
  clipFrames,
  clipTicks,
  type KinoraError,
  kinoraError,
  type PreprocessSpec,
  samplePositions,
} from '@kinora/clip';
import { abortable } from '../abort.js';

export type VideoSource = HTMLVideoElement | Blob | string | URL;

/** What makes the network's pixels `[crop.height, crop.width, 3]` of a picture, and closes it. */
export type Prepare = (picture: ImageBitmap) => Promise<Uint8Array>;

/**
 * The prepared clip `[T, crop.height, crop.width, 3]`. Of an element that shows a camera, its next seconds; of one that plays
 * a file, that file, without disturbing the element. Throws `recognizer/video`.
 */
export async function readVideo(
  source: VideoSource,
  spec: PreprocessSpec,
  prepare: Prepare,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (source instanceof HTMLVideoElement && source.srcObject !== null)
    return watch(source, spec, prepare, signal);
  const name = nameOf(source);
  const file = source instanceof Blob ? source : await fetchFile(name, signal);
  const address = file === undefined ? name : URL.createObjectURL(file);
  const video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true, preload: 'auto' });
  try {
    await loaded(video, address, name, signal);
    const seconds = await durationOf(video, name, signal);
    const { frameRate } = spec;
    const ticks = Math.max(1, Math.ceil((seconds - SAME) * frameRate));
    return await collect(samplePositions(ticks, spec), spec, async (tick) => {
      signal?.throwIfAborted();
      await seekVideo(video, Math.min(tick / frameRate + INTO_FRAME, seconds), { name, signal });
      return prepare(await createImageBitmap(video));
    });
  } finally {
    video.removeAttribute('src');
    video.load();
    if (file !== undefined) URL.revokeObjectURL(address);
  }
}

/** Times that differ by less are equal, as for `resampleByTime`. */
const SAME = 1e-6;
/** Seconds beyond the start of a frame to seek to: containers round times, WebM's to a millisecond. */
const INTO_FRAME = 1e-3;
/** Seconds by which a browser that seeks at all does not miss. */
const FAR = 0.25;
/** `HTMLMediaElement.HAVE_CURRENT_DATA` */
const HAVE_CURRENT_DATA = 2;

/** The next seconds of a camera. */
async function watch(
  video: HTMLVideoElement,
  spec: PreprocessSpec,
  prepare: Prepare,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const began = performance.now();
  return collect(samplePositions(clipTicks(spec), spec), spec, async (tick) => {
    const wait = began + (tick / spec.frameRate) * 1000 - performance.now();
    await abortable(new Promise((later) => setTimeout(later, wait)), signal);
    if (video.readyState < HAVE_CURRENT_DATA)
      throw kinoraError('recognizer/video', 'predict()', 'a <video> that plays', 'one without a frame', {
        hint: 'call it after `await video.play()`',
      });
    return prepare(await createImageBitmap(video));
  });
}

/** The clip of what `picture` gives for its ticks, each asked for once. */
async function collect(
  ticks: Int32Array,
  spec: PreprocessSpec,
  picture: (tick: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const size = spec.crop.height * spec.crop.width * 3;
  const clip = new Uint8Array(clipFrames(spec) * size);
  let before = -1;
  for (const [i, tick] of ticks.entries()) {
    if (tick === before) clip.copyWithin(i * size, (i - 1) * size, i * size);
    else clip.set(await picture(tick), i * size);
    before = tick;
  }
  return clip;
}

function nameOf(source: VideoSource): string {
  if (source instanceof Blob) return source instanceof File ? source.name : 'the video';
  if (!(source instanceof HTMLVideoElement)) return new URL(source, document.baseURI).href;
  if (source.currentSrc !== '' || source.src !== '') return source.currentSrc || source.src;
  throw kinoraError('recognizer/video', 'predict()', 'a <video> with a source', 'one without', {
    hint: 'set its src or srcObject first',
  });
}

/** The whole file: from a server that does not serve parts of it, the browser would play and not seek. Undefined if it is here. */
async function fetchFile(address: string, signal: AbortSignal | undefined): Promise<Blob | undefined> {
  if (/^(blob|data):/.test(address)) return undefined;
  const refuse = (received: string, cause?: unknown): never => {
    throw kinoraError('recognizer/video', address, 'a video that can be fetched', received, { cause });
  };
  const response = await fetch(address, { signal: signal ?? null }).catch((cause) => {
    signal?.throwIfAborted();
    return refuse(String(cause), cause);
  });
  if (!response.ok) refuse(`status ${response.status} ${response.statusText}`.trim());
  return response.blob();
}

async function loaded(
  video: HTMLVideoElement,
  address: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await shown(video, 'loadeddata', name, signal, () => {
    video.src = address;
  });
}

export interface SeekOptions {
  /** Names the video in errors. Default: `the video`. */
  readonly name?: string;
  /** Gives up: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Seeks, and waits until the picture at `time` (seconds) can be read with `createImageBitmap` or drawn: the `seeked` event alone
 * may come before it, and whoever reads the video then gets the picture before, or an `InvalidStateError`. Throws
 * `recognizer/video` where the browser cannot seek or play the video.
 */
export async function seekVideo(
  video: HTMLVideoElement,
  time: number,
  { name = 'the video', signal }: SeekOptions = {},
): Promise<void> {
  await shown(video, 'seeked', name, signal, () => {
    video.currentTime = time;
  });
  if (Number.isFinite(video.duration) && Math.abs(video.currentTime - Math.min(time, video.duration)) > FAR)
    throw kinoraError(
      'recognizer/video',
      name,
      'a video that can be sought',
      `${video.currentTime} s for ${time}`,
    );
}

/** Milliseconds to wait for a picture in a hidden tab, which may not be told of it, and in a visible one. */
const PATIENCE = { hidden: 200, visible: 5000 };

/**
 * Acts, and waits for the event and for the picture: on a busy machine the event comes first, and whoever reads the video then
 * gets the picture before.
 */
async function shown(
  video: HTMLVideoElement,
  event: string,
  name: string,
  signal: AbortSignal | undefined,
  act: () => void,
): Promise<void> {
  const happened = once(video, event, name, signal);
  let pending = true;
  const picture = new Promise<void>((resolve) => {
    video.requestVideoFrameCallback?.(() => resolve());
  });
  act();
  await happened;
  const patience = async (): Promise<void> => {
    const began = performance.now();
    do await new Promise((later) => setTimeout(later, PATIENCE.hidden));
    while (pending && !document.hidden && performance.now() - began < PATIENCE.visible);
  };
  await abortable(Promise.race([picture, patience()]), signal).finally(() => {
    pending = false;
  });
}

/** Settles with the event. Throws `recognizer/video` where the browser gives up on the video. */
async function once(
  video: HTMLVideoElement,
  event: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const listening = new AbortController();
  const happened = new Promise<void>((resolve, reject) => {
    const options = { signal: listening.signal };
    video.addEventListener(event, () => resolve(), options);
    video.addEventListener('error', () => reject(cannotPlay(name, video.error?.message)), options);
  });
  try {
    await abortable(happened, signal);
  } finally {
    listening.abort();
  }
}

/** Recordings of browsers name no duration until somebody seeks beyond their end. */
async function durationOf(
  video: HTMLVideoElement,
  name: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (video.duration === Number.POSITIVE_INFINITY) await seekVideo(video, 1e7, { name, signal });
  if (Number.isFinite(video.duration) && video.duration > 0) return video.duration;
  throw kinoraError('recognizer/video', name, 'a video with an end', `a duration of ${video.duration}`, {
    hint: 'follow a stream with attach()',
  });
}

const cannotPlay = (name: string, received: string | undefined): KinoraError =>
  kinoraError('recognizer/video', name, 'a video that this browser plays', received || 'something else', {
    hint: 'MP4 (H.264) and WebM play in most browsers',
  });

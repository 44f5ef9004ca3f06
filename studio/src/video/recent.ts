/**
 * The last seconds of a running video, as the network sees them: a frame a tick of the spec's rate, prepared in a worker as
 * it is shown. A recording is the part between two moments, and what has just happened can still be kept.
 */
import type { Frames } from '@kinora/clip';
import type { PreprocessSpec } from '@kinora/recognizer';
import type { PrepareAsk } from './prepare-worker.js';

/** Pictures that may wait for the worker; more are left out, and the one before stays, as it does live. */
const MOST_WAITING = 8;

export class RecentFrames {
  readonly #video: HTMLVideoElement;
  readonly #spec: PreprocessSpec;
  readonly #kept: number;
  readonly #worker = new Worker(new URL('./prepare-worker.ts', import.meta.url), { type: 'module' });
  readonly #began = performance.now();
  /** Prepared frames by tick, ascending. */
  readonly #frames = new Map<number, Uint8Array>();
  /** Of ticks that the worker has not answered. */
  readonly #waiting = new Map<number, Waiting>();
  #last = -1;
  #closed = false;

  /** @param seconds that are kept */
  constructor(video: HTMLVideoElement, spec: PreprocessSpec, seconds: number) {
    this.#video = video;
    this.#spec = spec;
    this.#kept = Math.ceil(seconds * spec.frameRate);
    this.#worker.onmessage = ({
      data: { id, prepared },
    }: MessageEvent<{ id: number; prepared: Uint8Array }>) => {
      this.#frames.set(id, prepared);
      for (const old of this.#frames.keys()) if (old < id - this.#kept) this.#frames.delete(old);
      this.#waiting.get(id)?.settle();
      this.#waiting.delete(id);
    };
    void this.#run();
  }

  /** The next seconds. Rejects where the video is closed meanwhile. */
  async next(seconds: number, signal: AbortSignal): Promise<Frames> {
    const count = Math.max(1, Math.round(seconds * this.#spec.frameRate));
    const from = this.#last + 1;
    while (this.#last < from + count - 1) {
      signal.throwIfAborted();
      if (this.#closed)
        throw new Error('The camera was closed before the recording was over. Open it and record again.');
      await pause(1000 / this.#spec.frameRate);
    }
    return this.#between(from, count);
  }

  /** The seconds until now, or fewer where the video has not been running for so long; undefined if it has just begun. */
  async past(seconds: number): Promise<Frames | undefined> {
    const count = Math.min(Math.round(seconds * this.#spec.frameRate), this.#last + 1);
    return count < 2 ? undefined : this.#between(this.#last + 1 - count, count);
  }

  close(): void {
    this.#closed = true;
    this.#worker.terminate();
    for (const { settle } of this.#waiting.values()) settle();
    this.#waiting.clear();
  }

  async #run(): Promise<void> {
    const { frameRate } = this.#spec;
    while (!this.#closed) {
      const tick = Math.floor(((performance.now() - this.#began) / 1000) * frameRate);
      if (tick > this.#last && this.#waiting.size < MOST_WAITING && this.#video.videoWidth > 0)
        await this.#grab(tick);
      await pause(this.#began + ((this.#last + 1) * 1000) / frameRate - performance.now());
    }
  }

  async #grab(tick: number): Promise<void> {
    const bitmap = await createImageBitmap(this.#video).catch(() => undefined);
    this.#last = tick;
    if (bitmap === undefined) return;
    if (this.#closed) return bitmap.close();
    this.#waiting.set(tick, waiting());
    this.#worker.postMessage({ id: tick, bitmap, spec: { ...this.#spec } } satisfies PrepareAsk, [bitmap]);
  }

  /** Waits for what the worker still holds; a tick without a picture of its own shows the one before. */
  async #between(from: number, count: number): Promise<Frames> {
    const until = from + count;
    const own = [...this.#waiting].filter(([tick]) => tick >= from && tick < until);
    await Promise.all(own.map(([, { done }]) => done));
    const { height, width } = this.#spec.crop;
    const size = height * width * 3;
    const data = new Uint8Array(count * size);
    let shown =
      [...this.#frames].filter(([tick]) => tick <= from).at(-1)?.[1] ?? this.#frames.values().next().value;
    for (let i = 0; i < count; i++) {
      shown = this.#frames.get(from + i) ?? shown;
      if (shown !== undefined) data.set(shown, i * size);
    }
    return { data, count, height, width };
  }
}

interface Waiting {
  readonly done: Promise<void>;
  settle(): void;
}

function waiting(): Waiting {
  let settle = (): void => {};
  const done = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { done, settle };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((later) => setTimeout(later, Math.max(1, milliseconds)));

/**
 * Records gestures hands-free: a countdown, the recording, and again. What the camera sees while it counts down is no
 * gesture, so it can be kept as an example of Nothing.
 */
import type { Frames } from '@kinora/clip';
import { NOTHING } from '@kinora/recognizer';
import { countdown } from '../video/countdown.js';
import type { RecentFrames } from '../video/recent.js';
import { adviceOn } from './advice.js';
import type { Lesson } from './lesson.svelte.js';

/** Seconds to get ready: for the first recording, and to put the hand down between two. */
const READY = { first: 3, next: 2 } as const;
/** Recordings of Nothing after which the pauses are no longer kept. */
const MOST_PAUSES = 24;

export interface Recording {
  /** Id of the gesture. */
  readonly gesture: string;
  readonly phase: 'ready' | 'recording' | 'saving';
  /** Seconds until it starts. */
  readonly left: number;
  /** Which of how many, from 1. */
  readonly take: number;
  readonly takes: number;
}

export class Recorder {
  readonly #lesson: Lesson;
  readonly #geometry: string;
  readonly #seconds: number;
  #stop: AbortController | undefined;
  now = $state.raw<Recording>();
  /** What was wrong with the last recording, or with recording at all. */
  advice = $state('');
  /** Whether the pauses between recordings become examples of Nothing. */
  keepPauses = $state(true);

  /** @param seconds of one recording */
  constructor(lesson: Lesson, geometry: string, seconds: number) {
    this.#lesson = lesson;
    this.#geometry = geometry;
    this.#seconds = seconds;
  }

  /** Records a gesture so many times. What has been recorded stays when it is stopped. */
  async record(gesture: string, takes: number, recent: RecentFrames): Promise<void> {
    this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    this.advice = '';
    try {
      for (let take = 1; take <= takes; take++) {
        const shared = { gesture, take, takes };
        const seconds = take === 1 ? READY.first : READY.next;
        for await (const left of countdown(seconds)) {
          stop.signal.throwIfAborted();
          this.now = { ...shared, phase: 'ready', left };
        }
        stop.signal.throwIfAborted();
        // Without its last moment, in which the gesture may have begun.
        const pause = this.keepPauses ? await recent.past(seconds - 0.25) : undefined;
        this.now = { ...shared, phase: 'recording', left: 0 };
        const frames = await recent.next(this.#seconds, stop.signal);
        this.now = { ...shared, phase: 'saving', left: 0 };
        await this.#keep(gesture, frames, pause);
      }
    } catch (error) {
      if (!stop.signal.aborted) this.advice = (error as Error).message;
    }
    if (this.#stop === stop) this.now = undefined;
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.now = undefined;
  }

  async #keep(gesture: string, frames: Frames, pause: Frames | undefined): Promise<void> {
    this.advice = adviceOn(frames);
    await this.#lesson.record(gesture, frames, this.#geometry);
    const nothing = this.#lesson.gestures.find(({ label }) => label === NOTHING);
    if (pause === undefined || nothing === undefined || gesture === nothing.id) return;
    if (nothing.takes.length < MOST_PAUSES) await this.#lesson.record(nothing.id, pause, this.#geometry);
  }
}

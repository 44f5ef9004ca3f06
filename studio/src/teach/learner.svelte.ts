/**
 * Learns a lesson on the features of the open network, anew after every change: the head answers at once, and its check on
 * held-out recordings follows while the page goes on.
 */
import {
  type BrowserRecognizer,
  type Check,
  type Head,
  isTakeFor,
  leaveOneOut,
  NOTHING,
  takeFor,
  takeGeometry,
  takeWindows,
  trainHead,
} from '@kinora/recognizer';
import type { Lesson, TaughtGesture, TaughtTake } from './lesson.svelte.js';
import { framesOf } from './trim.js';

/** Windows in one run of the network. */
const BATCH = 4;

export class Learner {
  readonly #recognizer: BrowserRecognizer;
  readonly #lesson: Lesson;
  /** A later change overtakes what is being learned. */
  #turn = 0;
  head = $state.raw<Head>();
  /** Of the head in use; it grows while recordings are held out one after the other. */
  check = $state.raw<Check>();
  /** Recordings whose features are still to be computed. */
  waiting = $state(0);
  problem = $state('');

  constructor(recognizer: BrowserRecognizer, lesson: Lesson) {
    this.#recognizer = recognizer;
    this.#lesson = lesson;
  }

  get geometry(): string {
    return takeGeometry(this.#recognizer.info.spec);
  }

  /** Whether the open network can learn from a recording. */
  isUsable({ geometry }: TaughtTake): boolean {
    return isTakeFor(geometry, this.geometry);
  }

  /** What keeps the lesson from being learned; empty if nothing. */
  obstacle(gestures: readonly TaughtGesture[]): string {
    const ready = this.#ready(gestures).filter(({ label }) => label !== NOTHING);
    const names = ready.map(({ label }) => label.trim());
    if (ready.length === 0) return 'Record a gesture, and it is recognised at once.';
    if (names.includes('') || names.includes(NOTHING) || new Set(names).size < names.length)
      return 'Give every gesture a name of its own.';
    return '';
  }

  async learn(gestures: readonly TaughtGesture[]): Promise<void> {
    const turn = ++this.#turn;
    const overtaken = (): boolean => turn !== this.#turn;
    try {
      const ready = this.#ready(gestures);
      await this.#computeFeatures(
        ready.flatMap(({ takes }) => takes),
        overtaken,
      );
      if (overtaken()) return;
      if (this.obstacle(gestures) !== '') return await this.#use(undefined);
      const { fingerprint, postprocess } = this.#recognizer.info;
      const classes = ready.map(({ label, takes }) => ({
        label: label.trim(),
        takes: takes.map((take) => this.#lesson.features(take, fingerprint)!),
      }));
      const options = { background: postprocess.background };
      const head = await trainHead(classes, options);
      if (overtaken()) return;
      await this.#use(head);
      for await (const check of leaveOneOut(classes, options)) {
        if (overtaken()) return;
        this.check = check;
      }
      this.problem = '';
    } catch (error) {
      if (!overtaken()) this.problem = (error as Error).message;
    }
  }

  /** The network answers with its own labels again. */
  async close(): Promise<void> {
    this.#turn++;
    await this.#recognizer.useGestures(null);
  }

  async #use(head: Head | undefined): Promise<void> {
    this.check = undefined;
    this.head = head;
    await this.#recognizer.useGestures(head ?? null);
  }

  #ready(gestures: readonly TaughtGesture[]): TaughtGesture[] {
    return gestures
      .map((one) => ({ ...one, takes: one.takes.filter((take) => this.isUsable(take)) }))
      .filter(({ takes }) => takes.length > 0);
  }

  /** Runs every window of recordings that this network has not seen. */
  async #computeFeatures(takes: readonly TaughtTake[], overtaken: () => boolean): Promise<void> {
    const { spec, fingerprint } = this.#recognizer.info;
    const fresh = takes.filter((take) => this.#lesson.features(take, fingerprint) === undefined);
    this.waiting = fresh.length;
    for (const take of fresh) {
      const frames = framesOf(take.frames, take.part);
      const clips = takeWindows(takeFor(frames, take.geometry, this.geometry)!, spec);
      const size = spec.frames * spec.clips * frames.height * frames.width * 3;
      const windows: Float32Array[] = [];
      for (let at = 0; at < clips.length; at += BATCH * size) {
        const few = await this.#recognizer.predictPrepared(clips.slice(at, at + BATCH * size));
        windows.push(...few.map(({ features }) => features));
      }
      await this.#lesson.keepFeatures(take, { fingerprint, windows });
      if (overtaken()) return;
      this.waiting--;
    }
  }
}

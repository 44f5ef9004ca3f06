/**
 * The lesson: the reader's gestures and the recordings of each. Every change is stored as it is made, so that it outlives a
 * reload, another room and a crash, and whatever is removed can be brought back. It knows nothing of networks.
 */
import type { Frames } from '@kinora/clip';
import { type Lesson as LessonFile, NOTHING, takeFor } from '@kinora/recognizer';
import { rgbImage } from '../design/paint.js';
import {
  featuresId,
  openTeachStore,
  type StoredFeatures,
  type StoredGesture,
  type StoredTake,
  type TeachStore,
} from './store.js';
import { framesOf, type Part } from './trim.js';

export interface TaughtTake extends StoredTake {
  /** The middle frame of what is learned of it. */
  readonly picture: ImageData;
}

export interface TaughtGesture extends StoredGesture {
  readonly takes: readonly TaughtTake[];
}

/** Something that was removed, for a sentence. */
interface Removal {
  readonly what: string;
  readonly gestures: readonly string[];
  readonly takes: readonly string[];
}

/** Fresh gestures, under names that nobody has to keep. */
const FIRST = ['Gesture 1', 'Gesture 2', NOTHING];

export class Lesson {
  /** Undefined where the browser stores nothing; `problem` then says so. */
  readonly #store: TeachStore | undefined;
  /** By the id of the recording. */
  readonly #features = new Map<string, StoredFeatures>();
  #all = $state.raw<readonly TaughtGesture[]>([]);
  #removals = $state.raw<readonly Removal[]>([]);
  problem = $state('');

  private constructor(store: TeachStore | undefined) {
    this.#store = store;
  }

  /** With what was stored before. */
  static async open(): Promise<Lesson> {
    let store: TeachStore | undefined;
    let problem = '';
    try {
      store = await openTeachStore();
    } catch (error) {
      problem = (error as Error).message;
    }
    const lesson = new Lesson(store);
    lesson.problem = problem;
    await lesson.#read();
    return lesson;
  }

  /** In order; Nothing is the last. */
  get gestures(): readonly TaughtGesture[] {
    return this.#all
      .filter(({ removed }) => removed === undefined)
      .map((one) => ({ ...one, takes: one.takes.filter(({ removed }) => removed === undefined) }));
  }

  /** What `undo` would bring back; undefined if nothing. */
  get undoable(): string | undefined {
    return this.#removals.at(-1)?.what;
  }

  add(label = this.#freshName()): string {
    const id = crypto.randomUUID();
    const last = this.#all.findLast(({ label }) => label !== NOTHING)?.order ?? 0;
    const order = label === NOTHING ? Number.MAX_SAFE_INTEGER : last + 1;
    this.#all = [...this.#all, { id, label, order, takes: [] }].sort((a, b) => a.order - b.order);
    void this.#put({ gestures: [{ id, label, order }] });
    return id;
  }

  rename(id: string, label: string): void {
    this.#change(id, { label });
  }

  /** Stores it, too; a browser that refuses is told of in `problem`, and the recording stays in the page. */
  async record(gesture: string, frames: Frames, geometry: string, made = Date.now()): Promise<void> {
    const take: StoredTake = { id: crypto.randomUUID(), gesture, made, frames, geometry };
    this.#all = this.#all.map((one) =>
      one.id === gesture ? { ...one, takes: [...one.takes, shown(take)] } : one,
    );
    await this.#put({ takes: [take] });
  }

  /** Learns this part of a recording from now on; undefined: all of it. */
  trim(gesture: string, take: string, part: Part | undefined): void {
    const cut = ({ part: _, picture: __, ...others }: TaughtTake): TaughtTake =>
      shown({ ...others, ...(part && { part }) });
    this.#all = this.#all.map((one) =>
      one.id === gesture
        ? { ...one, takes: one.takes.map((own) => (own.id === take ? cut(own) : own)) }
        : one,
    );
    const changed = this.#all.flatMap(({ takes }) => takes.filter(({ id }) => id === take));
    void this.#put({ takes: changed.map(bareTake) });
  }

  removeTake(gesture: string, take: string): void {
    const { label, takes } = this.gestures.find(({ id }) => id === gesture)!;
    const place = takes.findIndex(({ id }) => id === take) + 1;
    this.#remove({ what: `take ${place} of “${label}”`, gestures: [], takes: [take] });
  }

  /** With its recordings. */
  removeGesture(gesture: string): void {
    const { label } = this.gestures.find(({ id }) => id === gesture)!;
    this.#remove({ what: `“${label}”`, gestures: [gesture], takes: [] });
  }

  /** Every gesture and recording, for a fresh start. */
  removeAll(): void {
    const gestures = this.gestures.filter(({ label }) => label !== NOTHING).map(({ id }) => id);
    const takes = this.gestures
      .flatMap(({ label, takes }) => (label === NOTHING ? takes : []))
      .map(({ id }) => id);
    this.#remove({ what: 'the whole lesson', gestures, takes });
    for (const label of FIRST) if (label !== NOTHING) this.add(label);
  }

  undo(): void {
    const last = this.#removals.at(-1);
    if (last === undefined) return;
    this.#removals = this.#removals.slice(0, -1);
    this.#mark(last, undefined);
  }

  /** Adds a file's recordings to gestures of the same name; those that are there already are left out. Returns how many came. */
  async merge({ geometry, gestures }: LessonFile): Promise<number> {
    let added = 0;
    for (const { label, takes } of gestures) {
      const fits = this.gestures.find((one) => one.label === label);
      const id = fits?.id ?? this.add(label);
      const known = new Set(fits?.takes.map(({ made }) => made));
      for (const { made, frames } of takes) {
        if (known.has(made)) continue;
        // On its own memory: the file's would be stored with every recording.
        await this.record(id, { ...frames, data: frames.data.slice() }, geometry, made);
        added++;
      }
    }
    this.#dropUnused();
    return added;
  }

  /** The recordings of this geometry, as a file has them. */
  file(geometry: string): LessonFile {
    return {
      geometry,
      gestures: this.gestures.map(({ label, takes }) => ({
        label,
        takes: takes.flatMap(({ made, frames, part, geometry: own }) => {
          const fitting = takeFor(framesOf(frames, part), own, geometry);
          return fitting === undefined ? [] : [{ made, frames: fitting }];
        }),
      })),
    };
  }

  /** Gestures of a new lesson that got neither a name nor a recording. */
  #dropUnused(): void {
    const filled = this.gestures.filter(({ takes }) => takes.length > 0).length;
    const unused = this.gestures.filter(
      ({ label, takes }) => FIRST.includes(label) && label !== NOTHING && takes.length === 0,
    );
    if (filled < 2) return;
    for (const { id } of unused) this.#change(id, { removed: Date.now() });
  }

  /** What the network with this fingerprint made of the windows of what is learned of a recording, if it has. */
  features(take: TaughtTake, fingerprint: string): readonly Float32Array[] | undefined {
    const known = this.#features.get(featuresId(take));
    return known?.fingerprint === fingerprint ? known.windows : undefined;
  }

  keepFeatures(take: TaughtTake, made: Omit<StoredFeatures, 'id'>): Promise<void> {
    const features = { id: featuresId(take), ...made };
    this.#features.set(features.id, features);
    return this.#put({ features: [features] });
  }

  #freshName(): string {
    const names = new Set(this.gestures.map(({ label }) => label));
    let count = this.gestures.length;
    while (names.has(`Gesture ${count}`)) count++;
    return `Gesture ${count}`;
  }

  #remove(removal: Removal): void {
    this.#removals = [...this.#removals, removal];
    this.#mark(removal, Date.now());
  }

  #mark({ gestures, takes }: Removal, removed: number | undefined): void {
    const withMark = <T extends { removed?: number }>(one: T): T => {
      const { removed: _, ...others } = one;
      return (removed === undefined ? others : { ...others, removed }) as T;
    };
    this.#all = this.#all.map((one) => ({
      ...(gestures.includes(one.id) ? withMark(one) : one),
      takes: one.takes.map((take) => (takes.includes(take.id) ? withMark(take) : take)),
    }));
    void this.#put({
      gestures: this.#all.filter(({ id }) => gestures.includes(id)).map(bareGesture),
      takes: this.#all.flatMap((one) => one.takes.filter(({ id }) => takes.includes(id))).map(bareTake),
    });
  }

  #change(id: string, changes: Partial<StoredGesture>): void {
    this.#all = this.#all.map((one) => (one.id === id ? { ...one, ...changes } : one));
    void this.#put({ gestures: this.#all.filter((one) => one.id === id).map(bareGesture) });
  }

  async #read(): Promise<void> {
    const { gestures, takes, features } = (await this.#store?.read().catch((error: Error) => {
      this.problem = error.message;
    })) ?? { gestures: [], takes: [], features: [] };
    for (const one of features) this.#features.set(one.id, one);
    this.#all = gestures.map((one) => ({
      ...one,
      takes: takes.filter(({ gesture }) => gesture === one.id).map(shown),
    }));
    this.#removals = [
      ...gestures
        .filter(({ removed }) => removed !== undefined)
        .map(({ id, label, removed }) => ({ what: `“${label}”`, gestures: [id], takes: [], removed })),
      ...takes
        .filter(({ removed }) => removed !== undefined)
        .map(({ id, gesture, removed }) => {
          const label = gestures.find((one) => one.id === gesture)?.label ?? '';
          return { what: `a take of “${label}”`, gestures: [], takes: [id], removed };
        }),
    ].sort((a, b) => a.removed! - b.removed!);
    for (const label of FIRST)
      if (label === NOTHING ? !this.#all.some((one) => one.label === NOTHING) : this.#all.length < 2)
        this.add(label);
  }

  async #put(records: Parameters<TeachStore['put']>[0]): Promise<void> {
    try {
      await this.#store?.put(records);
    } catch (error) {
      this.problem = (error as Error).message;
    }
  }
}

const shown = (take: StoredTake): TaughtTake => ({
  ...take,
  picture: pictureAt(framesOf(take.frames, take.part)),
});
const bareGesture = ({ takes: _, ...gesture }: TaughtGesture): StoredGesture => gesture;
const bareTake = ({ picture: _, ...take }: TaughtTake): StoredTake => take;

/** A frame of a recording; the middle one if not said. */
export function pictureAt({ data, count, height, width }: Frames, frame = Math.floor(count / 2)): ImageData {
  return rgbImage(data, frame * height * width * 3, height, width);
}

let opened: Promise<Lesson> | undefined;

/** The lesson of this page, whichever room asks. */
export function openLesson(): Promise<Lesson> {
  opened ??= Lesson.open();
  return opened;
}

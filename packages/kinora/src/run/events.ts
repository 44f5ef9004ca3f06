/**
 * TensorBoard event files of a run: one for each session (start or resume) of training, in one folder, which
 * TensorBoard reads in the order of their names.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { KinoraError, serialize } from '@kinora/torch';
import { AppendFile } from './append-file.js';
import {
  encodeEvent,
  fileVersion,
  histogramSummary,
  type Image,
  imageSummary,
  scalarSummary,
  sessionStart,
  stepOf,
} from './event.js';
import { makeHistogram } from './histogram.js';
import { FRAME_SIZE, frameRecord, readRecords } from './records.js';

const PREFIX = 'events.out.tfevents.';

const now = (): number => Date.now() / 1000;

export class EventWriter {
  readonly #file: AppendFile;

  /**
   * Starts a new event file in `folder`. On resume, cut the folder back with `truncateEvents` first and give the step
   * of the checkpoint as `resumedAt`, so that a TensorBoard that is watching forgets the later steps too.
   */
  constructor(folder: string, { resumedAt }: { resumedAt?: number } = {}) {
    mkdirSync(folder, { recursive: true });
    this.#file = new AppendFile(join(folder, nextName(folder)));
    this.#write(0, fileVersion());
    if (resumedAt !== undefined) this.#write(resumedAt + 1, sessionStart());
  }

  get path(): string {
    return this.#file.path;
  }

  /** `wallTime` in seconds since 1970. Stored as float32, as TensorBoard does. */
  scalar(tag: string, value: number, step: number, wallTime?: number): void {
    this.#write(step, scalarSummary(tag, value), wallTime);
  }

  /** Throws `log/histogram` unless all values are finite. */
  histogram(tag: string, values: ArrayLike<number>, step: number, wallTime?: number): void {
    this.#write(step, histogramSummary(tag, makeHistogram(tag, values)), wallTime);
  }

  image(tag: string, image: Image, step: number, wallTime?: number): void {
    const expected = image.height * image.width * image.channels;
    if (image.data.length !== expected || expected === 0) throw wrongImage(tag, image);
    this.#write(step, imageSummary(tag, image), wallTime);
  }

  /** Waits until everything is on the disk. */
  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }

  #write(step: number, content: Uint8Array, wallTime = now()): void {
    this.#file.append(frameRecord(encodeEvent(wallTime, step, content)));
  }
}

/** `events.out.tfevents.<seconds>.<host>.<process>`: behind all others, even if the clock went back. */
function nextName(folder: string): string {
  const last = Number(eventFiles(folder).at(-1)?.slice(PREFIX.length).split('.')[0] ?? 0);
  const seconds = Math.max(Math.floor(now()), last + 1);
  return `${PREFIX}${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}`;
}

const eventFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(PREFIX))
    .sort();

/**
 * Cuts all event files of a folder back to `step`: events of later steps are dropped, and a torn record at the end of
 * a file with them. A file that changes is replaced atomically. Returns how many whole events were dropped.
 */
export function truncateEvents(folder: string, step: number): number {
  if (!existsSync(folder)) return 0;
  let dropped = 0;
  for (const name of eventFiles(folder)) dropped += truncateFile(join(folder, name), step);
  return dropped;
}

function truncateFile(path: string, step: number): number {
  return serialize.withFile(path, (source) => {
    const { kept, all, wholeBytes } = survey(source, step);
    if (kept === all && wholeBytes === source.size) return 0;
    serialize.writeAtomically(path, (sink) => {
      for (const event of readRecords(source)) if (stepOf(event) <= step) sink.write(frameRecord(event));
    });
    return all - kept;
  });
}

function survey(
  source: serialize.ByteSource,
  step: number,
): { kept: number; all: number; wholeBytes: number } {
  let [kept, all, wholeBytes] = [0, 0, 0];
  for (const event of readRecords(source)) {
    all++;
    if (stepOf(event) <= step) kept++;
    wholeBytes += event.length + FRAME_SIZE;
  }
  return { kept, all, wholeBytes };
}

function wrongImage(where: string, { height, width, channels, data }: Image): KinoraError {
  const expected = `an image of ${height} x ${width} x ${channels} bytes`;
  return new KinoraError({ code: 'log/image', where, expected, received: `${data.length} bytes` });
}

/**
 * The log of a run, `metrics.jsonl`: one JSON object a line, each with its `step`. Numbers keep every digit, so that a resumed run can be
 * compared with an uninterrupted one bit for bit; NaN and the infinities, which JSON lacks, are written as their names.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import { KinoraError, kinoraError, serialize } from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import { MEBIBYTE, readBounded } from '../files/bounded.js';
import { writeWhole } from '../files/record.js';
import { runFolder, runFolderOf } from './run-folder.js';

export type MetricValue = number | string | boolean | null;
/** One line: a step has `loss` and `lr`; the end of an epoch has `finished_epoch` and the averages of `EpochMetrics`. */
export type MetricsRecord = { readonly step: number } & { readonly [name: string]: MetricValue };

const NAMED_NUMBERS = new Map<string, number>(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((number) => [String(number), number]),
);

export class MetricsLog {
  readonly #file: AppendFile;

  /** Continues the file at `path`, or starts it. A line torn by a kill is dropped first. */
  constructor(readonly path: string) {
    keepMetrics(path, () => true);
    this.#file = new AppendFile(path);
  }

  write(record: MetricsRecord): void {
    const json = JSON.stringify(record, (_, value: MetricValue) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
    this.#file.append(Buffer.from(`${json}\n`));
  }

  /** Waits until everything is on the disk. */
  flush(): void {
    this.#file.flush();
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * The records of a run, steps and epochs in the order in which they happened. A last line that is still being written, or
 * was torn by a kill, is left out, so a run can be read while it trains.
 *
 * @param path a run folder such as `runs/demo`, or its `metrics.jsonl`
 * @throws KinoraError `file/*` if there is no such file, `log/metrics` with the line that is not a record
 */
export function readMetrics(path: string): MetricsRecord[] {
  const file = isFolder(path) ? runFolder(path).metrics : path;
  return wholeLines(readText(file)).map((line, i) => parseLine(file, i + 1, line));
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Cuts a metrics file back to `step`: records of later steps are dropped, and a torn last line with them. Replaced
 * atomically if it changes; a file that is not there is left so. Returns how many records were dropped.
 */
export function truncateMetrics(path: string, step: number): number {
  return keepMetrics(path, (record) => record.step <= step);
}

/** As `truncateMetrics`, for any choice of the records to keep. */
export function keepMetrics(path: string, keep: (record: MetricsRecord) => boolean): number {
  const { dropped, apply } = planCut(path, keep);
  apply();
  return dropped;
}

/** How a log will be cut back, so that several can be checked before the first one changes. */
export interface LogCut {
  /** Records that are not kept. */
  readonly dropped: number;
  apply(): void;
}

/** Reads and checks the whole file; writes nothing until `apply`. A file that is not there is left so. */
export function planCut(path: string, keep: (record: MetricsRecord) => boolean): LogCut {
  if (!existsSync(path)) return { dropped: 0, apply: () => undefined };
  const content = readText(path);
  const lines = wholeLines(content);
  const kept = lines.filter((line, i) => keep(parseLine(path, i + 1, line)));
  const text = kept.map((line) => `${line}\n`).join('');
  return { dropped: lines.length - kept.length, apply: () => text !== content && writeWhole(path, text) };
}

/** Millions of steps, and no more than a string can hold. */
const LIMIT = 511 * MEBIBYTE;

function readText(path: string): string {
  try {
    return readBounded(path, { expected: 'a metrics file', limit: LIMIT }).toString('utf8');
  } catch (cause) {
    throw cause instanceof KinoraError ? cause : serialize.fileError(path, 'a readable metrics file', cause);
  }
}

/** Every line that its line feed completes. */
const wholeLines = (text: string): string[] => text.split('\n').slice(0, -1);

function parseLine(path: string, number: number, line: string): MetricsRecord {
  const fail = (received: string) =>
    kinoraError('log/metrics', `${path}:${number}`, 'a JSON object with a step', received);
  let record: unknown;
  try {
    record = JSON.parse(line, (_, value) =>
      typeof value === 'string' ? (NAMED_NUMBERS.get(value) ?? value) : value,
    );
  } catch {
    throw fail(shortened(line));
  }
  if (typeof record !== 'object' || record === null || !('step' in record) || !Number.isInteger(record.step))
    throw fail(shortened(line));
  return record as MetricsRecord;
}

const shortened = (line: string): string => (line.length > 60 ? `${line.slice(0, 60)}...` : line);

/**
 * A file that grows by whole records: each is one write, and one that fails half-way (a full disk) is taken back,
 * so that only a killed process or a power cut can leave a torn record, and only at the end.
 */

export class AppendFile {
  readonly #file: number;
  #size: number;

  /** Opens or creates `path`. */
  constructor(readonly path: string) {
    try {
      this.#file = openSync(path, 'a');
    } catch (cause) {
      throw serialize.fileError(path, 'a log file to write to', cause);
    }
    this.#size = fstatSync(this.#file).size;
  }

  append(record: Uint8Array): void {
    try {
      for (let done = 0; done < record.length; ) done += writeSync(this.#file, record, done);
      this.#size += record.length;
    } catch (cause) {
      ftruncateSync(this.#file, this.#size);
      throw serialize.fileError(this.path, 'room for a log record', cause);
    }
  }

  /** Waits until everything is on the disk: before a checkpoint that counts on it. */
  flush(): void {
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The epochs that a run's training logged. */

/** One epoch as logged; shares between 0 and 1, what was not measured is left out. */
export interface EpochMetrics {
  epoch: number;
  loss?: number | undefined;
  top1?: number | undefined;
  top5?: number | undefined;
  val_loss?: number | undefined;
  val_top1?: number | undefined;
  val_top5?: number | undefined;
  /** Learning rate at the end of the epoch. */
  lr?: number | undefined;
}

/**
 * The finished epochs of a run, in order; none for a network that was trained elsewhere.
 *
 * @param run a run folder such as `runs/demo`, or the configuration of a run
 */
export function epochMetrics(run: string | Pick<RunConfig, 'outputDir' | 'name'>): EpochMetrics[] {
  const { metrics } = typeof run === 'string' ? runFolder(run) : runFolderOf(run);
  if (!existsSync(metrics)) return [];
  return readMetrics(metrics)
    .filter((record) => record.finished_epoch !== undefined)
    .map(({ finished_epoch, ...values }: MetricsRecord) => ({
      epoch: Number(finished_epoch),
      ...(values as Omit<EpochMetrics, 'epoch'>),
    }));
}

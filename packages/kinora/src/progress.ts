/**
 * Progress reports of long-running work: an interface for training, evaluation, rendering and unpacking, independent of
 * how it is displayed. The command line draws a bar or prints lines; a library call is silent by default.
 */

/** One piece of work with a known or unknown length. */
export interface ProgressTask {
  /** `done` units are finished so far (a total, not an increment); `note` is a short text such as `loss 1.234`. */
  update(done: number, note?: string): void;
  /** Ends the task: a bar disappears; otherwise a last line is printed. */
  finish(note?: string): void;
}

export interface ProgressOptions {
  /** Total number of units; absent if unknown. */
  total?: number;
  /** The unit, in the plural: `clips`, `frames`, `MB`. */
  unit?: string;
  /** Units already done by an earlier process, which do not count towards the speed. */
  start?: number;
  /** If lines are printed: at least one line per this many updates (the configuration's printSteps). */
  every?: number;
}

/** Where a long operation reports what it does. */
export interface Progress {
  task(label: string, options?: ProgressOptions): ProgressTask;
  /** Prints one permanent line, such as an epoch's result or a warning. */
  log(line: string): void;
}

/** Ignores all progress. */
export const silent: Progress = {
  task: () => ({ update() {}, finish() {} }),
  log() {},
};

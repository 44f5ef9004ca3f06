/**
 * What long work tells about itself while it runs: a leaf that training, evaluation, rendering and unpacking import
 * without knowing who listens. The command line draws a bar or prints lines; a library call is silent by default.
 */

/** One piece of work with a known or unknown length. */
export interface ProgressTask {
  /** `done` units are finished so far (not the increment); `note` is a short live text such as `loss 1.234`. */
  update(done: number, note?: string): void;
  /** Ends the task; a bar disappears, a last line is printed elsewhere. */
  finish(note?: string): void;
}

export interface ProgressOptions {
  /** Units in all; left out where nobody knows. */
  total?: number;
  /** What is counted, in the plural: `clips`, `frames`, `MB`. */
  unit?: string;
  /** Units already done by an earlier process: they do not count towards the speed. */
  start?: number;
  /** Where lines are printed: a line at least every so many updates (the configuration's print_freq). */
  every?: number;
}

export interface Progress {
  task(label: string, options?: ProgressOptions): ProgressTask;
  /** One line that stays: an epoch's result, a warning. */
  log(line: string): void;
}

/** Listens to nothing. */
export const silent: Progress = {
  task: () => ({ update() {}, finish() {} }),
  log() {},
};

/** How far a training is, from its run folder: the log grows by whole lines, and only what is new is read. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../../../config/index.js';
import { configOfRunFolder, runFolder } from '../../../run/run-folder.js';
import type { Progress } from '../api/contract.js';

interface Line {
  readonly step?: number;
  readonly loss?: number | string;
  readonly finished_epoch?: number;
  readonly top1?: number;
  readonly val_top1?: number;
}

/** Seconds over which the speed is measured. */
const WINDOW = 30;

export class RunProgress {
  readonly #folder: string;
  readonly #now: () => number;
  #config: RunConfig | undefined;
  #offset = 0;
  #step = 0;
  #epoch = 0;
  #perEpoch: number | null = null;
  #loss: number | null = null;
  #top1: number | null = null;
  #validation: number | null = null;
  readonly #seen: { readonly time: number; readonly step: number }[] = [];

  /** @param now seconds of a monotonic clock */
  constructor(project: string, run: string, now = () => performance.now() / 1000) {
    this.#folder = join(project, 'runs', run);
    this.#now = now;
  }

  /** Reads on. Undefined before the first step. */
  async read(): Promise<Progress | undefined> {
    const before = this.#step;
    this.#readOn();
    if (this.#step === 0) return undefined;
    this.#config ??= await configOfRunFolder(this.#folder).catch(() => undefined);
    const time = this.#now();
    if (this.#step !== before || this.#seen.length === 0) this.#seen.push({ time, step: this.#step });
    while (this.#seen.length > 2 && time - this.#seen[0]!.time > WINDOW) this.#seen.shift();
    return this.#state(time);
  }

  #state(time: number): Progress {
    const { batchSize = 0, epochs = -1, maxSteps = null } = this.#config ?? {};
    const [first] = this.#seen;
    const elapsed = time - first!.time;
    const pace = elapsed > 0 && this.#step > first!.step ? (this.#step - first!.step) / elapsed : null;
    const byEpochs = epochs > 0 && this.#perEpoch !== null ? epochs * this.#perEpoch : null;
    const steps = maxSteps === null ? byEpochs : Math.min(maxSteps, byEpochs ?? maxSteps);
    return {
      step: this.#step,
      steps,
      epoch: this.#epoch,
      epochs: epochs > 0 ? epochs : null,
      loss: this.#loss,
      top1: this.#top1,
      validationTop1: this.#validation,
      clipsPerSecond: pace === null || batchSize === 0 ? null : pace * batchSize,
      secondsLeft: pace === null || steps === null ? null : Math.max(0, (steps - this.#step) / pace),
    };
  }

  #readOn(): void {
    const { metrics } = runFolder(this.#folder);
    if (!existsSync(metrics)) return;
    const file = openSync(metrics, 'r');
    try {
      const { size } = fstatSync(file);
      if (size < this.#offset) this.#restart(); // cut back by a resume
      for (;;) {
        const buffer = Buffer.alloc(Math.min(CHUNK, size - this.#offset));
        const read = buffer.length === 0 ? 0 : readSync(file, buffer, 0, buffer.length, this.#offset);
        const end = buffer.subarray(0, read).lastIndexOf(10) + 1;
        if (end === 0) return;
        this.#offset += end;
        for (const line of buffer.toString('utf8', 0, end - 1).split('\n')) this.#take(line);
      }
    } finally {
      closeSync(file);
    }
  }

  #restart(): void {
    [this.#offset, this.#step, this.#epoch] = [0, 0, 0];
    this.#seen.length = 0;
  }

  #take(text: string): void {
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
    } catch {
      return; // the run reports a damaged log itself
    }
    if (typeof line.step === 'number') this.#step = line.step;
    if (line.finished_epoch !== undefined) {
      this.#epoch = line.finished_epoch; // counted from 1
      this.#perEpoch = Math.round(this.#step / Math.max(1, this.#epoch));
      this.#top1 = number(line.top1);
      this.#validation = number(line.val_top1);
    } else this.#loss = number(line.loss);
  }
}

const CHUNK = 1 << 20;

const number = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** The playground as the page sees it: the reader's choices, what the worker has reported, and whether it trains. */
import type { Both, Report, SlowStep, Test } from './engine/laboratory.js';
import { MOST_STEPS, type Moment, type Setting } from './engine/setting.js';
import type { Answer, Question } from './engine/worker.js';

/** Steps a second. */
export const PACES = { slow: 2, fast: 25 } as const;
export type Pace = keyof typeof PACES;

/** Steps that a worker does at once while a link is being restored. */
const AT_ONCE = 10;

export class Playground {
  setting = $state.raw<Setting>() as Setting;
  /** The pair of clips that is watched. */
  clip = $state(0);
  pace = $state<Pace>('fast');
  /** Whether it trains by itself. */
  running = $state(false);
  /** The step that a link or a lesson is training up to; 0 if none. */
  target = $state(0);
  report = $state.raw<Report>();
  /** Of every step so far. */
  losses = $state.raw<readonly Both<number>[]>([]);
  tests = $state.raw<readonly Test[]>([]);
  /** The latest step in slow motion. */
  slow = $state.raw<SlowStep>();
  problem = $state('');
  /** The mean of the last steps of both networks, in milliseconds; 0 before the first. */
  duration = $state(0);

  readonly #worker: Worker;
  #answered: ((answer: Answer) => void) | undefined;
  /** Questions so far, answered in order. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Changes with every new training: what an earlier one still reports is dropped. */
  #training = 0;
  /** Whether a loop of steps is under way. */
  #looping = false;

  constructor(moment: Moment) {
    this.#worker = new Worker(new URL('./engine/worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#answered?.(data);
    this.#worker.onerror = (event) => {
      this.problem = `The networks can't train here: ${event.message || 'the worker did not start'}`;
      this.running = false;
    };
    this.restore(moment);
  }

  get step(): number {
    return this.report?.step ?? 0;
  }

  get accuracy(): Both<number> | undefined {
    return this.tests.at(-1)?.accuracy;
  }

  get done(): boolean {
    return this.step >= MOST_STEPS;
  }

  /** Starts a training anew, and repeats its steps up to the moment. */
  restore({ setting, step, clip }: Moment): void {
    this.clip = clip;
    this.#open(setting);
    this.trainTo(step);
  }

  /** Chooses something, which starts a new training. */
  change(part: Partial<Setting>): void {
    this.#open({ ...this.setting, ...part });
  }

  reset(): void {
    this.#open(this.setting);
  }

  /** Trains as fast as possible up to a step, and then stops. */
  trainTo(step: number): void {
    this.target = step > this.step ? Math.min(step, MOST_STEPS) : 0;
    if (this.target > 0) void this.#loop();
  }

  toggle(): void {
    this.running = !this.running && !this.done;
    this.target = 0;
    if (this.running) void this.#loop();
  }

  /** One step, whose parts can then be looked at. */
  async stepSlowly(): Promise<void> {
    this.running = false;
    this.target = 0;
    if (!this.done) await this.#advance(1, true);
  }

  watch(clip: number): void {
    this.clip = clip;
    void this.#advance(0);
  }

  close(): void {
    this.running = false;
    this.target = 0;
    this.#training++;
    this.#worker.terminate();
  }

  #open(setting: Setting): void {
    this.#training++;
    this.setting = setting;
    this.running = false;
    this.target = 0;
    this.losses = [];
    this.tests = [];
    this.slow = undefined;
    this.report = undefined;
    this.problem = '';
    this.duration = 0;
    void this.#ask({ open: setting, runtime: new URL('./runtime/', document.baseURI).href });
    void this.#advance(0);
  }

  async #loop(): Promise<void> {
    if (this.#looping) return;
    this.#looping = true;
    const training = this.#training;
    while (training === this.#training && (this.running || this.target > this.step)) {
      const due = performance.now() + 1000 / PACES[this.pace];
      await this.#advance(this.target > 0 ? Math.min(AT_ONCE, this.target - this.step) : 1);
      if (this.done || this.problem !== '') this.running = false;
      if (this.problem !== '') this.target = 0;
      if (this.running) await until(due);
    }
    this.#looping = false;
    if (this.target <= this.step) this.target = 0;
    if (this.running || this.target > 0) void this.#loop(); // a new training was started meanwhile
  }

  async #advance(steps: number, slow = false): Promise<void> {
    const training = this.#training;
    const answer = await this.#ask({ steps, clip: this.clip, slow });
    if (training !== this.#training) return;
    if ('problem' in answer) {
      this.problem = `The networks can't train here: ${answer.problem}`;
      return;
    }
    const { report } = answer;
    if (report === undefined) return;
    this.report = report;
    if (steps > 0) {
      this.losses = [...this.losses, ...report.losses];
      this.duration = this.duration === 0 ? report.duration : 0.8 * this.duration + 0.2 * report.duration;
      if (report.slow) this.slow = report.slow;
    }
    if (report.tests.length > 0) this.tests = [...this.tests, ...report.tests];
  }

  #ask(question: Question): Promise<Answer> {
    const answer = this.#queue.then(
      () =>
        new Promise<Answer>((resolve) => {
          this.#answered = resolve;
          this.#worker.postMessage(question);
        }),
    );
    this.#queue = answer;
    return answer;
  }
}

/** Waits for a time, and for the page to be visible. */
async function until(due: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
  while (document.hidden) await new Promise((resolve) => setTimeout(resolve, 200));
}

/**
 * The reader's network and, beside it, the same network in 2D. Both see the same clips at every step, and both are tested on
 * the same pairs. Settings, seed and number of a step decide everything, so that a link can repeat a training.
 */
import { batchOf, type Clips, classesOf, pairToWatch, testClips } from './motions.js';
import { type Architecture, startingWeights, type Weights } from './network.js';
import type { Setting } from './setting.js';
import { type Runtime, softmaxRows, Trainer } from './trainer.js';

/** Steps between two tests; the first ones are tested one by one. */
const TEST_EVERY = 5;
const TEST_EACH = 15;
/** Each is two clips. */
const TEST_PAIRS = 32;

/** Of the reader's network and of the 2D network. */
export type Both<T> = readonly [own: T, flat: T];

export interface Test {
  readonly step: number;
  /** Share of the test clips that are right. */
  readonly accuracy: Both<number>;
}

export interface Report {
  /** Steps done so far. */
  readonly step: number;
  /** Losses of the steps since the last report, in nats. */
  readonly losses: readonly Both<number>[];
  /** Tests since the last report. */
  readonly tests: readonly Test[];
  /** The latest test: how many clips of each class (row) got each answer (column). */
  readonly confusion: Both<readonly (readonly number[])[]>;
  /** Mean response of each kernel of the first layer to each class, `[classes][channels]`, in the latest test. */
  readonly responses: readonly Float32Array[];
  readonly weights: Both<Weights>;
  /** The watched pair of clips. */
  readonly clips: Clips;
  /** Maps of each layer of the reader's network for the pair, `[2, C, T, H, W]`. */
  readonly maps: readonly Float32Array[];
  /** `[2, classes]` for the pair. */
  readonly probabilities: Both<Float32Array>;
  /** Milliseconds of a step of both networks, the mean of this report's; 0 without steps. */
  readonly duration: number;
  readonly slow?: SlowStep;
}

/** A step of the reader's network in all its parts. */
export interface SlowStep {
  readonly step: number;
  readonly clips: Clips;
  /** `[16, classes]`, before the update. */
  readonly probabilities: Float32Array;
  readonly loss: number;
  /** Of every parameter by its name, and `error.conv1`, `[16, C, T, 12, 12]`. */
  readonly gradients: Weights;
  readonly before: Weights;
  readonly after: Weights;
}

export const architectureOf = ({ motion, frames, depth, layers, channels }: Setting): Architecture => ({
  frames,
  depth,
  layers,
  channels,
  classes: classesOf(motion).length,
});

export class Laboratory {
  readonly #setting: Setting;
  readonly #trainers: Both<Trainer>;
  readonly #tests: Clips;
  #step = 0;
  #confusion: Both<number[][]> = [[], []];
  #responses: Float32Array[] = [];

  private constructor(setting: Setting, trainers: Both<Trainer>) {
    this.#setting = setting;
    this.#trainers = trainers;
    this.#tests = testClips(setting.motion, setting.frames, TEST_PAIRS);
  }

  static async open(runtime: Runtime, setting: Setting): Promise<Laboratory> {
    const own = architectureOf(setting);
    const flat = { ...own, depth: 1 };
    const open = (architecture: Architecture): Promise<Trainer> =>
      Trainer.open(runtime, architecture, startingWeights(architecture, setting.seed));
    return new Laboratory(setting, [await open(own), await open(flat)]);
  }

  /** Trains for some steps, and reports. @param clip the pair to watch @param slow whether the last step reports its parts */
  async advance(steps: number, clip: number, slow = false): Promise<Report> {
    const losses: Both<number>[] = [];
    const tests: Test[] = [];
    let parts: SlowStep | undefined;
    let duration = 0;
    if (this.#step === 0) tests.push(await this.#test());
    for (let i = 0; i < steps; i++) {
      const began = performance.now();
      const { both, slow: own } = await this.#train(slow && i === steps - 1);
      duration += (performance.now() - began) / steps;
      losses.push(both);
      parts = own;
      if (this.#step <= TEST_EACH || this.#step % TEST_EVERY === 0) tests.push(await this.#test());
    }
    const clips = pairToWatch(this.#setting.motion, this.#setting.frames, clip);
    const [own, flat] = [await this.#trainers[0].look(clips), await this.#trainers[1].look(clips)];
    return {
      step: this.#step,
      losses,
      tests,
      confusion: this.#confusion,
      responses: this.#responses,
      weights: [this.#trainers[0].weights(), this.#trainers[1].weights()],
      clips,
      maps: own.maps,
      probabilities: [own.probabilities, flat.probabilities],
      duration,
      ...(parts && { slow: parts }),
    };
  }

  async close(): Promise<void> {
    for (const trainer of this.#trainers) await trainer.close();
  }

  async #train(withParts: boolean): Promise<{ both: Both<number>; slow?: SlowStep }> {
    const { motion, frames, augmentation, seed, rate } = this.#setting;
    const step = ++this.#step;
    const clips = batchOf(motion, frames, augmentation, seed, step);
    const [own, flat] = this.#trainers;
    const before = withParts ? own.weights() : undefined;
    const { loss, logits, gradients } = await own.step(clips, rate, step, withParts);
    const both = [loss, (await flat.step(clips, rate, step)).loss] as const;
    if (before === undefined || gradients === undefined) return { both };
    const probabilities = softmaxRows(logits, own.architecture.classes);
    return { both, slow: { step, clips, probabilities, loss, gradients, before, after: own.weights() } };
  }

  async #test(): Promise<Test> {
    const { labels } = this.#tests;
    const { classes, channels } = this.#trainers[0].architecture;
    const judged = [await this.#trainers[0].judge(this.#tests), await this.#trainers[1].judge(this.#tests)];
    const [own, flat] = judged.map(({ answers }) => confusionOf(labels, answers, classes));
    this.#confusion = [own!, flat!];
    this.#responses = Array.from({ length: classes }, (_, label) =>
      meanRow(judged[0]!.responses, channels, (n) => labels[n] === label),
    );
    return { step: this.#step, accuracy: [accuracyOf(own!), accuracyOf(flat!)] };
  }
}

function confusionOf(labels: readonly number[], answers: readonly number[], classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [n, label] of labels.entries()) table[label]![answers[n]!]!++;
  return table;
}

/** Share of the clips on the diagonal. */
export const accuracyOf = (confusion: readonly (readonly number[])[]): number =>
  confusion.reduce((sum, row, i) => sum + row[i]!, 0) /
  confusion.flat().reduce((sum, count) => sum + count, 0);

function meanRow(rows: Float32Array, columns: number, chosen: (row: number) => boolean): Float32Array {
  const mean = new Float32Array(columns);
  let count = 0;
  for (let row = 0; row * columns < rows.length; row++) {
    if (!chosen(row)) continue;
    count++;
    for (let i = 0; i < columns; i++) mean[i]! += rows[row * columns + i]!;
  }
  return mean.map((sum) => sum / Math.max(1, count));
}

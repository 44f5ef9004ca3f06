/** One network in training: its sessions, its weights and Adam's moments. It runs where onnxruntime runs, page or Node. */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-web';
import { forwardGraph, MOMENTS, stepGraph } from './graphs.js';
import type { Clips } from './motions.js';
import { type Architecture, convolutions, elements, parameters, SIDE, type Weights } from './network.js';

export interface Runtime {
  readonly InferenceSession: Pick<typeof InferenceSession, 'create'>;
  readonly Tensor: TensorConstructor;
}

export interface StepResult {
  /** Nats, before the update. */
  readonly loss: number;
  /** `[N, classes]`, before the update. */
  readonly logits: Float32Array;
  /** Gradients by the names of the parameters, and `error.conv1` `[N, C, T, H, W]`; only where they were asked for. */
  readonly gradients?: Weights;
}

export interface Seen {
  /** `[N, classes]` */
  readonly probabilities: Float32Array;
  /** Of each layer, `[N, C, T, H, W]`. */
  readonly maps: readonly Float32Array[];
}

/** Subtracted from every pixel: about the mean of a clip. */
export const MEAN = 0.18;

export class Trainer {
  readonly architecture: Architecture;
  readonly #runtime: Runtime;
  readonly #step: InferenceSession;
  readonly #forward: InferenceSession;
  readonly #state = new Map<string, Tensor>();

  private constructor(
    runtime: Runtime,
    architecture: Architecture,
    [step, forward]: readonly InferenceSession[],
    weights: Weights,
  ) {
    this.#runtime = runtime;
    this.architecture = architecture;
    this.#step = step!;
    this.#forward = forward!;
    for (const { name, shape } of parameters(architecture)) {
      this.#state.set(name, this.#tensor(weights[name]!.slice(), shape));
      for (const moment of MOMENTS)
        this.#state.set(`${name}.${moment}`, this.#tensor(new Float32Array(elements(shape)), shape));
    }
  }

  static async open(runtime: Runtime, architecture: Architecture, weights: Weights): Promise<Trainer> {
    const options = { executionProviders: ['wasm'] };
    const sessions: InferenceSession[] = [];
    for (const file of [stepGraph(architecture), forwardGraph(architecture)])
      sessions.push(await runtime.InferenceSession.create(file, options));
    return new Trainer(runtime, architecture, sessions, weights);
  }

  /** @param number of the step, from 1 */
  async step(clips: Clips, learningRate: number, number: number, withGradients = false): Promise<StepResult> {
    const { classes } = this.architecture;
    const { Tensor } = this.#runtime;
    const targets = new Float32Array(clips.labels.length * classes);
    for (const [n, label] of clips.labels.entries()) targets[n * classes + label] = 1;
    const names = [...this.#state.keys()];
    const wanted = withGradients
      ? ['error.conv1', ...parameters(this.architecture).map(({ name }) => `gradient.${name}`)]
      : [];
    const results = await this.#step.run(
      {
        clips: this.#clips(clips),
        targets: this.#tensor(targets, [clips.labels.length, classes]),
        learning_rate: this.#tensor(Float32Array.of(learningRate), []),
        step: new Tensor('int32', Int32Array.of(number), []),
        ...Object.fromEntries(this.#state),
      },
      ['loss', 'logits', ...names.map((name) => `next.${name}`), ...wanted],
    );
    for (const name of names) this.#state.set(name, results[`next.${name}`]!);
    const [loss, logits] = [results.loss!, results.logits!].map(({ data }) => data as Float32Array);
    const gradients = Object.fromEntries(
      wanted.map((name) => [name.replace('gradient.', ''), results[name]!.data as Float32Array]),
    );
    return { loss: loss![0]!, logits: logits!, ...(withGradients && { gradients }) };
  }

  async look(clips: Clips): Promise<Seen> {
    const layers = convolutions(this.architecture).map(({ name }) => name);
    const results = await this.#run(clips, ['logits', ...layers]);
    return {
      probabilities: softmaxRows(results.logits!, this.architecture.classes),
      maps: layers.map((name) => results[name]!),
    };
  }

  /** Classes that it answers, and the first layer's mean responses `[N, C]`. */
  async judge(clips: Clips): Promise<{ answers: number[]; responses: Float32Array }> {
    const { classes } = this.architecture;
    const results = await this.#run(clips, ['logits', 'responses.conv1']);
    const logits = results.logits!;
    const answers = clips.labels.map((_, n) => largest(logits.subarray(n * classes, (n + 1) * classes)));
    return { answers, responses: results['responses.conv1']! };
  }

  /** Copies of the parameters. */
  weights(): Weights {
    return Object.fromEntries(
      parameters(this.architecture).map(({ name }) => [
        name,
        (this.#state.get(name)!.data as Float32Array).slice(),
      ]),
    );
  }

  async close(): Promise<void> {
    await this.#step.release();
    await this.#forward.release();
  }

  async #run(clips: Clips, outputs: readonly string[]): Promise<Record<string, Float32Array>> {
    const weights = parameters(this.architecture).map(({ name }) => [name, this.#state.get(name)!]);
    const feeds = { clips: this.#clips(clips), ...Object.fromEntries(weights) };
    const results = await this.#forward.run(feeds, [...outputs]);
    return Object.fromEntries(outputs.map((name) => [name, results[name]!.data as Float32Array]));
  }

  #clips({ pixels, labels, frames }: Clips): Tensor {
    return this.#tensor(
      pixels.map((level) => level - MEAN),
      [labels.length, 1, frames, SIDE, SIDE],
    );
  }

  #tensor(data: Float32Array, shape: readonly number[]): Tensor {
    return new this.#runtime.Tensor('float32', data, shape);
  }
}

/** The index of the largest value; of equal ones the first. */
export const largest = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
};

/** Softmax of each row of `columns` values. */
export function softmaxRows(values: Float32Array, columns: number): Float32Array {
  const result = values.slice();
  for (let row = 0; row < values.length; row += columns) {
    const part = result.subarray(row, row + columns);
    const most = Math.max(...part);
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += part[i] = Math.exp(part[i]! - most);
    for (let i = 0; i < columns; i++) part[i]! /= sum;
  }
  return result;
}

/** For tests only: a training graph in onnxruntime beside libtorch, on the same clips and targets. */

import {
  type DType,
  fromTypedArray,
  manualSeed,
  nn,
  noGrad,
  ops,
  type optim,
  scope,
  type Tensor,
} from '@kinora/torch';
import {
  InferenceSession,
  type InferenceSessionFactory,
  Tensor as OnnxTensor,
  type TensorConstructor,
} from 'onnxruntime-node';
import type { RunConfigInput } from '../../config/index.js';
import { effectiveConfig } from '../../config/index.js';
import type { Size3 } from '../../model/layers.js';
import type { Network } from '../../model/network.js';
import { findNetwork } from '../../model/registry.js';
import { runOptimizer } from '../../train/recipe/optimizer.js';
import { freeze, trainMode } from '../../train/recipe/parameters.js';
import { specFor } from '../agreement.test.util.js';
import { encodeModel } from '../onnx-file.js';
import { type TrainingModel, type TrainingOptions, toTrainingOnnx } from './graph.js';

export type Values = Map<string, Float32Array>;

export interface Batch {
  /** `[N, 3, T, H, W]` */
  readonly clips: Float32Array;
  /** `[N, classes]` */
  readonly targets: Float32Array;
  readonly size: number;
}

/** What one step gives: `loss`, `logits`, `features`, and the state by the names of its inputs. */
export type StepValues = Values;

/** onnxruntime-node, or onnxruntime-web. */
export interface Runtime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** Runs training graphs in onnxruntime, keeping the state from step to step. */
export class OnnxTrainer {
  readonly state: Values = new Map();
  readonly #model: TrainingModel;
  readonly #shape: readonly number[];
  #step: InferenceSession | undefined;
  #prefix: InferenceSession | undefined;
  #steps = 0;

  readonly #runtime: Runtime;

  /** The state begins with the network's weights. */
  constructor(
    model: TrainingModel,
    network: Network,
    [t, h, w]: Size3,
    runtime: Runtime = { InferenceSession, Tensor: OnnxTensor },
  ) {
    this.#model = model;
    this.#runtime = runtime;
    this.#shape = [3, t, h, w];
    const weights = network.stateDict();
    for (const { input, initial, shape } of model.spec.state) {
      const zeros = new Float32Array(shape.reduce((a, b) => a * b, 1));
      const values = initial === 'zeros' ? zeros : (weights.get(input)!.toTypedArray() as Float32Array);
      this.state.set(input, values.slice());
    }
  }

  /** Runs one step and takes the state that it gives. */
  async step({ clips, targets, size }: Batch, lr: number, seed = 0): Promise<StepValues> {
    const { spec, step, prefix } = this.#model;
    const { Tensor: OnnxTensor } = this.#runtime;
    this.#step ??= await this.#session(step);
    const own = { clips: new OnnxTensor('float32', clips, [size, ...this.#shape]) };
    if (prefix !== null) this.#prefix ??= await this.#session(prefix);
    const made = this.#prefix === undefined ? {} : await this.#prefix.run(own);
    const from: Record<string, OnnxTensor> = { ...own, ...(made as Record<string, OnnxTensor>) };
    this.#steps += 1;
    const results = await this.#step.run({
      targets: new OnnxTensor('float32', targets, [size, targets.length / size]),
      learning_rate: new OnnxTensor('float32', [lr], []),
      step: new OnnxTensor('int32', [this.#steps], []),
      seed: new OnnxTensor('int32', [seed], []),
      ...Object.fromEntries(spec.data.map(({ name }) => [name, from[name]!])),
      ...Object.fromEntries(
        spec.state.map(({ input, shape }) => [
          input,
          new OnnxTensor('float32', this.state.get(input)!, shape),
        ]),
      ),
    });
    const value = (name: string) => results[name]!.data as Float32Array;
    for (const { input, output } of spec.state) this.state.set(input, value(output));
    return new Map([
      ...['loss', 'logits', 'features'].map((name) => [name, value(name)] as const),
      ...this.state,
    ]);
  }

  #session({ graph, header }: TrainingModel['step']): Promise<InferenceSession> {
    return this.#runtime.InferenceSession.create(encodeModel(graph, header), { intraOpNumThreads: 1 });
  }

  async release(): Promise<void> {
    await this.#step?.release();
    await this.#prefix?.release();
  }
}

/** The same in libtorch, by its own layers, gradients and optimizers, in the dtype of the network. */
export class TorchTrainer {
  readonly network: Network;
  readonly #dtype: DType;
  readonly #shape: readonly number[];
  readonly #optimizer: optim.Optimizer;

  constructor(network: Network, [t, h, w]: Size3, { freeze: patterns = [], ...settings }: TrainingOptions) {
    this.network = network;
    this.#dtype = network.parameters()[0]!.dtype;
    this.#shape = [3, t, h, w];
    freeze(network, patterns);
    trainMode(network, patterns);
    this.#optimizer = runOptimizer(effectiveConfig(settings as RunConfigInput), network);
  }

  step({ clips, targets, size }: Batch, lr: number): StepValues {
    return scope(() => {
      for (const group of this.#optimizer.groups) group.lr = lr;
      this.#optimizer.zeroGrad();
      const target = fromTypedArray(targets, [size, targets.length / size]).to(this.#dtype);
      const {
        logits,
        features,
        streams = [logits],
      } = this.network.call(fromTypedArray(clips, [size, ...this.#shape]).to(this.#dtype));
      const losses = streams.map((stream) => nn.crossEntropy(stream, target));
      const loss = losses.reduce((a, b) => a.add(b)).div(losses.length);
      loss.backward();
      this.#optimizer.step();
      return new Map(
        [['loss', loss], ['logits', logits], ['features', features], ...this.#state()].map(
          ([name, tensor]) => [name as string, values(tensor as Tensor)] as const,
        ),
      );
    });
  }

  /** Weights, statistics and moments, by the names of a training graph's inputs. */
  #state(): [string, Tensor][] {
    const named = [...this.network.namedParameters()];
    const moments = [...this.#optimizer.stateDict().tensors].map(([key, tensor]): [string, Tensor] => {
      const [index, moment] = key.split('.') as [string, string];
      const parameter = this.#optimizer.params[Number(index)]!;
      return [`${named.find(([, own]) => own === parameter)![0]}.${moment}`, tensor];
    });
    return [...this.network.stateDict(), ...moments];
  }
}

const values = (tensor: Tensor): Float32Array =>
  noGrad(() => scope(() => (tensor.detach().to('float32').toTypedArray() as Float32Array).slice()));

/** Random clips with patches, which look different to a deep network, and soft targets that are no distribution's. */
export function randomBatch(size: number, [t, h, w]: Size3, classes: number): Batch {
  return scope(() => {
    const patches = ops.upsample_nearest3d(ops.randn([size, 3, 2, 3, 3]), [t, h, w], { scales_d: null });
    const clips = patches.add(ops.randn([size, 3, t, h, w]).mul(0.3));
    const targets = ops.softmax(ops.randn([size, classes]).mul(2), 1);
    return { clips: values(clips), targets: values(targets), size };
  });
}

/** The largest difference, relative to the largest value of `expected` or to `floor`. */
export function difference(received: Float32Array, expected: Float32Array, floor = 1e-12): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), floor);
  return received.reduce((most, value, i) => {
    const distance = Math.abs(value - expected[i]!) / largest;
    return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : Math.max(most, distance);
  }, 0);
}

/** Both trainers of a network, begun at the same weights. */
export function bothTrainers(
  network: Network,
  size: Size3,
  classes: number,
  options: TrainingOptions,
): { onnx: OnnxTrainer; torch: TorchTrainer; model: TrainingModel } {
  const model = toTrainingOnnx({ network, name: 'test', spec: specFor(size, classes) }, '0.0.0', options);
  return {
    model,
    onnx: new OnnxTrainer(model, network, size),
    torch: new TorchTrainer(network, size, options),
  };
}

/** The largest value that an entry of the state is measured by. */
export function scaleOf(key: string, values: StepValues): number {
  const largest = (name: string): number =>
    [...(values.get(name) ?? [])].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  // A bias before a batch norm has no gradient but rounding, a mean may be zero: their layer's weights, and the deviation, say what is large.
  if (key.endsWith('running_mean')) return Math.sqrt(largest(key.replace('running_mean', 'running_var')));
  return Math.max(largest(key), largest(key.replace(/(^|\.)bias(?=\.|$)/, '$1weight')));
}

/**
 * A network of the registry without dropout, three times with the same weights. `smooth` makes every activation SiLU, which has
 * no kink where rounding decides whether a gradient comes.
 */
export function registryTrainers(
  name: string,
  size: Size3,
  classes: number,
  options: TrainingOptions,
  smooth = false,
): { onnx: OnnxTrainer; single: TorchTrainer; double: TorchTrainer } {
  const build = () => {
    manualSeed(5);
    const network = findNetwork(name).build(classes, size);
    for (const module of network.namedModules().values()) {
      if (module instanceof nn.Dropout) module.p = 0;
      const kinked = [nn.LeakyReLU, nn.ReLU, nn.ReLU6].some((kind) => module instanceof kind);
      if (smooth && kinked) Object.setPrototypeOf(module, nn.SiLU.prototype);
    }
    return network;
  };
  const network = build();
  const model = toTrainingOnnx({ network, name, spec: specFor(size, classes) }, '0.0.0', options);
  return {
    onnx: new OnnxTrainer(model, network, size),
    single: new TorchTrainer(network, size, options),
    double: new TorchTrainer(build().to({ dtype: 'float64' }), size, options),
  };
}

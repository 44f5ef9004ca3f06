/**
 * Distillation (Hinton, Vinyals and Dean 2015): beside the labels, a network learns the answers of a trained one to the same
 * clips, augmented and mixed as it sees them itself (Beyer et al. 2022). An ensemble teaches as one network.
 */
import { nearest, type PreprocessSpec } from '@kinora/clip';
import {
  type Device,
  fromTypedArray,
  type KinoraError,
  kinoraError,
  noGrad,
  ops,
  scope,
  type Tensor,
} from '@kinora/torch';
import { type RunConfig, spelled } from '../../config/index.js';
import type { Network, NetworkOutput } from '../../model/network.js';
import { findNetwork } from '../../model/registry.js';
import { fingerprintTensors, readWeights } from '../../model/weights.js';
import { weightsFile } from '../../run/checkpoint.js';
import { type OpenedModel, openModel } from '../../run/open.js';

/** The value of at::Reduction::Sum. */
const SUM = 2;

/** What a teacher says of the clips of a batch. */
export interface Lesson {
  /** Logits `[N, classes]`, for the labels of the network that learns. */
  readonly logits: Tensor;
  /** Share in the loss, above 0 and at most 1. */
  readonly weight: number;
  readonly temperature: number;
}

export class Teacher {
  readonly #network: Network;
  /** int64 `[classes]`: the output for each label; null where they are the teacher's own. */
  readonly #outputs: Tensor | null;
  readonly #settings: Omit<Lesson, 'logits'>;
  /** A hash of its weights. */
  readonly fingerprint: string;

  constructor(
    network: Network,
    outputs: Tensor | null,
    settings: Omit<Lesson, 'logits'>,
    fingerprint: string,
  ) {
    this.#network = network;
    this.#outputs = outputs;
    this.#settings = settings;
    this.fingerprint = fingerprint;
  }

  /** @param call passes a batch through a network; nothing of it is recorded for a backward pass */
  lesson(call: (network: Network) => NetworkOutput): Lesson {
    const logits = noGrad(() =>
      scope(() => {
        const { logits: all } = call(this.#network);
        return this.#outputs === null ? all : all.index_select(1, this.#outputs);
      }),
    );
    return { logits, ...this.#settings };
  }

  dispose(): void {
    this.#outputs?.dispose();
    this.#network.dispose();
  }
}

/**
 * Opens the configured teacher on a device, in evaluation mode. Throws `train/teacher` where it takes other clips than the network
 * that is to learn, or does not know one of its labels, and `model/*` for weights that cannot be read.
 */
export function openTeacher(config: RunConfig, spec: PreprocessSpec, device: Device): Teacher | null {
  const { teacher: path, teacherWeight: weight, teacherTemperature: temperature } = config;
  if (path === null) return null;
  const model = openModel(path, { device, spec: () => spec });
  try {
    checkInput(config, spec, model);
    const outputs = outputsFor(config, spec.labels, model.spec.labels);
    const isOwn = outputs.length === model.spec.labels.length && outputs.every((output, i) => output === i);
    const columns = isOwn
      ? null
      : fromTypedArray(BigInt64Array.from(outputs, BigInt), [outputs.length], { device });
    return new Teacher(model.network, columns, { weight, temperature }, teacherFingerprint(path));
  } catch (error) {
    model.network.dispose();
    throw error;
  }
}

/** A hash of the weights that a path means; copies of them have the same. */
export function teacherFingerprint(path: string): string {
  const weights = readWeights(weightsFile(path));
  try {
    return fingerprintTensors([...weights].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tensor]) => tensor));
  } finally {
    for (const tensor of weights.values()) tensor.dispose();
  }
}

/**
 * Divergence of the answers from the teacher's, in nats: KL(teacher || network) of both softened by the temperature, times its
 * square, so that gradients keep their size (torch.nn.functional.kl_div with reduction `batchmean`). Logits are `[N, classes]`.
 */
export function divergence(logits: Tensor, { logits: taught, temperature }: Lesson): Tensor {
  const [own, theirs] = [logits, taught].map((tensor) => ops.log_softmax(tensor.div(temperature), 1));
  const sum = ops.kl_div(own!, theirs!, SUM, { log_target: true });
  return sum.mul(temperature ** 2 / logits.shape[0]!);
}

/** The teacher sees the batch of the network that learns: it has to take the same clips. */
function checkInput(config: RunConfig, spec: PreprocessSpec, { spec: own, network }: OpenedModel): void {
  if (network.flow && !findNetwork(config.model).flow)
    throw unfit(
      config,
      'a network that sees clips only, as the one that learns',
      'one that also needs optical flow',
      'use a teacher without flow',
    );
  for (const key of Object.keys(spec) as (keyof PreprocessSpec)[]) {
    if (key === 'labels' || key === 'flipMap') continue;
    const [expected, received] = [spec[key], own[key]].map((value) => JSON.stringify(value));
    if (expected !== received)
      throw unfit(
        config,
        `a network whose ${key} is ${expected}, as in the configuration`,
        `one with ${received}`,
        `both networks see the same clips: use its ${key} here, or train a teacher with this one`,
      );
  }
}

/** The teacher's output for each label. It may know more labels, and in another order. */
function outputsFor(config: RunConfig, labels: readonly string[], known: readonly string[]): number[] {
  return labels.map((label) => {
    const output = known.indexOf(label);
    if (output >= 0) return output;
    const near = nearest(label, known);
    throw unfit(
      config,
      `a network that knows the label "${label}"`,
      `one of ${known.length} others`,
      near === undefined
        ? 'use a teacher that was trained with these labels'
        : `its nearest label is "${near}"`,
    );
  });
}

const unfit = (config: RunConfig, expected: string, received: string, hint: string): KinoraError =>
  kinoraError('train/teacher', `${spelled(config, 'teacher')}, ${config.teacher}`, expected, received, {
    hint,
  });

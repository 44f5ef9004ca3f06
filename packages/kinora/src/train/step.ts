/**
 * One training step: forward, loss, backward, update, in one scope so that only its results outlive it. The batch may go
 * through the network in several parts whose gradients add up, which needs the memory of one part. On a GPU a step is only
 * launched: nothing here waits for it, except with float16, where an overflow decides whether there is an update.
 */
import { nn, optim, Readback, scope, type Tensor } from '@kinora/torch';
import { checkLoss } from '../model/finite.js';
import { type InputBatch, inputBytes, inputFloats } from '../model/input.js';
import type { Network, NetworkOutput } from '../model/network.js';
import type { PendingResult } from '../model/pending.js';
import { type BatchPart, type ClipBatch, partsOf } from './batch.js';
import type { Precision } from './device/precision.js';
import { drawMix, mixClips } from './recipe/mix.js';
import { dominantLabels, lossOf, type Targets, weightOf } from './recipe/objective.js';
import type { Lesson } from './recipe/teacher.js';
import type { Training } from './training.js';

type Inputs = [clips: Tensor, flow?: Tensor];

/** What of a training a step needs. */
export type StepParts = Pick<
  Training,
  | 'config'
  | 'spec'
  | 'device'
  | 'ranks'
  | 'lap'
  | 'network'
  | 'teacher'
  | 'optimizer'
  | 'objective'
  | 'precision'
  | 'copies'
>;

export interface StepResult {
  /**
   * What the step minimised: mean cross-entropy of the batch, in nats, with the teacher's share in it; where ranks share the
   * batch, this rank's summand of that.
   */
  readonly loss: number;
  /** `[N, classes]`, before the update. */
  readonly logits: Float32Array;
  /** Class indices `[N]`: of a mixed clip the one that weighs most. */
  readonly labels: BigInt64Array;
}

/** A step that a GPU may still compute. */
export class LaunchedStep implements PendingResult {
  readonly #results: Readback;
  readonly #labels: BigInt64Array;

  /** @param results the loss of each part of the batch, then the logits of each */
  constructor(results: Readback, labels: BigInt64Array) {
    this.#results = results;
    this.#labels = labels;
  }

  /** Waits until the step is done, while the event loop continues. */
  arrival(): Promise<void> {
    return this.#results.arrival();
  }

  /** To be called once; waits for the device where the step is not done. @throws KinoraError `train/not-finite` */
  read(): StepResult {
    return this.#results.take((copies) => {
      const parts = copies.length / 2;
      const losses = copies.slice(0, parts).map((loss) => Number(loss.item()));
      const logits = copies.slice(parts).flatMap((part) => [...(part.toTypedArray() as Float32Array)]);
      for (const loss of losses) checkLoss(loss);
      return {
        loss: losses.reduce((sum, loss) => sum + loss, 0),
        logits: Float32Array.from(logits),
        labels: this.#labels,
      };
    });
  }

  /** Drops its results unread. */
  dispose(): void {
    this.#results.dispose();
  }
}

/** Updates the network once. Throws `train/not-finite` when the loss is not a number any more; then its weights are lost. */
export const trainStep = (...step: Parameters<typeof launchStep>): StepResult => launchStep(...step).read();

/** The same without waiting for the device. The batch's memory may be used again at once. */
export function launchStep(training: StepParts, batch: ClipBatch): LaunchedStep {
  const { config, ranks, optimizer, objective, precision, device, lap } = training;
  const { epoch, number, shape } = batch;
  const [clips, , height, width] = shape;
  const draw = number * ranks.size + ranks.rank; // every rank's part of every batch has its own
  const mix = drawMix(config, { epoch, number: draw, clips, frame: { height, width } });
  const parts = partsOf(batch, config.accumulateSteps, mix);
  const weights = parts.map(({ targets }) => weightOf(targets, objective));
  const total = batchWeight(weights, training);
  return scope(() => {
    optimizer.zeroGrad();
    const done = parts.map((part, i) =>
      addGradients(training, part, weights[i]! / total, i === parts.length - 1),
    );
    const finite = precision.scaler?.unscale(optimizer.params) ?? true;
    clipGradients(training);
    if (finite) optimizer.step();
    lap('optimizer');
    const results = [...done.map(({ loss }) => loss), ...done.map(({ logits }) => logits)];
    const labels = parts.flatMap(({ targets }) => [...dominantLabels(targets)]);
    return new LaunchedStep(new Readback(results, device), BigInt64Array.from(labels));
  });
}

/** Reading the norm is free on a CPU, and would wait on a GPU. */
function clipGradients({ config: { clipGradNorm }, optimizer, device }: StepParts): void {
  if (clipGradNorm === null) return;
  if (device === 'cpu') optim.clipGradNorm(optimizer.params, clipGradNorm);
  else optim.limitGradNorm(optimizer.params, clipGradNorm);
}

/** The weight of the batch over all ranks. They have equally many clips, so that only class weights need a sum. */
function batchWeight(parts: readonly number[], { ranks, objective }: StepParts): number {
  const local = parts.reduce((sum, weight) => sum + weight);
  return objective.classWeights === null ? local * ranks.size : ranks.sum(local);
}

/** Adds a part's gradients, weighted by its share of the batch; with the last part ranks average theirs. */
function addGradients(
  training: StepParts,
  part: BatchPart,
  share: number,
  isLast: boolean,
): { loss: Tensor; logits: Tensor } {
  const { config, network, teacher, precision, ranks, lap } = training;
  return scope(() => {
    const inputs = inputsOf(part, training);
    lap('input');
    const lesson = teacher?.lesson((theirs) => forwardIn(precision, theirs, inputsFor(theirs, inputs)));
    const pass = () => {
      const output = forwardIn(precision, network, inputs);
      const mean = lossOfOutput(output, part.targets, training, lesson);
      return { output, loss: share === 1 ? mean : mean.mul(share) };
    };
    const forward = () => (config.activationCheckpointing ? nn.checkpointed(pass) : plain(pass));
    const { result, backward } = isLast ? ranks.reducer.forward(forward) : forward();
    const { output, loss } = result;
    lap('forward');
    const scaled = precision.scaler?.scaled(loss) ?? loss;
    // Ranks average their gradients, and the sum of their summands is wanted.
    const start = ranks.size === 1 ? scaled : scaled.mul(ranks.size);
    if (isLast) ranks.reducer.backward(start, backward);
    else backward(start);
    lap('backward');
    return { loss: loss.detach(), logits: output.logits.detach() };
  });
}

/** The loss is computed in float32, whatever the network is. */
function forwardIn(precision: Precision, network: Network, inputs: Inputs): NetworkOutput {
  if (precision.used === 'float32') return network.call(...inputs);
  const { logits, streams, ...rest } = precision.forward(() => network.call(...inputs));
  const full = (tensor: Tensor) => tensor.to('float32');
  return { ...rest, logits: full(logits), ...(streams && { streams: streams.map(full) }) };
}

/** Flow only for a network that takes it. */
const inputsFor = ({ flow }: Network, inputs: Inputs): Inputs => (flow ? inputs : [inputs[0]]);

const plain = <T>(forward: () => T): nn.Checkpointed<T> => ({
  result: forward(),
  backward: (loss) => loss.backward(),
});

function inputsOf({ mixed, ...part }: BatchPart, training: StepParts): Inputs {
  return scope(() => {
    const inputs = floatsOf(part, training);
    if (mixed === undefined) return inputs;
    const partners = floatsOf({ shape: part.shape, ...mixed.partners }, training);
    const [clips, flow] = inputs;
    const together = mixClips(clips, partners[0], mixed);
    return flow === undefined ? [together] : [together, mixClips(flow, partners[1]!, mixed)];
  });
}

function floatsOf(batch: InputBatch, { spec, device, copies, precision }: StepParts): Inputs {
  return scope(() =>
    inputFloats(
      copies.handOver(() => inputBytes(batch, device)),
      spec,
      precision.layout,
    ),
  );
}

/** The loss of the logits, or of a network of several streams the mean of theirs, so that none rests on another. */
function lossOfOutput(
  { logits, streams = [logits] }: NetworkOutput,
  targets: Targets,
  { objective, device }: StepParts,
  lesson: Lesson | undefined,
): Tensor {
  const [first, ...others] = streams.map((stream) => lossOf(stream, targets, objective, device, lesson));
  if (others.length === 0) return first!;
  return others.reduce((sum, loss) => sum.add(loss), first!).div(streams.length);
}

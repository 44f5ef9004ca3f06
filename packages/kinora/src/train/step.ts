/**
 * One training step: forward, loss, backward, update, in one scope so that nothing of it outlives it but what it says. The
 * batch may go through the network in several parts whose gradients add up, which needs the memory of one part. A GPU is only
 * told what to do: nothing here waits for it, but for float16, whose overflow decides whether there is an update.
 */

import type { PreprocessSpec } from '@kinora/clip';
import {
  type Device,
  type distributed,
  nn,
  optim,
  Readback,
  type Stream,
  scope,
  type Tensor,
} from '@kinora/torch';
import { checkLoss } from '../model/finite.js';
import { type InputBatch, inputBytes, inputFloats } from '../model/input.js';
import type { Network, NetworkOutput } from '../model/network.js';
import type { PendingResult } from '../model/pending.js';
import { type BatchPart, type ClipBatch, partsOf } from './batch.js';
import type { Precision } from './device/precision.js';
import type { Lap } from './profile.js';
import { drawMix, type Mixing, mixClips } from './recipe/mix.js';
import { dominantLabels, lossOf, type Objective, type Targets, weightOf } from './recipe/objective.js';

export interface StepSettings {
  readonly objective: Objective;
  readonly mixing: Mixing;
  /** Parts that a batch goes through the network in. */
  readonly accumulateSteps: number;
  /** Keep only the inputs of the network's segments, and compute the rest again in backward. */
  readonly activationCheckpointing: boolean;
  readonly clipGradNorm: number | null;
  readonly device: Device;
  readonly spec: PreprocessSpec;
  /** Of the device: clips travel on it while the step before computes. Default: they travel in between. */
  readonly copies?: Stream;
  /** Default: float32. */
  readonly precision?: Precision;
  /** Told what has just been done, for a profile. */
  readonly lap?: Lap;
  /** The other ranks that train the same weights on their parts of the batch. */
  readonly ranks?: StepRanks;
}

export interface StepRanks {
  readonly rank: number;
  readonly size: number;
  readonly reducer: distributed.GradientReducer;
  /** The sum of a number over all ranks. */
  sum(value: number): number;
}

export interface StepResult {
  /** Mean cross-entropy of the batch, in nats; where ranks share it, this rank's summand of that. */
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
export function launchStep(
  network: Network,
  optimizer: optim.Optimizer,
  batch: ClipBatch,
  settings: StepSettings,
): LaunchedStep {
  const { epoch, number, shape } = batch;
  const [clips, , height, width] = shape;
  const { rank, size } = settings.ranks ?? { rank: 0, size: 1 };
  const draw = number * size + rank; // of its own for every rank's part of every batch
  const mix = drawMix(settings.mixing, { epoch, number: draw, clips, frame: { height, width } });
  const parts = partsOf(batch, settings.accumulateSteps, mix);
  const weights = parts.map(({ targets }) => weightOf(targets, settings.objective));
  const own = weights.reduce((sum, weight) => sum + weight);
  const total = wholeWeight(own, settings);
  return scope(() => {
    optimizer.zeroGrad();
    const done = parts.map((part, i) =>
      addGradients(network, part, weights[i]! / total, settings, i === parts.length - 1),
    );
    const finite = settings.precision?.scaler?.unscale(optimizer.params) ?? true;
    clipGradients(optimizer.params, settings);
    if (finite) optimizer.step();
    settings.lap?.('optimizer');
    const results = [...done.map(({ loss }) => loss), ...done.map(({ logits }) => logits)];
    const labels = parts.flatMap(({ targets }) => [...dominantLabels(targets)]);
    return new LaunchedStep(new Readback(results, settings.device), BigInt64Array.from(labels));
  });
}

/** Reading the norm is free on a CPU, and would wait on a GPU. */
function clipGradients(params: readonly Tensor[], { clipGradNorm, device }: StepSettings): void {
  if (clipGradNorm === null) return;
  if (device === 'cpu') optim.clipGradNorm(params, clipGradNorm);
  else optim.limitGradNorm(params, clipGradNorm);
}

/** The weight of the batch over all ranks. They have equally many clips: without class weights nobody needs to ask. */
function wholeWeight(own: number, { ranks, objective }: StepSettings): number {
  if (ranks === undefined) return own;
  return objective.classWeights === null ? own * ranks.size : ranks.sum(own);
}

/** Adds a part's gradients, weighted by its share of the batch; with the last part ranks average theirs. */
function addGradients(
  network: Network,
  part: BatchPart,
  share: number,
  settings: StepSettings,
  isLast: boolean,
): { loss: Tensor; logits: Tensor } {
  return scope(() => {
    const inputs = inputsOf(part, settings);
    settings.lap?.('input');
    const pass = () => {
      const output = forwardIn(settings.precision, network, inputs);
      const mean = lossOfOutput(output, part.targets, settings);
      return { output, loss: share === 1 ? mean : mean.mul(share) };
    };
    const forward = () => (settings.activationCheckpointing ? nn.checkpointed(pass) : plain(pass));
    const { result, backward } =
      isLast && settings.ranks ? settings.ranks.reducer.forward(forward) : forward();
    const { output, loss } = result;
    settings.lap?.('forward');
    const start = settings.precision?.scaler?.scaled(loss) ?? loss;
    backwardOf(backward, isLast, settings.ranks)(start);
    settings.lap?.('backward');
    return { loss: loss.detach(), logits: output.logits.detach() };
  });
}

/** The loss is computed in float32, whatever the network is. */
function forwardIn(
  precision: Precision | undefined,
  network: Network,
  inputs: [clips: Tensor, flow?: Tensor],
): NetworkOutput {
  if (precision === undefined || precision.used === 'float32') return network.call(...inputs);
  const { logits, streams, ...rest } = precision.forward(() => network.call(...inputs));
  const full = (tensor: Tensor) => tensor.to('float32');
  return { ...rest, logits: full(logits), ...(streams && { streams: streams.map(full) }) };
}

const plain = <T>(forward: () => T): nn.Checkpointed<T> => ({
  result: forward(),
  backward: (loss) => loss.backward(),
});

/** Ranks average their gradients, and what is wanted is the sum of their summands. */
function backwardOf(
  own: (loss: Tensor) => void,
  isLast: boolean,
  ranks: StepRanks | undefined,
): (loss: Tensor) => void {
  if (ranks === undefined) return own;
  const { reducer, size } = ranks;
  return isLast ? (loss) => reducer.backward(loss.mul(size), own) : (loss) => own(loss.mul(size));
}

function inputsOf({ mixed, ...part }: BatchPart, settings: StepSettings): [clips: Tensor, flow?: Tensor] {
  return scope(() => {
    const own = floatsOf(part, settings);
    if (mixed === undefined) return own;
    const partners = floatsOf({ shape: part.shape, ...mixed.partners }, settings);
    const [clips, flow] = own;
    const together = mixClips(clips, partners[0], mixed);
    return flow === undefined ? [together] : [together, mixClips(flow, partners[1]!, mixed)];
  });
}

function floatsOf(
  batch: InputBatch,
  { spec, device, copies, precision }: StepSettings,
): [clips: Tensor, flow?: Tensor] {
  return scope(() => {
    const copy = () => inputBytes(batch, device);
    return inputFloats(copies === undefined ? copy() : copies.handOver(copy), spec, precision?.layout);
  });
}

/** The loss of the logits, or of a network of several streams the mean of theirs, so that none rests on another. */
function lossOfOutput(
  { logits, streams = [logits] }: NetworkOutput,
  targets: Targets,
  { objective, device }: StepSettings,
): Tensor {
  const [first, ...others] = streams.map((stream) => lossOf(stream, targets, objective, device));
  if (others.length === 0) return first!;
  return others.reduce((sum, loss) => sum.add(loss), first!).div(streams.length);
}

/**
 * One training step: forward, loss, backward, update, in one scope so that nothing of it outlives it. The batch may go
 * through the network in several parts whose gradients add up, which needs the memory of one part.
 */
import { type Device, type distributed, nn, optim, scope, type Tensor } from '@kinora/torch';
import type { PreprocessSpec } from '../clip/spec.js';
import { networkInputs } from '../model/input.js';
import type { Network, NetworkOutput } from '../model/network.js';
import { type BatchPart, type ClipBatch, partsOf } from './batch.js';
import { checkLoss } from './finite.js';
import type { Precision } from './precision.js';
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

/** Updates the network once. Throws `train/not-finite` instead when the loss is not a number any more. */
export function trainStep(
  network: Network,
  optimizer: optim.Optimizer,
  batch: ClipBatch,
  settings: StepSettings,
): StepResult {
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
    if (settings.clipGradNorm !== null) optim.clipGradNorm(optimizer.params, settings.clipGradNorm);
    if (finite) optimizer.step();
    settings.lap?.('optimizer');
    return {
      loss: done.reduce((sum, { loss }) => sum + loss, 0),
      logits: Float32Array.from(done.flatMap(({ logits }) => [...logits])),
      labels: BigInt64Array.from(parts.flatMap(({ targets }) => [...dominantLabels(targets)])),
    };
  });
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
): Pick<StepResult, 'loss' | 'logits'> {
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
    const value = Number(loss.item());
    checkLoss(value);
    settings.lap?.('forward');
    const start = settings.precision?.scaler?.scaled(loss) ?? loss;
    backwardOf(backward, isLast, settings.ranks)(start);
    settings.lap?.('backward');
    return { loss: value, logits: output.logits.detach().toTypedArray() as Float32Array };
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

function inputsOf(
  { mixed, ...part }: BatchPart,
  { spec, device }: StepSettings,
): [clips: Tensor, flow?: Tensor] {
  return scope(() => {
    const own = networkInputs(part, spec, device);
    if (mixed === undefined) return own;
    const partners = networkInputs({ shape: part.shape, ...mixed.partners }, spec, device);
    const [clips, flow] = own;
    const together = mixClips(clips, partners[0], mixed);
    return flow === undefined ? [together] : [together, mixClips(flow, partners[1]!, mixed)];
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

/** Everything that is trained, made from a configuration: network, optimizer and schedule, on their device. */

import { clipSize, type PreprocessSpec } from '@kinora/clip';
import {
  cuda,
  type Device,
  manualSeed,
  nn,
  type optim,
  Stream,
  setDeterministic,
  threads,
} from '@kinora/torch';
import type { RunConfig } from '../config/index.js';
import { type ClipList, clipsPerClass, fingerprintList } from '../data/lists/clip-list.js';
import type { Network } from '../model/network.js';
import { findNetwork } from '../model/registry.js';
import type { ListFingerprints } from '../run/checkpoint.js';
import { Precision } from './device/precision.js';
import { WeightAverage } from './recipe/average.js';
import { classWeights } from './recipe/class-weights.js';
import { freeze } from './recipe/freeze.js';
import { runOptimizer } from './recipe/optimizer.js';
import { type RunSchedule, runSchedule } from './recipe/schedule.js';
import type { StepSettings } from './step.js';

export interface Training {
  readonly config: RunConfig;
  readonly spec: PreprocessSpec;
  readonly lists: ListFingerprints;
  readonly device: Device;
  readonly network: Network;
  /** Moving average of the network's weights, where one is configured. */
  readonly average: WeightAverage | null;
  readonly optimizer: optim.Optimizer;
  readonly schedule: RunSchedule;
  /** What all steps have in common. */
  readonly settings: StepSettings;
}

/** What of the lists training depends on. */
export interface TrainingClips {
  readonly stepsPerEpoch: number;
  /** Training clips of each class. */
  readonly perClass: readonly number[];
  readonly lists: ListFingerprints;
}

export const trainingClips = (
  train: ClipList,
  val: ClipList | undefined,
  stepsPerEpoch: number,
): TrainingClips => ({
  stepsPerEpoch,
  perClass: clipsPerClass(train),
  lists: listFingerprints(train, val),
});

export const listFingerprints = (train: ClipList, val: ClipList | undefined): ListFingerprints => ({
  train: fingerprintList(train),
  val: val === undefined ? null : fingerprintList(val),
});

/** Seeds the generators and makes everything anew; the same configuration gives the same weights. */
export function newTraining(
  config: RunConfig,
  spec: PreprocessSpec,
  device: Device,
  clips: TrainingClips,
): Training {
  if (config.threads !== null) threads.set(config.threads);
  cuda.configure({ tf32: config.tf32, benchmark: config.cudnnBenchmark });
  setDeterministic(config.deterministic);
  const settings = stepSettings(config, spec, device, clips);
  const average = newAverage(config, spec, device);
  // Seeded after the average was made: with or without one, the weights are the same.
  manualSeed(config.seed);
  const network = newNetwork(config, spec, device);
  average?.begin(network);
  freeze(network, config.freeze);
  return {
    config,
    spec,
    lists: clips.lists,
    device,
    network,
    average,
    optimizer: runOptimizer(config, network),
    schedule: runSchedule(config, clips.stepsPerEpoch),
    settings,
  };
}

/** The network whose predictions count: the average where there is one. */
export const evaluatedNetwork = ({ network, average }: Pick<Training, 'network' | 'average'>): Network =>
  average?.network ?? network;

export function disposeTraining({ network, average, optimizer }: Training): void {
  optimizer.dispose();
  average?.dispose();
  network.dispose();
}

function newNetwork(config: RunConfig, spec: PreprocessSpec, device: Device): Network {
  const network = findNetwork(config.model).build(spec.labels.length, clipSize(spec)).to({ device });
  if (config.dropout !== null)
    for (const module of network.namedModules().values())
      if (module instanceof nn.Dropout) module.p = config.dropout;
  return network;
}

function newAverage(config: RunConfig, spec: PreprocessSpec, device: Device): WeightAverage | null {
  return config.emaDecay === null
    ? null
    : new WeightAverage(newNetwork(config, spec, device), config.emaDecay);
}

function stepSettings(
  config: RunConfig,
  spec: PreprocessSpec,
  device: Device,
  { perClass }: TrainingClips,
): StepSettings {
  const { labelSmoothing, mixup, cutmix, seed, accumulateSteps, activationCheckpointing, clipGradNorm } =
    config;
  return {
    objective: {
      labelSmoothing,
      classWeights: classWeights(config.classWeights, spec.labels, perClass),
    },
    mixing: { mixup, cutmix, seed },
    accumulateSteps,
    activationCheckpointing,
    clipGradNorm,
    device,
    spec,
    copies: new Stream(device),
    precision: new Precision(config.precision, device, config.deterministic),
  };
}

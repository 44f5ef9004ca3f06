/** The state of a training, made from a configuration: network, optimizer and schedule on their device, and its progress. */
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
import { clipsPerClass } from '../data/lists/clip-list.js';
import { noSums } from '../measure/sums.js';
import type { Network } from '../model/network.js';
import { findNetwork } from '../model/registry.js';
import type { ListFingerprints, Trained, TrainingProgress } from '../run/checkpoint.js';
import type { TrainingClips } from './clips.js';
import { Precision } from './device/precision.js';
import { type Lap, noLap } from './profile.js';
import { alone, type Ranks } from './ranks/ranks.js';
import { WeightAverage } from './recipe/average.js';
import { classWeights, type Objective } from './recipe/objective.js';
import { runOptimizer } from './recipe/optimizer.js';
import { freeze } from './recipe/parameters.js';
import { type RunSchedule, runSchedule } from './recipe/schedule.js';
import { openTeacher, type Teacher } from './recipe/teacher.js';

export interface TrainingOptions {
  /** Batches in an epoch: the schedule's measure. */
  readonly stepsPerEpoch: number;
  /** Default: `cpu`. */
  readonly device?: Device;
  /** The processes that share every batch. Default: this one. */
  readonly ranks?: Ranks;
  /** Called after each phase of a step, for a profile. Default: not measured. */
  readonly lap?: Lap | undefined;
}

export class Training implements Trained {
  readonly config: RunConfig;
  readonly spec: PreprocessSpec;
  readonly lists: ListFingerprints;
  readonly device: Device;
  readonly ranks: Ranks;
  readonly lap: Lap;
  readonly network: Network;
  /** Moving average of the network's weights, where one is configured. */
  readonly average: WeightAverage | null;
  /** The network whose answers are learned, where one is configured. */
  readonly teacher: Teacher | null;
  readonly optimizer: optim.Optimizer;
  readonly schedule: RunSchedule;
  readonly objective: Objective;
  readonly precision: Precision;
  /** Of the device: clips travel on it while the step before computes. */
  readonly copies: Stream;
  progress: TrainingProgress = { step: 0, epoch: 0, batch: 0, sums: noSums(), best: null };

  /** Seeds the generators and makes everything anew; the same configuration gives the same weights. */
  constructor(
    { config, spec, train, fingerprints }: TrainingClips,
    { stepsPerEpoch, device = 'cpu', ranks = alone(), lap = noLap }: TrainingOptions,
  ) {
    if (config.threads !== null) threads.set(config.threads);
    cuda.configure({ tf32: config.tf32, benchmark: config.cudnnBenchmark });
    setDeterministic(config.deterministic);
    this.config = config;
    this.spec = spec;
    this.lists = fingerprints;
    this.device = device;
    this.ranks = ranks;
    this.lap = lap;
    this.objective = {
      labelSmoothing: config.labelSmoothing,
      classWeights: classWeights(config.classWeights, spec.labels, clipsPerClass(train)),
    };
    this.copies = new Stream(device);
    this.precision = new Precision(config.precision, device, config.deterministic);
    this.average =
      config.emaDecay === null ? null : new WeightAverage(newNetwork(config, spec, device), config.emaDecay);
    this.teacher = openTeacher(config, spec, device);
    // Seeded after these were made: with or without them, the weights are the same.
    manualSeed(config.seed);
    this.network = newNetwork(config, spec, device);
    this.average?.begin(this.network);
    freeze(this.network, config.freeze);
    this.optimizer = runOptimizer(config, this.network);
    this.schedule = runSchedule(config, stepsPerEpoch);
  }

  /** The network whose predictions count: the average where there is one. */
  get evaluated(): Network {
    return this.average?.network ?? this.network;
  }

  dispose(): void {
    this.optimizer.dispose();
    this.average?.dispose();
    this.teacher?.dispose();
    this.network.dispose();
  }
}

function newNetwork(config: RunConfig, spec: PreprocessSpec, device: Device): Network {
  const network = findNetwork(config.model).build(spec.labels.length, clipSize(spec)).to({ device });
  if (config.dropout !== null)
    for (const module of network.namedModules().values())
      if (module instanceof nn.Dropout) module.p = config.dropout;
  return network;
}

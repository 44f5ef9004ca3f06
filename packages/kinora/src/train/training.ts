/** Everything that is trained, made from a configuration: network, optimizer and schedule, on their device. */
import { type Device, manualSeed, type optim, setDeterministic, threads } from '@kinora/torch';
import type { PreprocessSpec } from '../clip/spec.js';
import type { RunConfig } from '../config/index.js';
import type { Network } from '../model/network.js';
import { findNetwork } from '../model/registry.js';
import { runOptimizer } from './optimizer.js';
import { type RunSchedule, runSchedule } from './schedule.js';

export interface Training {
  readonly config: RunConfig;
  readonly spec: PreprocessSpec;
  readonly device: Device;
  readonly network: Network;
  readonly optimizer: optim.Optimizer;
  readonly schedule: RunSchedule;
}

/** Seeds the generators and makes everything anew; the same configuration gives the same weights. */
export function newTraining(
  config: RunConfig,
  spec: PreprocessSpec,
  device: Device,
  stepsPerEpoch: number,
): Training {
  if (config.threads !== null) threads.set(config.threads);
  setDeterministic(config.deterministic);
  manualSeed(config.seed);
  const { frames, clips, crop, labels } = spec;
  const size = [frames * Math.max(1, clips), crop.height, crop.width] as const;
  const network = findNetwork(config.model).build(labels.length, size).to({ device });
  return {
    config,
    spec,
    device,
    network,
    optimizer: runOptimizer(config, network),
    schedule: runSchedule(config, stepsPerEpoch),
  };
}

export function disposeTraining({ network, optimizer }: Training): void {
  optimizer.dispose();
  network.dispose();
}

/**
 * For checkpointing.soak.test.ts only: three steps in a process of their own, `node checkpointing.test.program.js
 * NETWORK CLIPS PARTS CHECKPOINTING`, and what they took as a line of JSON.
 */

import { defaultSpec } from '@kinora/clip';
import { manualSeed, optim, Stream, threads } from '@kinora/torch';
import { effectiveConfig } from '../config/index.js';
import { findNetwork } from '../model/registry.js';
import { Precision } from './device/precision.js';
import { noLap } from './profile.js';
import { alone } from './ranks/ranks.js';
import { type StepParts, trainStep } from './step.js';

export interface Taken {
  /** Resident memory in bytes before the first step, and at most. */
  readonly before: number;
  readonly peak: number;
  /** CPU seconds of the last step. */
  readonly seconds: number;
}

const [name, clips, parts, checkpointing] = process.argv.slice(2) as [string, string, string, string];
threads.set(1);
manualSeed(1);
const { build, input } = findNetwork(name);
const [frames, height, width] = input;
const n = Number(clips);
const config = effectiveConfig({
  accumulateSteps: Number(parts),
  activationCheckpointing: checkpointing === 'true',
});
const network = build(27, input).train();
const training: StepParts = {
  config,
  spec: defaultSpec(Array.from({ length: 27 }, String)),
  device: 'cpu',
  ranks: alone(),
  lap: noLap,
  network,
  teacher: null,
  optimizer: new optim.SGD(network.parameters(), { lr: 1e-3 }),
  objective: { labelSmoothing: 0, classWeights: null },
  precision: new Precision('float32', 'cpu'),
  copies: new Stream('cpu'),
};
const batch = {
  clips: new Uint8Array(n * frames * height * width * 3).map((_, i) => (i * 37) % 251),
  shape: [n, frames, height, width] as const,
  labels: BigInt64Array.from({ length: n }, (_, i) => BigInt(i % 27)),
  epoch: 0,
  number: 0,
};
const before = process.memoryUsage().rss;
let seconds = 0;
for (let step = 0; step < 3; step++) {
  const start = process.cpuUsage();
  trainStep(training, batch);
  const { user, system } = process.cpuUsage(start);
  seconds = (user + system) / 1e6;
}
const taken: Taken = { before, peak: process.resourceUsage().maxRSS * 1024, seconds };
process.stdout.write(`${JSON.stringify(taken)}\n`);

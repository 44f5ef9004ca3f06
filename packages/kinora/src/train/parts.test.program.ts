/**
 * For parts.soak.test.ts only: one step of ConvColumn6 on 16 clips in a process of its own,
 * `node parts.test.program.js PARTS`, that prints the peak of its resident memory in MiB.
 */
import { effectiveConfig, preprocessSpec } from '../config/index.js';
import { trainStep } from './step.js';
import { disposeTraining, newTraining } from './training.js';

const CLIPS = 16;
const labels = Array.from({ length: 27 }, (_, i) => `gesture ${i}`);
const config = effectiveConfig({
  ...{ name: 'parts', model: 'ConvColumn6', threads: 1 },
  ...{ batchSize: CLIPS, accumulateSteps: Number(process.argv[2]) },
});
const spec = preprocessSpec(config, labels);
const fingerprint = { clips: CLIPS, sha256: '' };
const training = newTraining(config, spec, 'cpu', {
  stepsPerEpoch: 1,
  perClass: labels.map(() => 1),
  lists: { train: fingerprint, val: null },
});
const { height, width } = spec.crop;
const shape = [CLIPS, spec.frames, height, width] as const;
const bytes = shape.reduce((product, size) => product * size, 3);
const clips = Uint8Array.from({ length: bytes }, (_, i) => (i * 31) % 255);
const batch = { clips, shape, labels: BigInt64Array.from({ length: CLIPS }, (_, i) => BigInt(i)) };
trainStep(training.network, training.optimizer, { ...batch, epoch: 0, number: 0 }, training.settings);
disposeTraining(training);
process.stdout.write(String(Math.round(process.resourceUsage().maxRSS / 1024)));

/**
 * For parts.soak.test.ts only: one step of ConvColumn6 on 16 clips in a process of its own,
 * `node parts.test.program.js PARTS`, that prints the peak of its resident memory in MiB.
 */
import { effectiveConfig } from '../config/index.js';
import { trainingClips } from './clips.js';
import { trainStep } from './step.js';
import { Training } from './training.js';

const CLIPS = 16;
const labels = Array.from({ length: 27 }, (_, i) => `gesture ${i}`);
const config = effectiveConfig({
  ...{ name: 'parts', model: 'ConvColumn6', threads: 1 },
  ...{ batchSize: CLIPS, accumulateSteps: Number(process.argv[2]) },
});
const list = { labels, items: [], dropped: 0 };
const training = new Training(trainingClips(config, list), { stepsPerEpoch: 1 });
const { height, width } = training.spec.crop;
const shape = [CLIPS, training.spec.frames, height, width] as const;
const bytes = shape.reduce((product, size) => product * size, 3);
const clips = Uint8Array.from({ length: bytes }, (_, i) => (i * 31) % 255);
const batch = { clips, shape, labels: BigInt64Array.from({ length: CLIPS }, (_, i) => BigInt(i)) };
trainStep(training, { ...batch, epoch: 0, number: 0 });
training.dispose();
process.stdout.write(String(Math.round(process.resourceUsage().maxRSS / 1024)));

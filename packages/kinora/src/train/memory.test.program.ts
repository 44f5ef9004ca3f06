/**
 * For memory.soak.test.ts only: a run of its own process, `node memory.test.program.js STEPS`, that prints what it holds
 * after each step as a line of JSON.
 */
import { memoryStats } from '@kinora/torch';
import type { Progress } from '../progress.js';
import { trainRun } from './run.js';
import { LABELS, TinyData } from './tiny-run.test.util.js';

export interface Held {
  readonly step: number;
  readonly liveTensors: number;
  readonly liveBytes: number;
  /** Resident memory of the process in bytes, and what of it is the JavaScript heap. */
  readonly rss: number;
  readonly heap: number;
}

/** 100 steps an epoch, with a validation and a checkpoint after each. */
const BATCH = 2;
const CLIPS = 200;

const data = new TinyData();
try {
  const lines = Array.from({ length: CLIPS }, (_, i) => `${1 + (i % 10)};${LABELS[i % LABELS.length]}`);
  const config = data.config('memory', {
    model: 'ConvColumnSmall',
    frames: 16,
    batchSize: BATCH,
    trainList: data.write('many.csv', lines),
    epochs: -1,
    maxSteps: Number(process.argv[2]),
    schedule: 'one_cycle',
    workers: 2,
  });
  let step = 0;
  const measure = () => {
    const { rss, heapUsed: heap } = process.memoryUsage();
    const held: Held = { step: ++step, ...memoryStats(), rss, heap };
    process.stdout.write(`${JSON.stringify(held)}\n`);
  };
  const progress: Progress = {
    log: () => undefined,
    task: (label) => ({
      update: label.endsWith('validation') ? () => undefined : measure,
      finish: () => undefined,
    }),
  };
  await trainRun(config, { progress });
} finally {
  data.remove();
}

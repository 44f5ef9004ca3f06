// How much work each side does per measurement. `KINORA_BENCH=tiny` reduces it to the minimum; the tests run every side that way.
import { availableParallelism } from 'node:os';

const tiny = process.env.KINORA_BENCH === 'tiny';

export const sizes = tiny
  ? {
      step: 1,
      inferences: 1,
      calls: 100,
      callRuns: 1,
      starts: 1,
      batch: 2,
      batches: 1,
      epochBatch: 4,
      threads: 1,
      gpu: { batch: 2, warmUp: 1, steps: 1, perClass: 1, workers: 1, trainingSteps: 2 },
    }
  : {
      step: 8,
      inferences: 5,
      calls: 1_000,
      callRuns: 600,
      starts: 5,
      batch: 16,
      batches: 16,
      epochBatch: 32,
      threads: 2,
      gpu: {
        batch: 100,
        warmUp: 10,
        steps: 30,
        perClass: 120,
        workers: availableParallelism(),
        trainingSteps: 3000,
      },
    };

/** The configured learning-rate schedule, and whether it moves with steps or with epochs. */
import { optim } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';

export interface RunSchedule {
  /** Rate and momentum for the coming step are written into the optimizer. */
  apply(optimizer: optim.Optimizer, step: number): void;
  afterStep(): void;
  /** @param validationLoss what a plateau watches */
  afterEpoch(validationLoss: number): void;
  state(): optim.ScheduleState;
  restore(state: optim.ScheduleState): void;
}

/** @param stepsPerEpoch batches in an epoch, which with epochs gives the length of a cycle or of half a cosine */
export function runSchedule(config: RunConfig, stepsPerEpoch: number): RunSchedule {
  const byEpoch = config.schedule.name === 'plateau' || config.schedule.name === 'step';
  const schedule = build(config, totalSteps(config, stepsPerEpoch));
  return {
    apply(optimizer, step) {
      optim.applySchedule(schedule, optimizer);
      const warm = Math.min(1, (step + 1) / config.warmupSteps);
      if (warm < 1) for (const group of optimizer.groups) group.lr *= warm;
    },
    afterStep: () => {
      if (!byEpoch) schedule.advance();
    },
    afterEpoch: (loss) => {
      if (byEpoch) schedule.advance(loss);
    },
    state: () => schedule.state(),
    restore: (state) => schedule.restore(state),
  };
}

/** Steps of the whole training; infinite when it goes on until the plateau schedule ends it. */
export function totalSteps({ maxSteps, epochs }: RunConfig, stepsPerEpoch: number): number {
  const byEpochs = epochs === -1 ? Number.POSITIVE_INFINITY : epochs * stepsPerEpoch;
  return Math.min(maxSteps ?? Number.POSITIVE_INFINITY, byEpochs);
}

function build({ schedule }: RunConfig, steps: number): optim.Schedule {
  switch (schedule.name) {
    case 'plateau':
      // eps 0: below PyTorch's 1e-8 the rate would never reach a lastLr that is smaller still.
      return optim.plateau({ factor: schedule.factor, patience: schedule.patience, eps: 0 });
    case 'cosine':
      return optim.cosine({ steps });
    case 'one_cycle':
      return optim.oneCycle({
        steps,
        startFraction: schedule.rise,
        divFactor: schedule.divFactor,
        finalDivFactor: schedule.finalDivFactor,
      });
    case 'step':
      return optim.stepped({ stepSize: schedule.every, gamma: schedule.factor });
    case 'constant':
      return optim.constant();
    default:
      return schedule satisfies never;
  }
}

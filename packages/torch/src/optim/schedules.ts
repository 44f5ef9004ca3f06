/** Schedules that are functions of the step: constant, stepped, multi-step and cosine, and the linear warm-up before any. */
import { checkSetting, closedForm, readNumber, type Schedule, type ScheduleState } from './schedule.js';

/** The initial rate throughout. */
export const constant = (): Schedule => closedForm((_, initialLr) => initialLr);

export interface SteppedOptions {
  /** Steps between two reductions. */
  stepSize: number;
  /** Default 0.1. */
  gamma?: number;
}

/** Times gamma after every `stepSize` steps (StepLR). */
export function stepped({ stepSize, gamma = 0.1 }: SteppedOptions): Schedule {
  checkSetting('stepSize', stepSize, stepSize >= 1, 'at least 1');
  return closedForm((step, initialLr) => initialLr * gamma ** Math.floor(step / stepSize));
}

export interface MultiStepOptions {
  milestones: readonly number[];
  /** Default 0.1. */
  gamma?: number;
}

/** Times gamma at each milestone (MultiStepLR). */
export function multiStep({ milestones, gamma = 0.1 }: MultiStepOptions): Schedule {
  return closedForm(
    (step, initialLr) => initialLr * gamma ** milestones.filter((milestone) => milestone <= step).length,
  );
}

export interface CosineOptions {
  /** Steps from the initial rate to `minLr`, which is kept from then on. */
  steps: number;
  /** Default 0. */
  minLr?: number;
}

/** Half a cosine (Loshchilov and Hutter 2017, SGDR without restarts; CosineAnnealingLR, which would rise again). */
export function cosine({ steps, minLr = 0 }: CosineOptions): Schedule {
  checkSetting('steps', steps, steps >= 1, 'at least 1');
  return closedForm(
    (step, initialLr) =>
      minLr + ((initialLr - minLr) * (1 + Math.cos((Math.PI * Math.min(step, steps)) / steps))) / 2,
  );
}

export interface WarmUpOptions {
  /** Steps until the initial rate is reached. */
  steps: number;
  /** Share of the initial rate to start with. Default 1 / 3, as LinearLR. */
  startFactor?: number;
}

/**
 * Rises linearly to the initial rate, then follows `next` from its start (Goyal et al. 2017, section 2.2; SequentialLR
 * of LinearLR and another).
 */
export function warmUp({ steps, startFactor = 1 / 3 }: WarmUpOptions, next: Schedule): Schedule {
  checkSetting('steps', steps, steps >= 0, 'at least 0');
  let step = 0;
  return {
    lr: (initialLr) =>
      step < steps ? initialLr * (startFactor + ((1 - startFactor) * step) / steps) : next.lr(initialLr),
    momentum: () => next.momentum(),
    advance: (metric) => {
      if (step >= steps) next.advance(metric);
      else step++;
    },
    state: () => ({ step, next: next.state() }),
    restore: (state) => {
      const saved = readNumber(state, 'step');
      next.restore((state.next ?? {}) as ScheduleState);
      step = saved;
    },
  };
}

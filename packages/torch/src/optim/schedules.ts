/**
 * Learning-rate schedules, independent of any optimizer: a schedule computes the rate of a group from the group's initial
 * rate. The caller decides what a step is (a batch or an epoch). Constant, stepped, multi-step, cosine and one-cycle
 * schedules equal the closed forms of torch.optim.lr_scheduler; `warmUp` can precede any of them.
 */
import { kinoraError } from '../error.js';

/** Plain JSON: saved in checkpoints. */
export type ScheduleState = Readonly<Record<string, unknown>>;

export interface Schedule {
  /** Rate of the current step for a group that started with `initialLr`. */
  lr(initialLr: number): number;
  /** Momentum (SGD) or first beta (Adam) of the current step; null if the schedule does not change it. */
  momentum(): number | null;
  /** Advances to the next step. A plateau schedule needs `metric`; the others ignore it. */
  advance(metric?: number): void;
  state(): ScheduleState;
  restore(state: ScheduleState): void;
}

/** What a schedule needs from an optimizer's groups. */
interface Scheduled {
  readonly groups: readonly {
    lr: number;
    readonly initialLr: number;
    momentum?: number;
    betas?: readonly [number, number];
  }[];
}

/** Writes the current rate, and the momentum if the schedule cycles it, to every group. Call it before each step. */
export function applySchedule(schedule: Schedule, optimizer: Scheduled): void {
  const momentum = schedule.momentum();
  for (const group of optimizer.groups) {
    group.lr = schedule.lr(group.initialLr);
    if (momentum === null) continue;
    if (group.betas !== undefined) group.betas = [momentum, group.betas[1]];
    else if (group.momentum !== undefined) group.momentum = momentum;
  }
}

/** A schedule that is a function of the number of steps made. */
export function closedForm(
  rateAt: (step: number, initialLr: number) => number,
  momentumAt: (step: number) => number | null = () => null,
): Schedule {
  let step = 0;
  return {
    lr: (initialLr) => rateAt(step, initialLr),
    momentum: () => momentumAt(step),
    advance: () => void step++,
    state: () => ({ step }),
    restore: (state) => {
      step = readNumber(state, 'step');
    },
  };
}

/** @throws KinoraError `optim/schedule-state` */
export function readNumber(state: ScheduleState, field: string): number {
  const value = state[field];
  if (typeof value === 'number') return value;
  const received = JSON.stringify(value);
  throw kinoraError('optim/schedule-state', `schedule state, ${field}`, 'a number', received, {
    hint: 'the state must come from the same schedule',
  });
}

/** @throws KinoraError `optim/settings` */
export function checkSetting(name: string, value: number, valid: boolean, expected: string): void {
  if (valid) return;
  throw kinoraError('optim/settings', name, expected, String(value));
}

/** Always the initial rate. */
export const constant = (): Schedule => closedForm((_, initialLr) => initialLr);

export interface SteppedOptions {
  /** Steps between two reductions. */
  stepSize: number;
  /** Default 0.1. */
  gamma?: number;
}

/** Multiplies by gamma after every `stepSize` steps (StepLR). */
export function stepped({ stepSize, gamma = 0.1 }: SteppedOptions): Schedule {
  checkSetting('stepSize', stepSize, stepSize >= 1, 'at least 1');
  return closedForm((step, initialLr) => initialLr * gamma ** Math.floor(step / stepSize));
}

export interface MultiStepOptions {
  milestones: readonly number[];
  /** Default 0.1. */
  gamma?: number;
}

/** Multiplies by gamma at each milestone (MultiStepLR). */
export function multiStep({ milestones, gamma = 0.1 }: MultiStepOptions): Schedule {
  return closedForm(
    (step, initialLr) => initialLr * gamma ** milestones.filter((milestone) => milestone <= step).length,
  );
}

export interface CosineOptions {
  /** Steps from the initial rate to `minLr`; the rate stays there. */
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
  /** First rate, as a share of the initial rate. Default: 1 / 3, as in LinearLR. */
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

export interface OneCycleOptions {
  /** Steps of the whole cycle; the rate stays at its last value. */
  steps: number;
  /** Share of the steps spent rising (pct_start). Default 0.3. */
  startFraction?: number;
  anneal?: 'cosine' | 'linear';
  /** The cycle starts at the group's rate divided by this. Default: 25. */
  divFactor?: number;
  /** It ends at the first rate divided by this. Default: 1e4. */
  finalDivFactor?: number;
  /**
   * Fall for as many steps as the rate rose, then anneal to the end in a third phase. Default: false, which falls
   * directly to the end.
   */
  threePhase?: boolean;
  /** Move the momentum opposite to the rate. Default: true. */
  cycleMomentum?: boolean;
  /** Momentum at the peak. Default 0.85. */
  baseMomentum?: number;
  /** Momentum at the start and the end. Default 0.95. */
  maxMomentum?: number;
}

/** Rate (as a share of the peak) and momentum at the corner of the cycle at `step`. */
interface Corner {
  step: number;
  rate: number;
  momentum: number;
}

/** The group's rate is the peak (max_lr). */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { steps, startFraction = 0.3, anneal = 'cosine', cycleMomentum = true } = options;
  checkSetting('steps', steps, Number.isInteger(steps) && steps >= 1, 'a whole number of at least 1');
  checkSetting('startFraction', startFraction, startFraction >= 0 && startFraction <= 1, '0 to 1');
  const corners = cornersOf(options, startFraction);
  const at = (step: number, read: (corner: Corner) => number) =>
    interpolate(corners, Math.min(step, steps - 1), read, anneal);
  return closedForm(
    (step, initialLr) => at(step, ({ rate }) => initialLr * rate),
    (step) => (cycleMomentum ? at(step, ({ momentum }) => momentum) : null),
  );
}

function cornersOf(options: OneCycleOptions, startFraction: number): Corner[] {
  const { steps, divFactor = 25, finalDivFactor = 1e4, threePhase = false } = options;
  const { baseMomentum = 0.85, maxMomentum = 0.95 } = options;
  const start = { rate: 1 / divFactor, momentum: maxMomentum };
  const end = { step: steps - 1, rate: 1 / divFactor / finalDivFactor, momentum: maxMomentum };
  const peak = { step: startFraction * steps - 1, rate: 1, momentum: baseMomentum };
  const back = { step: 2 * startFraction * steps - 2, ...start };
  return [{ step: 0, ...start }, peak, ...(threePhase ? [back] : []), end];
}

function interpolate(
  corners: readonly Corner[],
  step: number,
  read: (corner: Corner) => number,
  anneal: 'cosine' | 'linear',
): number {
  const last = corners.length - 1;
  const next = Math.max(
    1,
    corners.findIndex((corner, i) => i > 0 && (step <= corner.step || i === last)),
  );
  const [from, to] = [corners[next - 1]!, corners[next]!];
  const share = to.step === from.step ? 1 : (step - from.step) / (to.step - from.step);
  const weight = anneal === 'cosine' ? (1 + Math.cos(Math.PI * share)) / 2 : 1 - share;
  return read(to) + (read(from) - read(to)) * weight;
}

/**
 * Learning-rate schedules as small objects of numbers, apart from any optimizer: a schedule says the rate of a group
 * from the rate it started with. What a step is (a batch, an epoch) is the caller's business. The sequences are those of
 * torch.optim.lr_scheduler's closed forms.
 */
import { KinoraError } from '../error.js';

/** Plain JSON: saved in checkpoints. */
export type ScheduleState = Readonly<Record<string, unknown>>;

export interface Schedule {
  /** Rate of the present step for a group that started with `initialLr`. */
  lr(initialLr: number): number;
  /** Momentum (SGD) or first beta (Adam) of the present step; null where the schedule leaves it alone. */
  momentum(): number | null;
  /** Goes on to the next step. `metric` is what a plateau watches; the others ignore it. */
  advance(metric?: number): void;
  state(): ScheduleState;
  restore(state: ScheduleState): void;
}

/** What an optimizer's groups must offer to be scheduled. */
interface Scheduled {
  readonly groups: readonly {
    lr: number;
    readonly initialLr: number;
    momentum?: number;
    betas?: readonly [number, number];
  }[];
}

/** Writes the present rate, and momentum if the schedule cycles it, into every group. Call before each step. */
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
  throw new KinoraError({
    code: 'optim/schedule-state',
    where: `schedule state, ${field}`,
    expected: 'a number',
    received,
    hint: 'the state must come from the same schedule',
  });
}

/** @throws KinoraError `optim/settings` */
export function checkSetting(name: string, value: number, valid: boolean, expected: string): void {
  if (valid) return;
  throw new KinoraError({ code: 'optim/settings', where: name, expected, received: String(value) });
}

/** Reduces the rate when a metric stops improving, as torch.optim.lr_scheduler.ReduceLROnPlateau, number for number. */
import { kinoraError } from '../error.js';
import { checkSetting, readNumber, type Schedule, type ScheduleState } from './schedules.js';

export interface PlateauOptions {
  /** Whether smaller (a loss) or larger (an accuracy) is better. Default 'min'. */
  mode?: 'min' | 'max';
  /** Factor on the rate. Default: 0.1. */
  factor?: number;
  /** Number of steps without improvement that are tolerated; the rate is reduced one step later. Default: 10. */
  patience?: number;
  /** Improvements smaller than this do not count. Default 1e-4. */
  threshold?: number;
  /** Whether the threshold is relative to the best value or absolute. Default: 'relative'. */
  thresholdMode?: 'relative' | 'absolute';
  /** Steps after a reduction that do not count. Default: 0. */
  cooldown?: number;
  /** The rate never falls below this. Default 0. */
  minLr?: number;
  /** The rate is not reduced by less than this. Default: 1e-8. */
  eps?: number;
}

export interface Plateau extends Schedule {
  /** How often the rate has been reduced, or would have been without `minLr`. */
  readonly reductions: number;
  /** Best metric so far. */
  readonly best: number;
}

export function plateau(options: PlateauOptions = {}): Plateau {
  const { mode = 'min', factor = 0.1, patience = 10, cooldown = 0, minLr = 0, eps = 1e-8 } = options;
  checkSetting('factor', factor, factor > 0 && factor < 1, 'a number between 0 and 1');
  const isBetter = improvement(mode, options);
  const worst = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  let now = { best: worst, badSteps: 0, cooldownLeft: 0, reductions: 0 };

  const observe = (metric: number): void => {
    const better = isBetter(metric, now.best);
    const cooling = now.cooldownLeft > 0;
    const badSteps = better || cooling ? 0 : now.badSteps + 1;
    const reduce = badSteps > patience;
    now = {
      best: better ? metric : now.best,
      badSteps: reduce ? 0 : badSteps,
      cooldownLeft: reduce ? cooldown : Math.max(0, now.cooldownLeft - 1),
      reductions: now.reductions + Number(reduce),
    };
  };

  return {
    lr: (initialLr) => reduced(initialLr, now.reductions, { factor, minLr, eps }),
    momentum: () => null,
    advance: (metric) => observe(required(metric)),
    // JSON has no infinity: null means that there is no best value yet.
    state: () => ({ ...now, best: Number.isFinite(now.best) ? now.best : null }),
    restore: (state) => {
      now = { ...restored(state), best: state.best === null ? worst : readNumber(state, 'best') };
    },
    get reductions() {
      return now.reductions;
    },
    get best() {
      return now.best;
    },
  };
}

function improvement(
  mode: 'min' | 'max',
  options: PlateauOptions,
): (metric: number, best: number) => boolean {
  const { threshold = 1e-4, thresholdMode = 'relative' } = options;
  const sign = mode === 'min' ? -1 : 1;
  return (metric, best) => {
    const bar = thresholdMode === 'relative' ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === 'min' ? metric < bar : metric > bar;
  };
}

function reduced(
  initialLr: number,
  reductions: number,
  { factor, minLr, eps }: { factor: number; minLr: number; eps: number },
): number {
  let lr = initialLr;
  for (let i = 0; i < reductions; i++) {
    const next = Math.max(lr * factor, minLr);
    if (lr - next > eps) lr = next;
  }
  return lr;
}

function restored(state: ScheduleState) {
  return {
    badSteps: readNumber(state, 'badSteps'),
    cooldownLeft: readNumber(state, 'cooldownLeft'),
    reductions: readNumber(state, 'reductions'),
  };
}

function required(metric: number | undefined): number {
  if (metric !== undefined) return metric;
  throw kinoraError('optim/settings', 'plateau', 'a metric at each step', 'none', {
    hint: 'advance(validationLoss)',
  });
}

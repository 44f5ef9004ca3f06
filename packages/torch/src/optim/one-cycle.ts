/** One cycle up and down (Smith and Topin 2019, https://arxiv.org/abs/1708.07120), as torch.optim.lr_scheduler.OneCycleLR. */
import { checkSetting, closedForm, type Schedule } from './schedule.js';

export interface OneCycleOptions {
  /** Steps of the whole cycle; the last rate is kept from then on. */
  steps: number;
  /** Share of the steps spent rising (pct_start). Default 0.3. */
  startFraction?: number;
  anneal?: 'cosine' | 'linear';
  /** The cycle starts at the group's rate over this. Default 25. */
  divFactor?: number;
  /** It ends at the start over this. Default 1e4. */
  finalDivFactor?: number;
  /** Fall as long as it rose, then vanish in a third phase. Default false: fall straight to the end. */
  threePhase?: boolean;
  /** Move the momentum against the rate. Default true. */
  cycleMomentum?: boolean;
  /** Momentum at the peak. Default 0.85. */
  baseMomentum?: number;
  /** Momentum at the start and the end. Default 0.95. */
  maxMomentum?: number;
}

/** Rate (as a share of the peak) and momentum at the corner of the cycle that stands at `step`. */
interface Corner {
  step: number;
  rate: number;
  momentum: number;
}

/** The group's own rate is the peak (max_lr). */
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

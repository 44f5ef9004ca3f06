/** What a check on held-out recordings means, in sentences. */
import type { Check } from '@kinora/recognizer';
import { percent } from '../design/numbers.js';

const takes = (count: number): string => `${count} ${count === 1 ? 'take' : 'takes'}`;

/** The figure, with its interval. */
export function figureOf({ right, of, interval, nothing }: Check): string {
  const [low, high] = interval;
  const kept = `${right} of ${takes(of)} recognised when held out: ${percent(right / of, 0)} (95 % interval ${percent(low, 0)} to ${percent(high, 0)}).`;
  if (nothing.of === 0) return kept;
  return `${kept} ${nothing.alarms} of ${takes(nothing.of)} of Nothing became a gesture.`;
}

/** What to do about one gesture; empty where there is nothing. */
export function remarkOn(label: string, count: number, check: Check | undefined): string {
  if (count === 0) return '';
  if (count === 1) return 'Record a second take to have it checked.';
  const own = check?.confusions.filter((one) => one.taught === label || one.answered === label) ?? [];
  const worst = own.toSorted((a, b) => b.takes - a.takes)[0];
  if (worst !== undefined) {
    const other = worst.taught === label ? worst.answered : worst.taught;
    return `“${label}” and “${other}” look alike: record two more of each.`;
  }
  const missed = check?.missed[label] ?? 0;
  return missed === 0 ? '' : `${takes(missed)} not recognised when held out: record two more.`;
}

/** How a check went since the one before; empty where both are the same. */
export function changeSince(before: Check | undefined, now: Check): string {
  if (before === undefined || now.of < now.total) return '';
  const change = now.right / now.of - before.right / before.of;
  if (change === 0) return '';
  return `${change > 0 ? 'Better' : 'Worse'} than before the last change: ${before.right} of ${before.of}.`;
}

/** What a check on held-out recordings means, in sentences. */
import { type Check, NOTHING } from '@kinora/recognizer';
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

/** Takes of a gesture after which more help less than other gestures, other light and other people do. */
const ENOUGH = 5;

/** What to do next, as one sentence. `counts` are the takes by gesture, those of Nothing among them. */
export function nextStep(counts: ReadonlyMap<string, number>, check: Check | undefined): string {
  const gestures = [...counts].filter(([label]) => label !== NOTHING);
  const recorded = gestures.filter(([, count]) => count > 0);
  const [first] = recorded;
  if (first === undefined) return 'Record your first gesture.';
  if (recorded.length === 1)
    return `Record a second gesture: so far “${first[0]}” can only be told from no gesture at all.`;
  const fewest = recorded.reduce((few, one) => (one[1] < few[1] ? one : few));
  if (fewest[1] < 3)
    return `Record ${3 - fewest[1]} more of “${fewest[0]}”: it has only ${takes(fewest[1])}, and three show how it varies.`;
  const worst = check?.confusions.toSorted((a, b) => b.takes - a.takes)[0];
  if (worst !== undefined)
    return `Record two more of “${worst.taught}” and of “${worst.answered}”, or make the movements differ more: they are taken for each other.`;
  if ((counts.get(NOTHING) ?? 0) === 0)
    return `Record some of “${NOTHING}”: sitting, talking, reaching for something, so that they become no gesture.`;
  if (fewest[1] < ENOUGH)
    return `Test it below, or record “${fewest[0]}” up to ${ENOUGH} times: nearer, farther, faster, slower.`;
  return 'Test it below, then hand it over to your app.';
}

/** How a check went since the one before; empty where both are the same. */
export function changeSince(before: Check | undefined, now: Check): string {
  if (before === undefined || now.of < now.total) return '';
  const change = now.right / now.of - before.right / before.of;
  if (change === 0) return '';
  return `${change > 0 ? 'Better' : 'Worse'} than before the last change: ${before.right} of ${before.of}.`;
}

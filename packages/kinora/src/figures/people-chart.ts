/** Accuracy by person: a dot for each, with the interval that its number of clips leaves, and a line through the mean. */
import { el, type Markup, picture } from './svg.js';
import type { Theme } from './theme.js';
import { percent, plural, wholePercent } from './words.js';

export interface PersonDot {
  readonly person: string;
  readonly clips: number;
  /** Share, and the ends of its interval. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

const ROW = 24;
const PLOT = 420;
const TOP = 56;
/** More are not told apart. */
const MOST = 40;
/** Longest name that is shown in full, in characters. */
const LONGEST = 24;

/** @param people the worst first @param mean over all clips, with its interval; NaN for a single person, who has none */
export function peopleChart(
  people: readonly PersonDot[],
  mean: { readonly value: number; readonly low: number; readonly high: number },
  theme: Theme,
): Markup {
  const shown = people.slice(0, MOST);
  const left = 40 + 7 * Math.max(...shown.map(({ person }) => Math.min(LONGEST, person.length)));
  const bottom = TOP + shown.length * ROW;
  const size = { width: left + PLOT + 140, height: bottom + 40 };
  const floor =
    Math.floor(10 * Math.min(...[mean.low, ...shown.map(({ low }) => low)].filter(Number.isFinite))) / 10;
  const x = (share: number): number => left + (PLOT * (share - floor)) / (1 - floor);
  const steps = Math.round((1 - floor) * 10);
  const ticks = Array.from({ length: steps + 1 }, (_, i) => floor + i / 10).filter(
    (_, i) => steps <= 6 || (steps - i) % 2 === 0,
  );
  const which =
    people.length > MOST
      ? `the ${MOST} worst of ${people.length} people`
      : plural(people.length, 'person', 'people');
  return picture(
    size,
    `Top-1 accuracy of ${which}; the numbers are in the table`,
    theme,
    el('text', { x: 24, y: 28, fill: theme.ink, 'font-size': 15, 'font-weight': 600 }, 'Accuracy by person'),
    Number.isNaN(mean.low)
      ? undefined
      : el('rect', {
          x: x(mean.low),
          y: TOP - 8,
          width: Math.max(0, x(mean.high) - x(mean.low)),
          height: bottom - TOP + 8,
          fill: theme.orange,
          'fill-opacity': 0.12,
        }),
    ticks.map((share) => tick(x(share), wholePercent(share), bottom, theme)),
    el('line', {
      x1: x(mean.value),
      x2: x(mean.value),
      y1: TOP - 8,
      y2: bottom,
      stroke: theme.orange,
      'stroke-dasharray': '4 3',
    }),
    el(
      'text',
      { x: x(mean.value), y: TOP - 14, 'text-anchor': 'middle', fill: theme.orange },
      `mean ${percent(mean.value)}`,
    ),
    shown.map((person, i) => row(person, TOP + (i + 0.5) * ROW, x, left, theme)),
  );
}

function tick(x: number, text: string, bottom: number, theme: Theme): Markup[] {
  return [
    el('line', { x1: x, x2: x, y1: TOP - 8, y2: bottom, stroke: theme.rule }),
    el('text', { x, y: bottom + 18, 'text-anchor': 'middle', fill: theme.muted }, text),
  ];
}

function row(
  { person, clips, accuracy, low, high }: PersonDot,
  y: number,
  x: (share: number) => number,
  left: number,
  theme: Theme,
): Markup {
  const name = person.length > LONGEST ? `${person.slice(0, LONGEST - 1)}…` : person;
  const words = `${person}: ${percent(accuracy)} of ${plural(clips, 'clip')} (${percent(low)} to ${percent(high)})`;
  return el(
    'g',
    { class: 'cell' },
    el('text', { x: left - 16, y: y + 4, 'text-anchor': 'end', fill: theme.ink }, name),
    el('line', {
      x1: x(low),
      x2: x(high),
      y1: y,
      y2: y,
      stroke: theme.blue,
      'stroke-width': 2,
      'stroke-opacity': 0.5,
    }),
    el('circle', { cx: x(accuracy), cy: y, r: 5, fill: theme.blue }),
    el('text', { x: x(1) + 14, y: y + 4, fill: theme.muted }, `${percent(accuracy)} of ${clips}`),
    el('title', {}, words),
  );
}

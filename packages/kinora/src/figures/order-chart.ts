/**
 * Accuracy on the order-only pairs, one bar per row, best first. Bars start at chance, so a network that ignores order
 * has none.
 */
import { el, type Markup, picture } from './svg.js';
import type { Theme } from './theme.js';
import { percent } from './words.js';

export interface OrderBar {
  readonly name: string;
  readonly accuracy: number;
}

const ROW = 24;
const BAR = 420;
const CHANCE = 0.5;
const [LOW, HIGH] = [0.4, 1];
const TOP = 64;

export function orderChart(bars: readonly OrderBar[], theme: Theme): Markup {
  const sorted = [...bars].sort((a, b) => b.accuracy - a.accuracy);
  const left = 32 + 7 * Math.max(...sorted.map(({ name }) => name.length));
  const [width, height] = [left + BAR + 88, TOP + sorted.length * ROW + 28];
  const x = (share: number) => left + (BAR * (Math.max(LOW, share) - LOW)) / (HIGH - LOW);
  return picture(
    { width, height },
    `Accuracy on order-only pairs of ${bars.length} networks; the numbers are in the table`,
    theme,
    el(
      'text',
      { x: 24, y: 28, fill: theme.ink, 'font-size': 15, 'font-weight': 600 },
      'Gestures that differ only in the order of their frames',
    ),
    chance(x(CHANCE), height, theme),
    sorted.map((bar, i) => row(bar, TOP + i * ROW, x, left, theme)),
  );
}

function chance(x: number, height: number, theme: Theme): Markup[] {
  return [
    el('line', {
      x1: x,
      x2: x,
      y1: TOP - 8,
      y2: height - 24,
      stroke: theme.muted,
      'stroke-dasharray': '3 3',
    }),
    el('text', { x, y: height - 8, 'text-anchor': 'middle', fill: theme.muted }, 'chance'),
  ];
}

function row(
  { name, accuracy }: OrderBar,
  y: number,
  x: (share: number) => number,
  left: number,
  theme: Theme,
): Markup[] {
  const [from, to] = [Math.min(x(CHANCE), x(accuracy)), Math.max(x(CHANCE), x(accuracy))];
  const above = accuracy >= CHANCE;
  return [
    el('text', { x: left - 12, y: y + 12, 'text-anchor': 'end', fill: theme.ink }, name),
    el('rect', {
      x: from,
      y: y + 2,
      width: Math.max(1, to - from),
      height: ROW - 9,
      rx: 2,
      fill: above ? theme.blue : theme.orange,
    }),
    el('text', { x: Math.max(to, x(CHANCE)) + 8, y: y + 13, fill: theme.muted }, percent(accuracy)),
  ];
}

/** The loss of a learning-rate range test over the rate: single batches as dots, their average as a line, the suggestion marked. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { el, type Markup, picture } from './svg.js';
import type { Theme } from './theme.js';

export interface LrPoint {
  readonly lr: number;
  readonly loss: number;
  readonly smoothed: number;
}

const SIZE = { width: 760, height: 400 } as const;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, SIZE.width - 28, 64, SIZE.height - 56];

/** @param title such as the name of the configuration */
export function lrChart(
  title: string,
  points: readonly LrPoint[],
  suggested: number | undefined,
  theme: Theme,
): Markup {
  const rates = points.map(({ lr }) => lr);
  const averages = points.map(({ smoothed }) => smoothed);
  const [first, last] = [rates[0]!, rates.at(-1)!];
  const x = scaleLog([first, last > first ? last : first * 10], [LEFT, RIGHT]);
  const lowest = Math.min(...averages);
  // Where it diverges the loss leaves the picture: the descent is what it is for.
  const start = Math.max(...averages.slice(0, Math.ceil(points.length / 3)));
  const y = scaleLinear(
    [lowest - 0.15 * (start - lowest), start + 0.6 * Math.max(start - lowest, 0.1)],
    [BOTTOM, TOP],
  ).nice(5);
  const highest = y.domain()[1]!;
  const path = points
    .filter(({ smoothed }) => smoothed <= highest)
    .map(({ lr, smoothed }, i) => `${i === 0 ? 'M' : 'L'}${x(lr).toFixed(1)},${y(smoothed).toFixed(1)}`)
    .join('');
  return picture(
    SIZE,
    `Loss over the learning rate${suggested === undefined ? '' : `; it falls fastest at ${rate(suggested)}`}`,
    theme,
    el(
      'text',
      { x: 24, y: 28, fill: theme.ink, 'font-size': 15, 'font-weight': 600 },
      `Learning-rate range test: ${title}`,
    ),
    el(
      'text',
      { x: 24, y: 46, fill: theme.muted },
      'loss: dots are batches, the line is their moving average',
    ),
    y
      .ticks(5)
      .map((value) => [
        el('line', { x1: LEFT, x2: RIGHT, y1: y(value), y2: y(value), stroke: theme.rule }),
        el(
          'text',
          { x: LEFT - 10, y: y(value) + 4, 'text-anchor': 'end', fill: theme.muted },
          y.tickFormat(5)(value),
        ),
      ]),
    powers(x.domain() as [number, number]).map((value) => [
      el('line', { x1: x(value), x2: x(value), y1: BOTTOM, y2: BOTTOM + 5, stroke: theme.muted }),
      el('text', { x: x(value), y: BOTTOM + 20, 'text-anchor': 'middle', fill: theme.muted }, rate(value)),
    ]),
    el('text', { x: RIGHT, y: SIZE.height - 12, 'text-anchor': 'end', fill: theme.muted }, 'learning rate →'),
    points
      .filter(({ loss }) => loss <= highest && loss >= y.domain()[0]!)
      .map(({ lr, loss }) =>
        el('circle', { cx: x(lr), cy: y(loss), r: 2, fill: theme.blue, 'fill-opacity': 0.3 }),
      ),
    el('path', { d: path, fill: 'none', stroke: theme.blue, 'stroke-width': 2, 'stroke-linejoin': 'round' }),
    suggested !== undefined && mark(x(suggested), `lr ${rate(suggested)}`, theme),
  );
}

function mark(x: number, text: string, theme: Theme): Markup[] {
  const right = x > (LEFT + RIGHT) / 2;
  return [
    el('line', { x1: x, x2: x, y1: TOP, y2: BOTTOM, stroke: theme.orange, 'stroke-dasharray': '4 3' }),
    el(
      'text',
      {
        x: x + (right ? -8 : 8),
        y: TOP + 14,
        'text-anchor': right ? 'end' : 'start',
        fill: theme.orange,
        'font-weight': 600,
      },
      text,
    ),
  ];
}

/** Two significant digits: `0.0012`, `3.2e-5`. */
export const rate = (lr: number): string => String(Number(lr.toPrecision(2)));

function powers([low, high]: readonly [number, number]): number[] {
  const from = Math.ceil(Math.log10(low) - 1e-9);
  const to = Math.floor(Math.log10(high) + 1e-9);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => 10 ** (from + i));
}

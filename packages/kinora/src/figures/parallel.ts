/** Parallel coordinates: an axis for each setting and one for the result, a line for each trial. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { el, type Markup, picture } from './svg.js';
import type { Theme } from './theme.js';
import { percent } from './words.js';

export interface ParallelAxis {
  readonly name: string;
  /** Ends of a range, or all values of a choice. */
  readonly scale:
    | { readonly kind: 'lin' | 'log'; readonly ends: readonly [number, number] }
    | { readonly kind: 'choice'; readonly values: readonly string[] };
}

export interface ParallelLine {
  readonly name: string;
  /** One value per axis. */
  readonly values: readonly (number | string)[];
  /** The result, a share. */
  readonly result: number;
}

const GAP = 150;
const [LEFT, TOP, HEIGHT] = [84, 76, 300];

/** @param lines the best first: it is orange, the others blue, the paler the lower their result */
export function parallelChart(
  axes: readonly ParallelAxis[],
  lines: readonly ParallelLine[],
  measure: string,
  theme: Theme,
): Markup {
  const results = lines.map(({ result }) => result);
  const [low, high] = [Math.min(...results), Math.max(...results)];
  const margin = high > low ? 0 : 0.05;
  const ends = [Math.max(0, low - margin), Math.min(1, high + margin)] as const;
  const all: ParallelAxis[] = [...axes, { name: measure, scale: { kind: 'lin', ends } }];
  const places = all.map(({ scale }) => place(scale));
  const x = (i: number): number => LEFT + i * GAP;
  const size = { width: LEFT + (all.length - 1) * GAP + 96, height: TOP + HEIGHT + 40 };
  const path = ({ values, result }: ParallelLine): string =>
    [...values, result]
      .map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i)},${places[i]!(value).toFixed(1)}`)
      .join('');
  const strength = (result: number): number => (high > low ? (result - low) / (high - low) : 1);
  return picture(
    size,
    `${lines.length} trials by ${axes.length} settings and ${measure}; the numbers are in the table`,
    theme,
    el(
      'text',
      { x: 24, y: 28, fill: theme.ink, 'font-size': 15, 'font-weight': 600 },
      `Settings and ${measure}`,
    ),
    [...lines.entries()].reverse().map(([i, line]) =>
      el(
        'g',
        { class: 'cell' },
        el('path', {
          d: path(line),
          fill: 'none',
          stroke: i === 0 ? theme.orange : theme.blue,
          'stroke-width': i === 0 ? 3 : 1.8,
          'stroke-opacity': i === 0 ? 1 : 0.15 + 0.6 * strength(line.result),
          'stroke-linejoin': 'round',
        }),
        el('title', {}, `${line.name}: ${percent(line.result)}`),
      ),
    ),
    // Above the lines, which would cross their numbers.
    all.map((axis, i) => axisMarkup(axis, x(i), places[i]!, i === all.length - 1, theme)),
  );
}

type Place = (value: number | string) => number;

function place(scale: ParallelAxis['scale']): Place {
  if (scale.kind === 'choice') {
    const { values } = scale;
    const step = HEIGHT / Math.max(1, values.length - 1);
    return (value) =>
      values.length === 1
        ? TOP + HEIGHT / 2
        : TOP + HEIGHT - Math.max(0, values.indexOf(String(value))) * step;
  }
  const d3 =
    scale.kind === 'log'
      ? scaleLog(scale.ends, [TOP + HEIGHT, TOP])
      : scaleLinear(scale.ends, [TOP + HEIGHT, TOP]);
  return (value) => d3(Number(value));
}

function axisMarkup(
  { name, scale }: ParallelAxis,
  x: number,
  y: Place,
  isResult: boolean,
  theme: Theme,
): Markup[] {
  const middle = (low: number, high: number): number =>
    scale.kind === 'log' ? Math.sqrt(low * high) : (low + high) / 2;
  const values =
    scale.kind === 'choice' ? scale.values : [scale.ends[0], middle(...scale.ends), scale.ends[1]];
  const text = (value: number | string): string =>
    isResult
      ? percent(Number(value))
      : typeof value === 'number'
        ? String(Number(value.toPrecision(2)))
        : clipped(value);
  return [
    el('line', { x1: x, x2: x, y1: TOP, y2: TOP + HEIGHT, stroke: theme.muted }),
    el(
      'text',
      { x, y: TOP - 18, 'text-anchor': 'middle', fill: theme.ink, 'font-weight': 600 },
      clipped(name, 22),
    ),
    ...values.map((value) =>
      el(
        'text',
        {
          x: x - 8,
          y: y(value) + 4,
          'text-anchor': 'end',
          fill: theme.muted,
          stroke: theme.paper,
          'stroke-width': 3,
          'paint-order': 'stroke',
        },
        text(value),
      ),
    ),
  ];
}

const clipped = (text: string, most = 12): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

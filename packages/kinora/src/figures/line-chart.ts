/** A small chart of values per epoch: thin grid, one line per series, its last value at its end. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { el, type Markup } from './svg.js';
import type { Theme } from './theme.js';

export interface Series {
  name: string;
  colour: string;
  /** `[epoch, value]`; values that are not finite break the line. */
  points: readonly (readonly [number, number])[];
}

export interface LineChart {
  title: string;
  series: readonly Series[];
  /** Formats a value. */
  format: (value: number) => string;
  /** Formats a tick of the vertical axis. Default: as many decimals as distinguish the ticks. */
  tick?: (value: number) => string;
  /** Logarithmic when positive values span more than a factor of ten and this is set. */
  logarithmic?: boolean;
  /** Ends of the vertical axis. Default: the range of the values. */
  range?: readonly [number, number];
}

export const CHART = { width: 440, height: 270 } as const;
const MARGIN = { top: 38, right: 108, bottom: 34, left: 56 } as const;
const [LEFT, RIGHT] = [MARGIN.left, CHART.width - MARGIN.right];
const [TOP, BOTTOM] = [MARGIN.top, CHART.height - MARGIN.bottom];

/** The chart as a group of `CHART` size, without an `svg` around it. */
export function lineChart(chart: LineChart, theme: Theme): Markup {
  const points = chart.series
    .flatMap((series) => series.points)
    .filter(([, value]) => Number.isFinite(value));
  const x = horizontal(points.map(([epoch]) => epoch));
  const y = vertical(
    points.map(([, value]) => value),
    chart,
  );
  const title = el(
    'text',
    { x: 0, y: 18, fill: theme.ink, 'font-size': 15, 'font-weight': 600 },
    chart.title,
  );
  return el(
    'g',
    { 'font-family': theme.font, 'font-size': 12, fill: theme.muted },
    title,
    gridValues(y).map((value) => row(y(value), (chart.tick ?? y.tickFormat(5))(value), theme)),
    epochTicks(x).map((epoch) => column(x(epoch), String(epoch))),
    el('text', { x: RIGHT, y: BOTTOM + 18, dx: 12, fill: theme.muted }, 'epoch'),
    chart.series.map((series) => line(series, x, y, chart.format)),
    endLabels(chart, y),
  );
}

type Scale = (value: number) => number;

function horizontal(epochs: readonly number[]) {
  const [first, last] = span(epochs, [0, 1]);
  return scaleLinear(first === last ? [first - 1, last + 1] : [first, last], [LEFT, RIGHT]);
}

function vertical(values: readonly number[], { logarithmic = false, range }: LineChart) {
  const [low, high] = range ?? span(values, [0, 1]);
  if (logarithmic && low > 0 && high / low > 10) return scaleLog([low, high], [BOTTOM, TOP]).nice();
  const margin = low === high ? Math.abs(low) * 0.1 || 1 : 0;
  return scaleLinear([low - margin, high + margin], [BOTTOM, TOP]).nice(5);
}

function span(values: readonly number[], otherwise: readonly [number, number]): readonly [number, number] {
  if (values.length === 0) return otherwise;
  return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [values[0]!, values[0]!]);
}

/**
 * About five round values; on a logarithmic axis 1, 2 and 5 of each power of ten, or only the powers if the axis is
 * long.
 */
function gridValues(y: { ticks(count?: number): number[]; base?: unknown }): number[] {
  if (y.base === undefined) return y.ticks(5);
  const starting = (digits: RegExp) => y.ticks().filter((value) => digits.test(value.toExponential(0)));
  const fine = starting(/^[125]/);
  return fine.length <= 8 ? fine : starting(/^1/);
}

/** Whole epochs only, at most about seven. */
function epochTicks(x: { ticks(count: number): number[] }): number[] {
  return x.ticks(7).filter((epoch) => Number.isInteger(epoch));
}

function row(y: number, label: string, theme: Theme): Markup[] {
  return [
    el('line', { x1: LEFT, x2: RIGHT, y1: y, y2: y, stroke: theme.rule, 'stroke-width': 1 }),
    el('text', { x: LEFT - 8, y: y + 4, 'text-anchor': 'end' }, label),
  ];
}

function column(x: number, label: string): Markup {
  return el('text', { x, y: BOTTOM + 18, 'text-anchor': 'middle' }, label);
}

/** The line, and a dot with a tooltip for each epoch. */
function line({ name, colour, points }: Series, x: Scale, y: Scale, format: LineChart['format']): Markup[] {
  const radius = points.length > 60 ? 1.5 : points.length > 25 ? 2 : 3;
  const known = points.filter(([, value]) => Number.isFinite(value));
  return [
    el('path', {
      d: path(points, x, y),
      fill: 'none',
      stroke: colour,
      'stroke-width': 2,
      'stroke-linejoin': 'round',
    }),
    ...known.map(([epoch, value]) =>
      el(
        'circle',
        { cx: x(epoch), cy: y(value), r: radius, fill: colour },
        el('title', {}, `${name}, epoch ${epoch}: ${format(value)}`),
      ),
    ),
  ];
}

function path(points: Series['points'], x: Scale, y: Scale): string {
  let pen = 'M';
  let d = '';
  for (const [epoch, value] of points) {
    if (Number.isFinite(value)) d += `${pen}${x(epoch).toFixed(1)},${y(value).toFixed(1)}`;
    pen = Number.isFinite(value) ? 'L' : 'M';
  }
  return d;
}

/** Name and last value beside the end of each line, moved apart if they would overlap. */
function endLabels({ series, format }: LineChart, y: Scale): Markup[] {
  const ends = series.flatMap(({ name, colour, points }) => {
    const last = points.findLast(([, value]) => Number.isFinite(value));
    return last === undefined ? [] : [{ text: `${name} ${format(last[1])}`, colour, at: y(last[1]) + 4 }];
  });
  ends.sort((a, b) => a.at - b.at);
  for (const [i, end] of ends.entries()) if (i > 0) end.at = Math.max(end.at, ends[i - 1]!.at + 16);
  const excess = Math.max(0, (ends.at(-1)?.at ?? 0) - BOTTOM);
  return ends.map(({ text, colour, at }) =>
    el('text', { x: RIGHT + 8, y: at - excess, fill: colour, 'font-weight': 600 }, text),
  );
}

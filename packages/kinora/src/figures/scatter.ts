/**
 * Accuracy against cost: one dot per row, with an area proportional to the parameters; dots that no other beats at
 * lower cost are filled.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import { placeLabels } from './label-place.js';
import { el, type Markup, picture } from './svg.js';
import type { Theme } from './theme.js';
import { percent, wholePercent } from './words.js';

export interface Dot {
  readonly name: string;
  /** Multiply-accumulates per clip. */
  readonly macs: number;
  readonly parameters: number;
  /** Share. */
  readonly accuracy: number;
}

const SIZE = { width: 860, height: 500 } as const;
const [LEFT, RIGHT, TOP, BOTTOM] = [64, SIZE.width - 40, 56, SIZE.height - 56];

/** @param measure which accuracy, such as `validation top-1` */
export function scatter(dots: readonly Dot[], measure: string, theme: Theme): Markup {
  const x = scaleLog(reach(dots.map(({ macs }) => macs)), [LEFT + 20, RIGHT - 20]);
  const y = scaleLinear([floor(dots), 1], [BOTTOM, TOP]).nice(5);
  const largest = Math.max(...dots.map(({ parameters }) => parameters));
  const placed = dots.map((dot) => ({
    ...dot,
    cx: x(dot.macs),
    cy: y(dot.accuracy),
    r: 3.5 + 8 * Math.sqrt(dot.parameters / largest),
    best: !dots.some((other) => beats(other, dot)),
  }));
  return picture(
    SIZE,
    `${measure} against multiply-accumulates of ${dots.length} networks; the numbers are in the table`,
    theme,
    title(measure, theme),
    y.ticks(6).map((value) => rule(y(value), wholePercent(value), theme)),
    costTicks(x).map((value) => mark(x(value), short(value), theme)),
    placed.map((dot) => circle(dot, theme)),
    labels(placed, theme),
  );
}

interface Placed extends Dot {
  readonly cx: number;
  readonly cy: number;
  readonly r: number;
  readonly best: boolean;
}

const beats = (a: Dot, b: Dot): boolean =>
  a.macs <= b.macs && a.accuracy >= b.accuracy && (a.macs < b.macs || a.accuracy > b.accuracy);

/** A domain around the values, at least a factor of two wide. */
function reach(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low * 2 > high ? [low / 2, high * 2] : [low, high];
}

/** The start of the vertical axis: below the worst value, rounded to tens. */
const floor = (dots: readonly Dot[]): number =>
  Math.max(0, Math.floor(10 * Math.min(...dots.map(({ accuracy }) => accuracy)) - 0.2) / 10);

/** 1, 2 and 5 of each power of ten. */
const costTicks = (x: { ticks(): number[] }): number[] =>
  x.ticks().filter((value) => /^[125]/.test(value.toExponential(0)));

const short = (macs: number): string =>
  macs >= 1e9 ? `${macs / 1e9} G` : macs >= 1e6 ? `${macs / 1e6} M` : String(macs);

function title(measure: string, theme: Theme): Markup[] {
  return [
    el(
      'text',
      { x: 24, y: 28, fill: theme.ink, 'font-size': 15, 'font-weight': 600 },
      `${measure} against cost`,
    ),
    el(
      'text',
      { x: RIGHT, y: 28, fill: theme.muted, 'text-anchor': 'end' },
      'area: parameters; filled: none better at lower cost',
    ),
    el(
      'text',
      { x: RIGHT, y: SIZE.height - 14, fill: theme.muted, 'text-anchor': 'end' },
      'multiply-accumulates of one clip →',
    ),
  ];
}

function rule(y: number, text: string, theme: Theme): Markup[] {
  return [
    el('line', { x1: LEFT, x2: RIGHT, y1: y, y2: y, stroke: theme.rule }),
    el('text', { x: LEFT - 10, y: y + 4, 'text-anchor': 'end', fill: theme.muted }, text),
  ];
}

function mark(x: number, text: string, theme: Theme): Markup[] {
  return [
    el('line', { x1: x, x2: x, y1: BOTTOM, y2: BOTTOM + 5, stroke: theme.muted }),
    el('text', { x, y: BOTTOM + 20, 'text-anchor': 'middle', fill: theme.muted }, text),
  ];
}

function circle({ name, macs, accuracy, cx, cy, r, best }: Placed, theme: Theme): Markup {
  const style = best
    ? { fill: theme.blue, 'fill-opacity': 0.85 }
    : { fill: theme.blue, 'fill-opacity': 0.18, stroke: theme.blue, 'stroke-width': 1.2 };
  const words = `${name}: ${percent(accuracy)} at ${(macs / 1e9).toFixed(3)} GMAC`;
  return el('circle', { cx, cy, r, ...style }, el('title', {}, words));
}

/** Names of the best are placed first; all have an outline in the colour of the paper where they cross a dot. */
function labels(dots: readonly Placed[], theme: Theme): Markup[] {
  const bounds = { left: LEFT, right: RIGHT, top: TOP - 16, bottom: BOTTOM };
  const ordered = [...dots].sort((a, b) => Number(b.best) - Number(a.best));
  return placeLabels(ordered, bounds).map(({ name, x, y, anchor, best }) =>
    el(
      'text',
      {
        x,
        y,
        'text-anchor': anchor,
        fill: best ? theme.ink : theme.muted,
        'font-weight': best ? 600 : 400,
        stroke: theme.paper,
        'stroke-width': 3,
        'stroke-linejoin': 'round',
        'paint-order': 'stroke',
      },
      name,
    ),
  );
}

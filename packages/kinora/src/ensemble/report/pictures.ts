/** The pictures of an ensemble's report: accuracies with their intervals, correlated errors, a stacker's weights. */
import { scaleLinear } from 'd3-scale';
import { columnNames, type Heat, heatCells, rowNames } from '../../figures/heat.js';
import { el, type Markup, picture } from '../../figures/svg.js';
import type { Theme } from '../../figures/theme.js';
import { percent, wholePercent, withEnds } from '../../figures/words.js';
import type { Measured, MeasuredRule, Study } from '../study.js';

const CHARACTER = 7;
const longest = (names: readonly string[]): number =>
  CHARACTER * Math.max(...names.map((name) => name.length));

const ROW = 26;

/**
 * A dot for each member and rule, with a line for its interval; a line through all rows marks the best member's
 * accuracy.
 */
export function accuracyChart({ members, rules, best }: Study, theme: Theme): Markup {
  const all: (Measured | MeasuredRule)[] = [...members, ...rules];
  const left = longest(all.map(({ name }) => name)) + 36;
  const [width, top] = [left + 560, 24];
  const height = top + all.length * ROW + 34;
  const lows = all.map(({ accuracy: { low, value } }) => (Number.isNaN(low) ? value : low));
  const x = scaleLinear([Math.max(0, Math.min(...lows) - 0.02), 1], [left, width - 80]).nice(6);
  const reference = x(members[best]!.accuracy.value);
  return picture(
    { width, height },
    `Top-1 accuracy of ${members.length} members and ${rules.length} rules; the numbers are in the table`,
    theme,
    ...x.ticks(6).map((tick) => gridLine(x(tick), top, height, wholePercent(tick), theme)),
    el('line', {
      x1: reference,
      x2: reference,
      y1: top - 6,
      y2: height - 34,
      stroke: theme.orange,
      'stroke-dasharray': '4 3',
    }),
    ...all.map((one, i) => whisker(one, x, top + (i + 0.5) * ROW, left, theme)),
  );
}

function gridLine(x: number, top: number, height: number, text: string, theme: Theme): Markup {
  return el(
    'g',
    {},
    el('line', { x1: x, x2: x, y1: top, y2: height - 34, stroke: theme.rule }),
    el('text', { x, y: height - 14, 'text-anchor': 'middle', fill: theme.muted }, text),
  );
}

function whisker(
  one: Measured | MeasuredRule,
  x: (share: number) => number,
  y: number,
  left: number,
  theme: Theme,
): Markup {
  const { name, accuracy } = one;
  const isRule = 'rule' in one;
  const colour = isRule ? (one.leaky ? theme.orange : theme.blue) : theme.muted;
  const words = `${name}: ${withEnds(accuracy)}`;
  return el(
    'g',
    {},
    el(
      'text',
      { x: left - 16, y: y + 4, 'text-anchor': 'end', fill: isRule ? theme.ink : theme.muted },
      name,
    ),
    Number.isNaN(accuracy.low)
      ? undefined
      : el('line', {
          x1: x(accuracy.low),
          x2: x(accuracy.high),
          y1: y,
          y2: y,
          stroke: colour,
          'stroke-width': 2,
          'stroke-opacity': 0.5,
        }),
    el('circle', { cx: x(accuracy.value), cy: y, r: 5, fill: colour }, el('title', {}, words)),
    el('text', { x: x(1) + 14, y: y + 4, fill: theme.muted }, percent(accuracy.value)),
  );
}

/** @param errors `[members, members]` */
export function errorChart(errors: Float64Array, names: readonly string[], theme: Theme): Markup {
  const heat: Heat = {
    values: errors,
    rows: names,
    columns: names,
    full: 1,
    cell: 52,
    format: (value) => value.toFixed(2),
    title: (row, column, value) => `${row} and ${column}: ${value.toFixed(3)}`,
  };
  const [left, side] = [longest(names) + 24, names.length * heat.cell];
  const top = 0.65 * longest(names) + 24;
  return picture(
    { width: left + side + 0.8 * longest(names), height: top + side + 12 },
    `Correlation of the errors of ${names.length} members`,
    theme,
    el(
      'g',
      { transform: `translate(${left} ${top})` },
      heatCells(heat, theme),
      rowNames(heat, theme),
      columnNames(heat, theme),
    ),
  );
}

const PANELS = 3;

/**
 * A stacker's weights: one panel per member, a row for each class to predict, a column for each logit of the member.
 * @param weights `[classes, members x classes]`
 */
export function weightChart(
  weights: Float32Array,
  names: readonly string[],
  labels: readonly string[],
  theme: Theme,
): Markup {
  const classes = labels.length;
  const cell = Math.max(2, Math.min(16, Math.floor(280 / classes)));
  const full = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  const named = cell >= 8;
  const left = named ? 0.82 * longest(labels) + 24 : 24;
  const [panel, across] = [classes * cell + 24, Math.min(PANELS, names.length)];
  const down = Math.ceil(names.length / PANELS);
  const panels = names.map((name, m) => {
    const heat: Heat = {
      values: panelOf(weights, m, names.length, classes),
      rows: labels,
      columns: labels,
      full,
      cell,
      title: (row, column, value) => `${name}, logit of ${column}, for ${row}: ${value.toFixed(3)}`,
    };
    const [x, y] = [left + (m % PANELS) * panel, 44 + Math.floor(m / PANELS) * (panel + 24)];
    return el(
      'g',
      { transform: `translate(${x} ${y})` },
      el('text', { x: 0, y: -12, fill: theme.ink, 'font-weight': 600 }, name),
      heatCells(heat, theme),
      named && m % PANELS === 0 && rowNames(heat, theme, Math.min(11, cell)),
    );
  });
  const height = 44 + down * (panel + 24) + 12;
  const legend = `blue: for the class of the row; orange: against it; full colour is ${full.toFixed(2)}`;
  return picture(
    { width: left + across * panel, height },
    `Weights of the stacker: ${names.length} panels of ${classes} by ${classes}`,
    theme,
    ...panels,
    el('text', { x: left, y: height - 14, fill: theme.muted }, legend),
  );
}

/** The part of one member, `[classes, classes]`. */
function panelOf(weights: Float32Array, member: number, members: number, classes: number): Float32Array {
  const part = new Float32Array(classes * classes);
  for (let row = 0; row < classes; row++) {
    const from = row * members * classes + member * classes;
    part.set(weights.subarray(from, from + classes), row * classes);
  }
  return part;
}

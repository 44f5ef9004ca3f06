/**
 * The confusion matrix: one row per true class, one column per predicted class. Correct predictions are blue, mistakes
 * orange; the stronger the colour, the larger the share of the row's clips. Readable with 27 classes; names are omitted
 * beyond 60.
 */
import { el, type Markup, picture } from '../figures/svg.js';
import type { Theme } from '../figures/theme.js';
import { percent, plural, wholePercent } from '../figures/words.js';
import { perClass } from '../measure/metrics.js';

interface Layout {
  /** Side of a cell in pixels. */
  cell: number;
  /** Room for the names and, on the right, for recall and the slanted ends of the last names. */
  left: number;
  top: number;
  right: number;
  named: boolean;
}

/** @param confusion counts `[classes, classes]`, true class in rows */
export function confusionChart(confusion: Uint32Array, labels: readonly string[], theme: Theme): Markup {
  const layout = layOut(labels);
  const side = labels.length * layout.cell;
  const width = layout.left + side + layout.right;
  const height = layout.top + side + 34;
  return picture(
    { width, height },
    `Confusion matrix of ${labels.length} classes; its numbers are in the tables`,
    theme,
    grid(layout, labels.length, theme),
    cells(confusion, labels, layout, theme),
    layout.named && names(confusion, labels, layout, theme),
    legend(layout, side, theme),
    layout.named && axes(layout, theme),
  );
}

/** Width of a character in pixels, with a margin, because the page may be shown in wider fonts than ours. */
const CHARACTER = 7;
const SLANT = (52 / 180) * Math.PI;

function layOut(labels: readonly string[]): Layout {
  const cell = Math.max(4, Math.min(44, Math.floor(720 / labels.length)));
  if (labels.length > 60) return { cell, named: false, left: 12, top: 12, right: 12 };
  const lengths = labels.map((label) => label.length * CHARACTER);
  const longest = Math.max(...lengths);
  const overhang = lengths.map((length, i) => length * Math.cos(SLANT) - (labels.length - i - 0.5) * cell);
  const right = Math.max(52, ...overhang) + 8;
  return { cell, named: true, left: longest + 16, top: longest * Math.sin(SLANT) + 28, right };
}

/** Thin lines between the cells, unless the cells are tiny. */
function grid({ cell, left, top }: Layout, classes: number, theme: Theme): Markup {
  const side = classes * cell;
  const step = cell >= 10 ? 1 : classes;
  const at = Array.from({ length: Math.floor(classes / step) + 1 }, (_, i) => i * step * cell);
  const d = at.map((p) => `M${left},${top + p}h${side}M${left + p},${top}v${side}`).join('');
  return el('path', { d, stroke: theme.rule, 'stroke-width': 1, fill: 'none' });
}

function cells(confusion: Uint32Array, labels: readonly string[], layout: Layout, theme: Theme): Markup[] {
  const classes = labels.length;
  const support = perClass(confusion, classes).map((metrics) => metrics.support);
  return [...confusion.entries()].flatMap(([i, count]) => {
    if (count === 0) return [];
    const [row, column] = [Math.floor(i / classes), i % classes];
    const share = count / support[row]!;
    const verdict = row === column ? 'correctly predicted' : `predicted as ${labels[column]}`;
    const title = `${labels[row]}: ${count} of ${plural(support[row]!, 'clip')} ${verdict} (${percent(share)})`;
    return [cell(layout, { row, column, count, share, title }, theme)];
  });
}

interface Cell {
  row: number;
  column: number;
  count: number;
  share: number;
  title: string;
}

function cell({ cell, left, top }: Layout, { row, column, count, share, title }: Cell, theme: Theme): Markup {
  const [x, y] = [left + column * cell, top + row * cell];
  const fill = row === column ? theme.blue : theme.orange;
  // Even one clip of many must be visible, so the colour starts at a fifth.
  const opacity = 0.2 + 0.8 * share;
  const text = { x: x + cell / 2, y: y + cell / 2 + 3.5, 'text-anchor': 'middle', 'font-size': 10.5 };
  return el(
    'g',
    { class: 'cell' },
    el('title', {}, title),
    el('rect', { x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1, fill, 'fill-opacity': opacity }),
    cell >= 16 && el('text', { ...text, fill: textColour(opacity, theme) }, count),
  );
}

/** The most readable text colour on a cell of this opacity. */
function textColour(opacity: number, { ink, onHalf, onFill }: Theme): string {
  return opacity > 0.8 ? onFill : opacity > 0.6 ? onHalf : ink;
}

/** True classes on the left with their recall on the right, predicted ones slanted above. */
function names(
  confusion: Uint32Array,
  labels: readonly string[],
  { cell, left, top }: Layout,
  theme: Theme,
): Markup[] {
  const metrics = perClass(confusion, labels.length);
  return labels.flatMap((label, i) => {
    const middle = (i + 0.5) * cell;
    const right = left + labels.length * cell + 8;
    return [
      el('text', { x: left - 8, y: top + middle + 4, 'text-anchor': 'end', fill: theme.ink }, label),
      el('text', { x: right, y: top + middle + 4, fill: theme.muted }, wholePercent(metrics[i]!.recall)),
      el('text', { transform: `translate(${left + middle} ${top - 8}) rotate(-52)`, fill: theme.ink }, label),
    ];
  });
}

/** Titles of rows and columns, in the empty corner. */
function axes({ left, top, cell }: Layout, theme: Theme): Markup {
  const text = (y: number, words: string) =>
    el('text', { x: left - 8, y, 'text-anchor': 'end', fill: theme.muted }, words);
  return el('g', {}, text(top - cell / 2 - 10, 'predicted →'), text(top - cell / 2 + 6, 'true ↓'));
}

function legend({ left, top }: Layout, side: number, theme: Theme): Markup {
  const y = top + side + 22;
  const entry = (x: number, colour: string, text: string) => [
    el('rect', { x, y: y - 10, width: 12, height: 12, rx: 2, fill: colour }),
    el('text', { x: x + 18, y, fill: theme.muted }, text),
  ];
  return el('g', {}, entry(left, theme.blue, 'right'), entry(left + 72, theme.orange, 'mistaken'));
}

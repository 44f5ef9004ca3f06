/** A matrix as colours: blue above zero, orange below, stronger with distance from zero. */
import { el, type Markup } from './svg.js';
import type { Theme } from './theme.js';

export interface Heat {
  /** `[rows, columns]`; cells without a number stay empty. */
  readonly values: ArrayLike<number>;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** The value of full colour. */
  readonly full: number;
  /** Side of a cell in pixels. */
  readonly cell: number;
  /** Formats a value in its cell, if there is room. */
  readonly format?: (value: number) => string;
  /** The tooltip of a cell. */
  readonly title: (row: string, column: string, value: number) => string;
}

/** Only the cells, starting at the origin. */
export function heatCells(heat: Heat, theme: Theme): Markup[] {
  const width = heat.columns.length;
  return heat.rows.flatMap((row, r) =>
    heat.columns.map((column, c) => cell(heat, row, column, r, c, heat.values[r * width + c]!, theme)),
  );
}

function cell(
  { cell, full, format, title }: Heat,
  row: string,
  column: string,
  r: number,
  c: number,
  value: number,
  theme: Theme,
): Markup {
  const share = Number.isFinite(value) ? Math.min(1, Math.abs(value) / full) : 0;
  const gap = cell > 12 ? 1 : 0.5;
  const [x, y, side] = [c * cell, r * cell, cell - gap];
  const colour = value < 0 ? theme.orange : theme.blue;
  const words = format !== undefined && cell >= 36 && (Number.isFinite(value) ? format(value) : '–');
  return el(
    'g',
    { class: 'cell' },
    el('title', {}, title(row, column, value)),
    el('rect', { x, y, width: side, height: side, fill: theme.rule, 'fill-opacity': 0.35 }),
    el('rect', { x, y, width: side, height: side, fill: colour, 'fill-opacity': share }),
    words &&
      el(
        'text',
        {
          x: x + cell / 2,
          y: y + cell / 2 + 4,
          'text-anchor': 'middle',
          fill: share > 0.8 ? theme.onFill : share > 0.6 ? theme.onHalf : theme.ink,
        },
        words,
      ),
  );
}

/** Names to the left of the rows, ending at x = -8. */
export const rowNames = ({ rows, cell }: Heat, theme: Theme, size = 12): Markup[] =>
  rows.map((name, r) =>
    el(
      'text',
      { x: -8, y: (r + 0.5) * cell + 0.35 * size, 'text-anchor': 'end', fill: theme.ink, 'font-size': size },
      name,
    ),
  );

/** Names slanted above the columns. */
export const columnNames = ({ columns, cell }: Heat, theme: Theme): Markup[] =>
  columns.map((name, c) =>
    el('text', { transform: `translate(${(c + 0.5) * cell} -8) rotate(-40)`, fill: theme.ink }, name),
  );

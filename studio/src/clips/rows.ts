/**
 * The rows of a grid of clips: headings and tiles, each at its height, so that a grid of ten thousand clips shows only
 * the rows in view.
 */

export interface Group<T> {
  readonly name: string;
  readonly items: readonly T[];
}

export type Row<T> = HeadingRow | TileRow<T>;

interface HeadingRow {
  readonly kind: 'heading';
  readonly top: number;
  readonly height: number;
  /** Index of the first item below it. */
  readonly first: number;
  readonly name: string;
  readonly count: number;
}

interface TileRow<T> {
  readonly kind: 'tiles';
  readonly top: number;
  readonly height: number;
  /** Index of the first item among all items of all groups. */
  readonly first: number;
  readonly items: readonly T[];
}

export interface Sizes {
  readonly columns: number;
  /** Pixels, gaps included. */
  readonly tile: number;
  readonly heading: number;
}

/** Groups without a name have no heading; empty groups have no rows. Tops are pixels from the start of the grid. */
export function layOut<T>(groups: readonly Group<T>[], { columns, tile, heading }: Sizes): readonly Row<T>[] {
  const rows: Row<T>[] = [];
  let [top, first] = [0, 0];
  for (const { name, items } of groups) {
    if (items.length === 0) continue;
    if (name !== '') {
      rows.push({ kind: 'heading', top, height: heading, first, name, count: items.length });
      top += heading;
    }
    for (let at = 0; at < items.length; at += columns) {
      const few = items.slice(at, at + columns);
      rows.push({ kind: 'tiles', top, height: tile, first, items: few });
      top += tile;
      first += few.length;
    }
  }
  return rows;
}

export const totalHeight = (rows: readonly Row<unknown>[]): number => {
  const last = rows.at(-1);
  return last === undefined ? 0 : last.top + last.height;
};

/** Rows that overlap `[from, until)`, in pixels. */
export function rowsIn<T>(rows: readonly Row<T>[], from: number, until: number): readonly Row<T>[] {
  const start = firstWhere(rows, ({ top, height }) => top + height > from);
  const end = firstWhere(rows, ({ top }) => top >= until);
  return rows.slice(start, Math.max(start, end));
}

/** The row of tiles that contains the item with this index. */
export function rowOf<T>(rows: readonly Row<T>[], index: number): TileRow<T> | undefined {
  const row = rows[firstWhere(rows, ({ first }) => first > index) - 1];
  return row?.kind === 'tiles' && index < row.first + row.items.length ? row : undefined;
}

/** Where an arrow key leads from an item: one step sideways, or to the nearest column of the row above or below. */
export function neighbour(rows: readonly Row<unknown>[], index: number, key: string): number {
  const last = rows.at(-1);
  const count = last?.kind === 'tiles' ? last.first + last.items.length : 0;
  const row = rowOf(rows, index);
  if (row === undefined) return 0;
  if (key === 'ArrowLeft') return Math.max(0, index - 1);
  if (key === 'ArrowRight') return Math.min(count - 1, index + 1);
  const column = index - row.first;
  const other = key === 'ArrowUp' ? rowOf(rows, row.first - 1) : rowOf(rows, row.first + row.items.length);
  return other === undefined ? index : other.first + Math.min(column, other.items.length - 1);
}

/** Binary search: the predicate is false up to some row and true from there on. */
function firstWhere<T>(rows: readonly Row<T>[], holds: (row: Row<T>) => boolean): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(rows[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

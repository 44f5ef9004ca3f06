/** Places the names of dots beside, above or below their dot, wherever they overlap others least. */

export interface Labelled {
  readonly name: string;
  readonly cx: number;
  readonly cy: number;
  readonly r: number;
}

export interface Bounds {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Place {
  /** Position of the text's anchor, on its baseline. */
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

/** Width of a character and height of a line, in pixels, at a font size of 12. */
const CHARACTER = 6.6;
const LINE = 13;
const GAP = 4;

/** One place for each dot, in order: earlier ones choose first. */
export function placeLabels<T extends Labelled>(dots: readonly T[], bounds: Bounds): (T & Place)[] {
  const taken: Bounds[] = dots.map(({ cx, cy, r }) => ({
    left: cx - r,
    right: cx + r,
    top: cy - r,
    bottom: cy + r,
  }));
  return dots.map((dot, i) => {
    const others = taken.filter((_, j) => j !== i);
    const tried = places(dot).map((place) => ({ place, box: boxOf(place, dot.name) }));
    const cost = (box: Bounds) =>
      others.reduce((sum, other) => sum + overlap(box, other), 0) + 4 * outside(box, bounds);
    const best = tried.reduce((a, b) => (cost(b.box) < cost(a.box) ? b : a));
    taken.push(best.box);
    return { ...dot, ...best.place };
  });
}

/** The preferred one first; farther ones for crowds. */
function places({ cx, cy, r }: Labelled): Place[] {
  const reach = r + GAP;
  return [0, 1, 2, 3].flatMap((step): Place[] => {
    const rise = step * LINE;
    return [
      { x: cx + reach, y: cy + 4 - rise, anchor: 'start' },
      { x: cx - reach, y: cy + 4 - rise, anchor: 'end' },
      { x: cx + reach, y: cy + 4 + rise, anchor: 'start' },
      { x: cx - reach, y: cy + 4 + rise, anchor: 'end' },
      { x: cx, y: cy - reach - rise, anchor: 'middle' },
      { x: cx, y: cy + reach + 9 + rise, anchor: 'middle' },
    ];
  });
}

function boxOf({ x, y, anchor }: Place, name: string): Bounds {
  const width = name.length * CHARACTER;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE + 3, bottom: y + 3 };
}

function overlap(a: Bounds, b: Bounds): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Area of a box beyond the bounds. */
const outside = (box: Bounds, bounds: Bounds): number =>
  (box.right - box.left) * (box.bottom - box.top) - overlap(box, bounds);

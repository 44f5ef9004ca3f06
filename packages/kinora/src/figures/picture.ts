/** The frame of every picture: an `svg` of its own with paper behind it. What is drawn on it is others' business. */
import { el, type Markup } from './svg.js';
import type { Theme } from './theme.js';

export interface PictureSize {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** @param label read out in place of the picture; left out where text beside it says as much */
export function picture(
  { width, height }: PictureSize,
  label: string | undefined,
  theme: Theme,
  ...content: Parameters<typeof el>[2][]
): Markup {
  return el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      // A page keeps wide pictures readable by never showing them much smaller than this.
      style: `--width:${Math.round(width)}px`,
      role: label === undefined ? undefined : 'img',
      'aria-label': label,
      'font-family': theme.font,
      'font-size': 12,
    },
    el('rect', { width, height, fill: theme.paper }),
    ...content,
  );
}

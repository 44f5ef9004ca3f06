/**
 * Pictures of characters: two pixels in each cell, one above the other, as the colours of an upper half block and of what
 * is behind it. In 24-bit colour or in the 256 colours of xterm's palette; terminals with fewer have no pictures.
 */
import { type Frames, frameAt, resizeFrames, type Size } from '@kinora/clip';

/** Bits of colour that pictures can be drawn in. */
export type ColourDepth = 8 | 24;

/** A picture, uint8 RGB `[height, width, 3]`. */
export interface Picture extends Size {
  readonly data: Uint8Array;
}

/** What a stream can show; undefined: no pictures (a file, a pipe, `NO_COLOR`, a terminal of few colours). */
export function colourDepth(stream: {
  readonly isTTY?: boolean;
  getColorDepth?(): number;
}): ColourDepth | undefined {
  if (stream.isTTY !== true) return undefined;
  const bits = stream.getColorDepth?.() ?? 1;
  return bits >= 24 ? 24 : bits >= 8 ? 8 : undefined;
}

/** The lines of pictures of one size side by side: as many columns as pixels, half as many lines. */
export function halfBlocks(pictures: readonly Picture[], depth: ColourDepth, gap = 1): string[] {
  const height = pictures[0]?.height ?? 0;
  return Array.from({ length: Math.ceil(height / 2) }, (_, line) =>
    pictures.map((picture) => cells(picture, 2 * line, depth)).join(' '.repeat(gap)),
  );
}

/** Frames spread evenly over a clip, each `width` pixels wide. */
export function stills(clip: Frames, count: number, width: number): Picture[] {
  const height = Math.max(1, Math.round((width * clip.height) / clip.width));
  const small = resizeFrames(clip, height, width);
  return Array.from({ length: count }, (_, i) => {
    const data = frameAt(small, Math.floor(((i + 0.5) * small.count) / count));
    return { data, height, width };
  });
}

function cells({ data, height, width }: Picture, top: number, depth: ColourDepth): string {
  let text = '';
  for (let x = 0; x < width; x++) {
    const at = 3 * (top * width + x);
    const below = top + 1 < height ? colour(data, at + 3 * width, depth) : undefined;
    text += `\u001b[38;${colour(data, at, depth)};${below === undefined ? '49' : `48;${below}`}m▀`;
  }
  return `${text}\u001b[0m`;
}

/** The parameters of ISO 8613-6 for a pixel. */
const colour = (data: Uint8Array, at: number, depth: ColourDepth): string =>
  depth === 24
    ? `2;${data[at]};${data[at + 1]};${data[at + 2]}`
    : `5;${paletteIndex(data[at]!, data[at + 1]!, data[at + 2]!)}`;

/** Levels of the 6x6x6 cube that xterm's palette holds from 16 on; its 24 greys from 232 on are 8, 18, ..., 238. */
const LEVELS = [0, 95, 135, 175, 215, 255];

/** The nearest of the cube's colours and the greys. */
function paletteIndex(red: number, green: number, blue: number): number {
  const [r, g, b] = [nearestLevel(red), nearestLevel(green), nearestLevel(blue)];
  const grey = Math.min(23, Math.max(0, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const distance = (x: number, y: number, z: number) => (x - red) ** 2 + (y - green) ** 2 + (z - blue) ** 2;
  const light = 8 + 10 * grey;
  return distance(light, light, light) < distance(LEVELS[r]!, LEVELS[g]!, LEVELS[b]!)
    ? 232 + grey
    : 16 + 36 * r + 6 * g + b;
}

function nearestLevel(value: number): number {
  let best = 0;
  for (let i = 1; i < LEVELS.length; i++)
    if (Math.abs(LEVELS[i]! - value) < Math.abs(LEVELS[best]! - value)) best = i;
  return best;
}

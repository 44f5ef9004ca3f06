/** A clip's optical flow as one picture: frames, below each the flow to the next one in colours, and their legend. */
import {
  type FlowFields,
  type Frames,
  flowPicture,
  frameAt,
  type PreprocessSpec,
  resizedSize,
  resizeFrames,
  type Size,
  usualMost,
  wheelPicture,
} from '@kinora/clip';
import { el, type Markup } from '../../figures/svg.js';
import { FONT } from '../../figures/theme.js';
import { encodeJpeg } from '../decode/jpeg.js';
import { clipTimeline, openClip, partOf } from '../open.js';
import { readFlow } from './clip-flow.js';

export interface ShownFlow {
  readonly path: string;
  /** The frames that the fields belong to. */
  readonly frames: Frames;
  readonly fields: FlowFields;
}

/** Reads `columns` frames of a clip, evenly spread, and their flow. Throws `clip/*`. */
export async function readShownFlow(path: string, spec: PreprocessSpec, columns: number): Promise<ShownFlow> {
  const source = await openClip(path);
  const timeline = clipTimeline(source, { path }, spec);
  const last = Math.max(0, timeline.length - 2);
  const count = Math.min(columns, last + 1);
  const moments = Int32Array.from({ length: count }, (_, i) =>
    Math.round((i * last) / Math.max(1, count - 1)),
  );
  const frames = await source.read(moments.map((moment) => timeline[moment]!));
  const size = resizedSize(frames, spec);
  const fields = await readFlow({ source, timeline, part: partOf({ path }, spec), size }, moments, undefined);
  return { path, frames: resizeFrames(frames, size.height, size.width), fields };
}

const GAP = 3;
const MARGIN = 14;
const CAPTION = 20;
const LEGEND = 120;

/**
 * SVG of several clips, one below the other. A motion of `most` pixels per frame has full colour; default: the largest
 * in the clips.
 */
export function flowSvg(clips: readonly ShownFlow[], most?: number): string {
  const scale = most ?? Math.max(...clips.map(({ fields }) => usualMost(fields)));
  const widths = clips.map(({ fields: { count, width } }) => count * (width + GAP));
  const tops: number[] = [];
  let top = MARGIN;
  for (const { frames } of clips) {
    tops.push(top);
    top += CAPTION + 2 * (frames.height + GAP) + MARGIN;
  }
  const width = MARGIN + Math.max(...widths) + LEGEND + MARGIN;
  const height = Math.max(top, 2 * MARGIN + LEGEND + 3 * CAPTION);
  return el(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}` },
    el('rect', { width, height, fill: '#ffffff' }),
    clips.map((clip, i) => rows(clip, tops[i]!, scale)),
    legend(width - MARGIN - LEGEND + 2 * GAP, MARGIN + CAPTION, scale),
  ).toString();
}

function rows({ path, frames, fields }: ShownFlow, top: number, most: number): Markup[] {
  const { height, width, count } = fields;
  const at = (i: number) => MARGIN + i * (width + GAP);
  return [
    text(MARGIN, top + 13, path, 600),
    ...Array.from({ length: count }, (_, i) => image(frameAt(frames, i), fields, at(i), top + CAPTION)),
    ...Array.from({ length: count }, (_, i) =>
      image(flowPicture(fields, i, most), fields, at(i), top + CAPTION + height + GAP),
    ),
  ];
}

function legend(left: number, top: number, most: number): Markup[] {
  const size = LEGEND - 2 * GAP;
  return [
    image(wheelPicture(2 * size), { height: 2 * size, width: 2 * size }, left, top, size),
    text(left, top + size + 16, 'colour: direction'),
    text(left, top + size + 32, `full at ${most} pixels`),
    text(left, top + size + 48, 'to the next frame'),
  ];
}

function image(pixels: Uint8Array, { height, width }: Size, x: number, y: number, shown = width): Markup {
  const jpeg = Buffer.from(encodeJpeg(pixels, { height, width }, 95)).toString('base64');
  const box = { x, y, width: shown, height: (height * shown) / width };
  return el('image', { ...box, href: `data:image/jpeg;base64,${jpeg}` });
}

function text(x: number, y: number, words: string, weight = 400): Markup {
  return el(
    'text',
    { x, y, 'font-family': FONT, 'font-size': 12, 'font-weight': weight, fill: '#333333' },
    words,
  );
}

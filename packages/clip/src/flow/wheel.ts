/**
 * Flow as colours, as the Middlebury benchmark shows it (Baker et al., "A database and evaluation methodology for optical
 * flow", IJCV 2011): hue is the direction, saturation the speed.
 */
import { type FlowFields, fieldAt, flowPixels } from './fields.js';

/**
 * Steps from red to yellow, to green, to cyan, to blue, to magenta and back, finer where the eye distinguishes more
 * colours.
 */
const STEPS = [15, 6, 4, 11, 13, 6] as const;
const CORNERS = [[255, 0, 0], [255, 255, 0], [0, 255, 0], [0, 255, 255], [0, 0, 255], [255, 0, 255]] as const; // biome-ignore format: a table

/** 55 colours around the circle, red to the right. */
const WHEEL: readonly (readonly number[])[] = STEPS.flatMap((steps, i) => {
  const [from, to] = [CORNERS[i]!, CORNERS[(i + 1) % CORNERS.length]!];
  return Array.from({ length: steps }, (_, step) =>
    from.map((value, c) => value + Math.trunc((255 * step) / steps) * Math.sign(to[c]! - value)),
  );
});

/** RGB of a displacement relative to the largest one shown; beyond that, colours are darker. */
export function flowColour(x: number, y: number): readonly [r: number, g: number, b: number] {
  const length = Math.hypot(x, y);
  const place = ((Math.atan2(-y, -x) / Math.PI + 1) / 2) * (WHEEL.length - 1);
  const [low, share] = [Math.floor(place), place - Math.floor(place)];
  const channel = (c: number): number => {
    const hue = (WHEEL[low]![c]! * (1 - share) + WHEEL[(low + 1) % WHEEL.length]![c]! * share) / 255;
    return Math.floor(255 * (length <= 1 ? 1 - length * (1 - hue) : hue * 0.75));
  };
  return [channel(0), channel(1), channel(2)];
}

/** Field `index` as RGB `[H, W, 3]`; a motion of `most` pixels per frame has full colour. */
export function flowPicture(fields: FlowFields, index: number, most: number): Uint8Array {
  const field = fieldAt(fields, index);
  const out = new Uint8Array((field.length / 2) * 3);
  for (let i = 0, p = 0; i < field.length; i += 2, p += 3)
    out.set(flowColour(flowPixels(field[i]!) / most, flowPixels(field[i + 1]!) / most), p);
  return out;
}

/** The legend: a disc on white, RGB `[size, size, 3]`, in which each point has the colour of the motion towards it. */
export function wheelPicture(size: number): Uint8Array {
  const out = new Uint8Array(size * size * 3).fill(255);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [((x + 0.5) * 2) / size - 1, ((y + 0.5) * 2) / size - 1];
      if (Math.hypot(u, v) <= 1) out.set(flowColour(u, v), (y * size + x) * 3);
    }
  }
  return out;
}

/** The 99th percentile of motion, in pixels per frame, over pixels that move by half a pixel or more; at least 1. */
export function usualMost(fields: FlowFields): number {
  const lengths: number[] = [];
  for (let i = 0; i < fields.data.length; i += 2) {
    const length = Math.hypot(flowPixels(fields.data[i]!), flowPixels(fields.data[i + 1]!));
    if (length >= 0.5) lengths.push(length);
  }
  lengths.sort((a, b) => a - b);
  return Math.max(1, Math.ceil(lengths[Math.floor(lengths.length * 0.99)] ?? 1));
}

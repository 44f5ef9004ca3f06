/** The receptive field of a cell: which box of the clip its value can depend on, followed back window by window. */
import type { Layer } from '@kinora/recognizer';
import type { Size3 } from '../arithmetic/volume.js';

export interface Box {
  /** First cell along T, H, W. */
  readonly corner: Size3;
  readonly size: Size3;
}

/** @param layers in the order in which they run, up to and with the one that the cell is in */
export function receptiveField(layers: readonly Layer[], place: Size3, clip: Size3): Box {
  let from: [number, number, number] = [...place];
  let size: [number, number, number] = [1, 1, 1];
  for (const { type, window, shape } of [...layers].reverse()) {
    if (isGlobal(type, shape)) return { corner: [0, 0, 0], size: clip };
    if (window === undefined) continue;
    const { kernel, stride, padding, dilation } = window;
    from = each((i) => from[i]! * stride[i]! - padding[i]!);
    size = each((i) => (size[i]! - 1) * stride[i]! + dilation[i]! * (kernel[i]! - 1) + 1);
  }
  const corner = each((i) => Math.max(0, from[i]!));
  return { corner, size: each((i) => Math.min(clip[i]!, from[i]! + size[i]!) - corner[i]!) };
}

/** Covers all of its input: a vector, or a mean over everything. */
const isGlobal = (type: string, shape: readonly number[]): boolean =>
  shape.length < 4 || type.startsWith('AdaptiveAvgPool');

const each = (value: (axis: 0 | 1 | 2) => number): [number, number, number] => [value(0), value(1), value(2)];

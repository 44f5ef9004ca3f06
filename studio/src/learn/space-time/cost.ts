/** What a layer of kernels costs: weights, and multiplications for one clip. Biases are left out. */
import type { Size3 } from '../arithmetic/volume.js';
import type { Form } from './kernels.js';

export interface LayerSize {
  readonly input: number;
  readonly output: number;
  /** Of the kernel along time, and along height and width. */
  readonly time: number;
  readonly plane: number;
  /** Cells of the output, `[T, H, W]`. */
  readonly cells: Size3;
}

export interface Cost {
  readonly parameters: number;
  readonly macs: number;
}

/**
 * Channels between the two halves of (2+1)D so that it has as many parameters as 3D: Tran et al., A Closer Look at
 * Spatiotemporal Convolutions, CVPR 2018, section 3.5.
 */
export function middleChannels({ input, output, time, plane }: LayerSize): number {
  const area = plane * plane;
  return Math.floor((time * area * input * output) / (area * input + time * output));
}

/** Every weight is used once for every output cell. */
export function costOf(form: Form, layer: LayerSize): Cost {
  const { input, output, time, plane, cells } = layer;
  const parameters = {
    '2D': plane * plane * input * output,
    '3D': time * plane * plane * input * output,
    '(2+1)D': plane * plane * input * middleChannels(layer) + time * middleChannels(layer) * output,
  }[form];
  return { parameters, macs: parameters * cells[0] * cells[1] * cells[2] };
}

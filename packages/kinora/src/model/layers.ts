/** The layers in network tables, as data, and their modules. */
import { nn, type Tensor } from '@kinora/torch';

/** Sizes along time, height and width. */
export type Size3 = readonly [t: number, h: number, w: number];

export type Layer =
  | { readonly type: 'conv'; in: number; out: number; kernel: Size3; stride?: Size3; padding?: Size3 }
  | { readonly type: 'norm'; channels: number }
  | { readonly type: 'activation' }
  | { readonly type: 'pool'; kernel: Size3 }
  | { readonly type: 'average'; kernel: Size3 }
  | { readonly type: 'global' }
  | { readonly type: 'motion' };

const NEGATIVE_SLOPE = 0.01;

/** The module of one layer. */
export function buildLayer(layer: Layer): nn.Module {
  switch (layer.type) {
    case 'conv': {
      const { stride = [1, 1, 1], padding = [0, 0, 0] } = layer;
      return new nn.Conv3d(layer.in, layer.out, layer.kernel, { stride, padding });
    }
    case 'norm':
      return new nn.BatchNorm3d(layer.channels);
    case 'activation':
      return new nn.LeakyReLU(NEGATIVE_SLOPE, { inplace: true });
    case 'pool':
      return new nn.MaxPool3d(layer.kernel);
    case 'average':
      return new nn.AvgPool3d(layer.kernel);
    case 'global':
      return new nn.AdaptiveAvgPool3d(1);
    case 'motion':
      return new Motion();
    default:
      return layer satisfies never;
  }
}

/** The layers of a network before its first weights. They are its children `prepare.0`, `prepare.1` and so on. */
export class Preparation {
  readonly #layers: readonly nn.Module[];

  constructor(layers: readonly nn.Module[]) {
    this.#layers = layers;
  }

  namedChildren(): [string, nn.AnyModule][] {
    return this.#layers.map((layer, i) => [`prepare.${i}`, layer]);
  }

  /**
   * `[N, 3, T, H, W]` to clips for the first convolution. Not a module, whose output would be that of its last layer. Frees what a
   * layer has handed to the next, but no constant that a layer has made: exports read its values after the pass.
   */
  apply(clips: Tensor): Tensor {
    return this.#layers.reduce((value, layer) => {
      const result = layer.call(value);
      if (value !== clips && value !== result) value.dispose();
      return result;
    }, clips);
  }
}

/**
 * Subtracts from every pixel its mean over time (background subtraction), so that room, clothes and face vanish and a
 * network can learn motion from few clips. `[N, C, T, H, W]` to the same shape; without parameters. A clip of one frame
 * becomes zero.
 */
export class Motion extends nn.Module {
  forward(clips: Tensor): Tensor {
    return clips.sub(clips.mean([2], true));
  }
}

/**
 * Residual networks (He et al. 2016, https://arxiv.org/abs/1512.03385) for frames and for clips: a trunk and a linear
 * classifier. One class for all; a row in tables.ts makes a network 2D, 3D, mixed, (2+1)D or inflated.
 */
import { nn, type Tensor } from '@kinora/torch';
import { buildLayer, type Layer, Preparation, type Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';
import { Trunk, type TrunkTable } from './trunk.js';

export interface ResNetTable extends TrunkTable {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  readonly input: Size3;
  /** Layers before the first weights. */
  readonly prepare?: readonly Layer[];
  /** Dropout before the classifier; none by default. */
  readonly dropout?: number;
}

/** Clips `[N, 3, T, H, W]` of any size. With rank 2 it processes each frame separately and averages their features. */
export class ResNet extends Network {
  readonly table: ResNetTable;
  readonly #prepare: Preparation;
  readonly #trunk: Trunk;
  readonly #dropout: nn.Dropout;
  readonly fc: nn.Linear;

  constructor(table: ResNetTable, classes: number) {
    super();
    this.table = table;
    this.#prepare = new Preparation((table.prepare ?? []).map(buildLayer));
    this.#trunk = new Trunk(table);
    this.#dropout = new nn.Dropout(table.dropout ?? 0);
    this.fc = new nn.Linear(this.#trunk.features, classes);
    if (table.naming === 'nested') narrow(this.fc);
  }

  /** The trunk's children are the network's own, as in the originals. */
  override namedChildren(): [string, nn.AnyModule][] {
    return [
      ...this.#prepare.namedChildren(),
      ...this.#trunk.namedChildren(),
      ['dropout', this.#dropout],
      ['fc', this.fc],
    ];
  }

  forward(clips: Tensor): NetworkOutput {
    const features = this.#dropout.call(this.#see(clips));
    return { logits: this.fc.call(features), features };
  }

  /** `[N, 3, T, H, W]` to `[N, F]`. */
  #see(clips: Tensor): Tensor {
    const prepared = this.#prepare.apply(clips);
    if (this.#trunk.rank === 3) return this.#trunk.forward(prepared);
    const features = this.#trunk.forward(framesOf(prepared));
    return features.view([clips.shape[0]!, clips.shape[2]!, this.#trunk.features]).mean([1]);
  }
}

/** `[N, C, T, H, W]` to `[N T, C, H, W]`. */
export function framesOf(clips: Tensor): Tensor {
  const [n, c, t, h, w] = clips.shape as [number, number, number, number, number];
  return clips.permute([0, 2, 1, 3, 4]).reshape([n * t, c, h, w]);
}

/** torchvision's video networks initialise the classifier with a small standard deviation. */
function narrow(classifier: nn.Linear): void {
  nn.init.normal_(classifier.weight, 0, 0.01);
  nn.init.constant_(classifier.bias!, 0);
}

/**
 * The ConvColumn family: a column of 3D convolutions that reduces `[3, T, H, W]` to a vector, and a perceptron that
 * classifies it. tables.ts has one row for each architecture: those of the tutorial, and a small one for laptops.
 * Parameter names are the tutorial's, so that its checkpoints load.
 */
import { type KinoraError, nn, type Tensor } from '@kinora/torch';
import { checkedEntry, misfit } from '../fit.js';
import { buildLayer, type Size3 } from '../layers.js';
import { Network, type NetworkEntry, type NetworkOutput } from '../network.js';
import { type ConvColumnTable, convColumnTables } from './tables.js';

/** The classifier's hidden layers are `fc5`, `batch0`, `fc6`, `batch1`; its last one is `fc7` in every network. */
interface Hidden {
  readonly linear: nn.Linear;
  readonly norm: nn.BatchNorm1d;
}

export class ConvColumn extends Network {
  readonly table: ConvColumnTable;
  readonly #stages: nn.Module[];
  readonly #hidden: Hidden[];
  readonly #activation = buildLayer({ type: 'activation' });
  readonly #dropout: nn.Dropout;
  readonly #last: nn.Linear;

  constructor(table: ConvColumnTable, classes: number) {
    super();
    const { input, hidden, dropout } = table.head;
    this.table = table;
    this.#stages = table.stages.map((layers) =>
      layers.length === 1 ? buildLayer(layers[0]!) : stageOf(layers.map(buildLayer)),
    );
    this.#hidden = hidden.map((width, i) => ({
      linear: new nn.Linear(i === 0 ? input : hidden[i - 1]!, width),
      norm: new nn.BatchNorm1d(width),
    }));
    this.#last = new nn.Linear(hidden.at(-1) ?? input, classes);
    this.#dropout = new nn.Dropout(dropout);
  }

  /** Stages and hidden layers are named by their position in the table, so they cannot be fields. */
  override namedChildren(): [string, nn.AnyModule][] {
    return [
      ...this.#stages.map((stage, i): [string, nn.AnyModule] => [`conv_layer${i + 1}`, stage]),
      ...this.#hidden.flatMap(({ linear, norm }, i): [string, nn.AnyModule][] => [
        [`fc${i + 5}`, linear],
        [`batch${i}`, norm],
      ]),
      ['fc7', this.#last],
      ['activation', this.#activation],
      ['dropout', this.#dropout],
    ];
  }

  forward(clips: Tensor): NetworkOutput {
    try {
      return this.#classify(clips);
    } catch (error) {
      throw this.#misfit(clips.shape) ?? error;
    }
  }

  #misfit([, , ...size]: readonly number[]): KinoraError | undefined {
    const { name, input } = this.table;
    if (size.length !== 3) return undefined;
    return misfit(name, this, size as unknown as Size3, input, (clips) => this.#classify(clips));
  }

  #classify(clips: Tensor): NetworkOutput {
    const maps = this.#stages.reduce((value, stage) => stage.call(value), clips).flatten(1);
    const flat = this.#hidden.length === 0 ? this.#dropout.call(maps) : maps;
    const features = this.#hidden.reduce(
      (value, { linear, norm }) => this.#dropout.call(norm.call(this.#activation.call(linear.call(value)))),
      flat,
    );
    return { logits: this.#last.call(features), features };
  }
}

/** A segment is a convolution with the norm, activation and pool after it, which together keep the least memory. */
const stageOf = (layers: readonly nn.Module[]): nn.Segments =>
  new nn.Segments(layers, (layer) => layers[layers.indexOf(layer as nn.Module) + 1] instanceof nn.ConvNd);

export const entries: readonly NetworkEntry[] = convColumnTables.map((table) =>
  checkedEntry({ ...table, family: 'Columns of 3D convolutions' }, ConvColumn),
);

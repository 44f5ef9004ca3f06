/**
 * The ConvColumn family: a column of 3D convolutions that shrinks `[3, T, H, W]` to a vector, and a perceptron that
 * classifies it. The architectures of the starting point, and ours for laptops, are tables; the class is one.
 * Parameter names are the starting point's, so that its checkpoints load.
 */
import { KinoraError, nn, type Tensor } from '@kinora/torch';
import { type ConvColumnTable, convColumnTables } from './conv-column-tables.js';
import { buildLayer, type Layer, type Size3, sizeAfter } from './layers.js';
import { Network, type NetworkEntry, type NetworkOutput } from './network.js';

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

  constructor(table: ConvColumnTable, classes: number, size: Size3 = table.input) {
    super();
    checkSize(table, size);
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

  /** Stages and hidden layers are named by their place in the table, which fields could not be. */
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
    const [, , ...size] = clips.shape;
    checkSize(this.table, size as unknown as Size3);
    const maps = this.#stages.reduce((value, stage) => stage.call(value), clips).flatten(1);
    const flat = this.#hidden.length === 0 ? this.#dropout.call(maps) : maps;
    const features = this.#hidden.reduce(
      (value, { linear, norm }) => this.#dropout.call(norm.call(this.#activation.call(linear.call(value)))),
      flat,
    );
    return { logits: this.#last.call(features), features };
  }
}

/** A segment is a convolution and all that follows it up to the next: norm, activation and pool keep least as one. */
const stageOf = (layers: readonly nn.Module[]): nn.Segments =>
  new nn.Segments(layers, (layer) => layers[layers.indexOf(layer as nn.Module) + 1] instanceof nn.ConvNd);

const entryOf = (table: ConvColumnTable): NetworkEntry => ({
  name: table.name,
  family: 'Columns of 3D convolutions',
  summary: table.summary,
  input: table.input,
  build: (classes, size) => new ConvColumn(table, classes, size),
});

export const entries: readonly NetworkEntry[] = convColumnTables.map(entryOf);

/** Follows a clip's size through the table and throws where it stops fitting, naming the layer and a size that fits. */
function checkSize(table: ConvColumnTable, size: Size3): void {
  const problem = collapse(table, size);
  if (problem === undefined) return;
  throw new KinoraError({
    code: 'model/input-size',
    where: `${table.name}, ${problem.layer}`,
    expected: problem.expected,
    received: `${problem.received} from clips of ${text(size)} (frames x height x width)`,
    hint: `clips of ${text(nearestFit(table, size))} fit`,
  });
}

interface Problem {
  layer: string;
  expected: string;
  received: string;
}

function collapse(table: ConvColumnTable, size: Size3): Problem | undefined {
  let current = size;
  let channels = 3;
  for (const [stage, layers] of table.stages.entries()) {
    for (const [index, layer] of layers.entries()) {
      const next = sizeAfter(layer, current);
      const name = layers.length === 1 ? `conv_layer${stage + 1}` : `conv_layer${stage + 1}.${index}`;
      if (next.some((length) => length < 1)) {
        return {
          layer: `${name} (${layer.type})`,
          expected: `at least ${minimum(layer)}`,
          received: text(current),
        };
      }
      current = next;
      if (layer.type === 'conv') channels = layer.out;
    }
  }
  const features = channels * current[0] * current[1] * current[2];
  const { input } = table.head;
  const received = `${features} (${channels} x ${text(current)})`;
  return features === input
    ? undefined
    : { layer: 'the classifier', expected: `${input} features`, received };
}

function minimum(layer: Layer): string {
  if (layer.type !== 'conv')
    return layer.type === 'pool' || layer.type === 'average' ? text(layer.kernel) : '1x1x1';
  const { kernel, padding = [0, 0, 0] } = layer;
  return text([kernel[0] - 2 * padding[0], kernel[1] - 2 * padding[1], kernel[2] - 2 * padding[2]]);
}

/** The fitting size that is closest on each axis. Axes are independent, because every layer treats them apart. */
function nearestFit(table: ConvColumnTable, size: Size3): Size3 {
  const axis = (i: number) => {
    const fits = (length: number) => {
      const trial: [number, number, number] = [...table.input];
      trial[i] = length;
      return collapse(table, trial) === undefined;
    };
    for (let distance = 0; distance < 1024; distance++) {
      if (fits(size[i]! + distance)) return size[i]! + distance;
      if (size[i]! > distance && fits(size[i]! - distance)) return size[i]! - distance;
    }
    return table.input[i]!;
  };
  return [axis(0), axis(1), axis(2)];
}

const text = (size: readonly number[]): string => size.join('x');

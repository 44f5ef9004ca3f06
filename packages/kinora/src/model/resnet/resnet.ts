/**
 * Residual networks (He et al. 2016, https://arxiv.org/abs/1512.03385) for frames and for clips: a stem, four stages of
 * blocks, the mean over time and place, a linear classifier. What makes one of them 2D, 3D, mixed, (2+1)D or inflated
 * is its row in tables.ts; the class is one.
 */
import { nn, ops, scope, type Tensor } from '@kinora/torch';
import { buildLayer, type Layer, type Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';
import { type BlockKind, type BlockSettings, EXPANSION, type Naming, ResidualBlock } from './block.js';
import {
  type ConvKind,
  type ConvShape,
  convolution,
  norm,
  type Rank,
  rankOf,
  type TimeEdge,
} from './convolutions.js';
import type { ShortcutKind } from './shortcut.js';

export interface ResNetTable {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  readonly input: Size3;
  /** What is done to clips before the first weight. */
  readonly prepare?: readonly Layer[];
  /** Convolutions before the stages, each with norm and ReLU. */
  readonly stem: readonly ConvShape[];
  /** Kernel of the max pooling after the stem, padded; its stride is 2 where the kernel is longer than 1. */
  readonly pool: Size3 | null;
  readonly block: BlockKind;
  /** Blocks in each stage; each stage but the first begins with stride 2. */
  readonly blocks: readonly number[];
  readonly widths: readonly number[];
  /** One for each stage. */
  readonly convs: readonly ConvKind[];
  readonly shortcut: ShortcutKind;
  readonly naming: Naming;
  readonly edge: TimeEdge;
  /** Before the classifier; none by default. */
  readonly dropout?: number;
}

/** Clips `[N, 3, T, H, W]` of any size. Of rank 2 it sees each frame by itself, and the mean of their features decides. */
export class ResNet extends Network {
  readonly table: ResNetTable;
  readonly #rank: Rank;
  readonly #prepare: nn.Module[];
  readonly #stem: readonly { conv: nn.Module; norm: nn.Module }[];
  readonly #pool: nn.Module | null;
  readonly #stages: nn.Sequential[];
  readonly #dropout: nn.Dropout;
  readonly fc: nn.Linear;

  constructor(table: ResNetTable, classes: number) {
    super();
    this.table = table;
    this.#rank = rankOf(table.convs[0]!);
    this.#prepare = (table.prepare ?? []).map(buildLayer);
    this.#stem = table.stem.map((shape) => ({
      conv: convolution(this.#rank, shape, table.edge),
      norm: norm(this.#rank, shape.output),
    }));
    this.#pool = table.pool === null ? null : maxPool(this.#rank, table.pool);
    this.#stages = table.blocks.map((_, stage) => buildStage(table, stage));
    this.#dropout = new nn.Dropout(table.dropout ?? 0);
    this.fc = new nn.Linear(table.widths.at(-1)! * EXPANSION[table.block], classes);
    initialise(this, table.naming);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    const flat = this.table.naming === 'flat';
    return [
      ...this.#prepare.map((layer, i): [string, nn.AnyModule] => [`prepare.${i}`, layer]),
      ...this.#stem.flatMap(({ conv, norm }, i): [string, nn.AnyModule][] => [
        [flat ? 'conv1' : `stem.${3 * i}`, conv],
        [flat ? 'bn1' : `stem.${3 * i + 1}`, norm],
      ]),
      ...(this.#pool === null ? [] : [['maxpool', this.#pool] as [string, nn.AnyModule]]),
      ...this.#stages.map((stage, i): [string, nn.AnyModule] => [`layer${i + 1}`, stage]),
      ['dropout', this.#dropout],
      ['fc', this.fc],
    ];
  }

  forward(clips: Tensor): NetworkOutput {
    const maps = this.#stages.reduce((value, stage) => stage.call(value), this.#begin(clips));
    const features = this.#dropout.call(this.#average(maps, clips.shape));
    return { logits: this.fc.call(features), features };
  }

  /** Everything before the stages; in a scope, as each block is. */
  #begin(clips: Tensor): Tensor {
    return scope(() => {
      const prepared = this.#prepare.reduce((value, layer) => layer.call(value), clips);
      const input = this.#rank === 3 ? prepared : framesOf(prepared);
      const maps = this.#stem.reduce((value, { conv, norm }) => ops.relu(norm.call(conv.call(value))), input);
      return this.#pool === null ? maps : this.#pool.call(maps);
    });
  }

  /** `[N, C, T, H, W]`, or `[N T, C, H, W]` of single frames, to `[N, C]`. */
  #average(maps: Tensor, [n, , t]: readonly number[]): Tensor {
    if (this.#rank === 3) return maps.mean([2, 3, 4]);
    const features = maps.mean([2, 3]);
    return features.view([n!, t!, features.shape[1]!]).mean([1]);
  }
}

/** `[N, C, T, H, W]` to `[N T, C, H, W]`. */
function framesOf(clips: Tensor): Tensor {
  const [n, c, t, h, w] = clips.shape as [number, number, number, number, number];
  return clips.permute([0, 2, 1, 3, 4]).reshape([n * t, c, h, w]);
}

function maxPool(rank: Rank, kernel: Size3): nn.Module {
  const stride = kernel.map((length) => (length > 1 ? 2 : 1)).slice(3 - rank);
  const padding = kernel.map((length) => (length - 1) / 2).slice(3 - rank);
  const size = kernel.slice(3 - rank);
  return rank === 2
    ? new nn.MaxPool2d(size, { stride, padding })
    : new nn.MaxPool3d(size, { stride, padding });
}

function buildStage(table: ResNetTable, stage: number): nn.Sequential {
  const { block, shortcut, naming, edge, widths, blocks, convs, stem } = table;
  const settings: BlockSettings = { block, shortcut, naming, edge, conv: convs[stage]! };
  const [width, grown] = [widths[stage]!, widths[stage]! * EXPANSION[block]];
  const before = stage === 0 ? stem.at(-1)!.output : widths[stage - 1]! * EXPANSION[block];
  const first = new ResidualBlock(settings, before, width, stage === 0 ? 1 : 2);
  const others = Array.from(
    { length: blocks[stage]! - 1 },
    () => new ResidualBlock(settings, grown, width, 1),
  );
  return new nn.Sequential(first, ...others);
}

/** As the originals do: He's for convolutions; torchvision's video networks draw the classifier narrowly. */
function initialise(network: ResNet, naming: Naming): void {
  for (const module of network.namedModules().values()) {
    if (module instanceof nn.ConvNd)
      nn.init.kaimingNormal_(module.weight, { mode: 'fan_out', nonlinearity: 'relu' });
  }
  if (naming === 'flat') return;
  nn.init.normal_(network.fc.weight, 0, 0.01);
  nn.init.constant_(network.fc.bias!, 0);
}

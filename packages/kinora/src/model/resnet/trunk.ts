/**
 * The feature extractor of a residual network (He et al. 2016, https://arxiv.org/abs/1512.03385): a stem, stages of
 * blocks, and the mean over space and time. One class for all; the table makes it 2D, 3D, mixed, (2+1)D or channel-separated.
 */
import { nn, scope, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import {
  type BlockKind,
  type BlockSettings,
  EXPANSION,
  type Naming,
  ResidualBlock,
  type ShortcutKind,
} from './block.js';
import {
  type ConvKind,
  type ConvShape,
  convolution,
  norm,
  type Rank,
  rankOf,
  type TimeEdge,
} from './convolutions.js';

export interface TrunkTable {
  /** Convolutions before the stages, each with norm and ReLU. */
  readonly stem: readonly ConvShape[];
  /** Kernel of the max pool after the stem, padded; its stride is 2 along axes where the kernel is longer than 1. */
  readonly pool: Size3 | null;
  readonly block: BlockKind;
  /** Blocks in each stage; each stage except the first begins with stride 2. */
  readonly blocks: readonly number[];
  readonly widths: readonly number[];
  /** One for each stage. */
  readonly convs: readonly ConvKind[];
  readonly shortcut: ShortcutKind;
  readonly naming: Naming;
  readonly edge: TimeEdge;
  /** What batch norms add to variances before they take the root; 1e-5 by default. */
  readonly eps?: number;
}

/** Frames `[N, 3, H, W]`, of rank 2, or clips `[N, 3, T, H, W]`, of rank 3, of any size, to features `[N, F]`. */
export class Trunk extends nn.Module {
  readonly rank: Rank;
  readonly features: number;
  readonly #naming: Naming;
  readonly #stem: readonly { conv: nn.Module; norm: nn.Module }[];
  readonly #pool: nn.Module | null;
  readonly #stages: nn.Segments[];

  constructor(table: TrunkTable) {
    super();
    this.rank = rankOf(table.convs[0]!);
    this.features = table.widths.at(-1)! * EXPANSION[table.block];
    this.#naming = table.naming;
    this.#stem = table.stem.map((shape) => ({
      conv: convolution(this.rank, shape, table.edge),
      norm: norm(this.rank, shape.output, table.eps),
    }));
    this.#pool = table.pool === null ? null : maxPool(this.rank, table.pool);
    this.#stages = table.blocks.map((_, stage) => buildStage(table, stage));
    initialise(this);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    const flat = this.#naming === 'flat';
    return [
      ...this.#stem.flatMap(({ conv, norm }, i): [string, nn.AnyModule][] => [
        [flat ? 'conv1' : `stem.${3 * i}`, conv],
        [flat ? 'bn1' : `stem.${3 * i + 1}`, norm],
      ]),
      ...(this.#pool === null ? [] : [['maxpool', this.#pool] as [string, nn.AnyModule]]),
      ...this.#stages.map((stage, i): [string, nn.AnyModule] => [`layer${i + 1}`, stage]),
    ];
  }

  forward(input: Tensor): Tensor {
    const maps = this.#stages.reduce((value, stage) => stage.call(value), this.#begin(input));
    return maps.mean(this.rank === 2 ? [2, 3] : [2, 3, 4]);
  }

  /** In a scope, as each block is. */
  #begin(input: Tensor): Tensor {
    return scope(() => {
      const maps = this.#stem.reduce((value, { conv, norm }) => nn.normRelu(norm, conv.call(value)), input);
      return this.#pool === null ? maps : this.#pool.call(maps);
    });
  }
}

function maxPool(rank: Rank, kernel: Size3): nn.Module {
  const stride = kernel.map((length) => (length > 1 ? 2 : 1)).slice(3 - rank);
  const padding = kernel.map((length) => (length - 1) / 2).slice(3 - rank);
  const size = kernel.slice(3 - rank);
  return rank === 2
    ? new nn.MaxPool2d(size, { stride, padding })
    : new nn.MaxPool3d(size, { stride, padding });
}

function buildStage(table: TrunkTable, stage: number): nn.Segments {
  const { block, shortcut, naming, edge, eps, widths, blocks, convs, stem } = table;
  const settings: BlockSettings = {
    ...{ block, shortcut, naming, edge, conv: convs[stage]! },
    ...(eps !== undefined && { eps }),
  };
  const [width, grown] = [widths[stage]!, widths[stage]! * EXPANSION[block]];
  const before = stage === 0 ? stem.at(-1)!.output : widths[stage - 1]! * EXPANSION[block];
  const first = new ResidualBlock(settings, before, width, stage === 0 ? 1 : 2);
  const others = Array.from(
    { length: blocks[stage]! - 1 },
    () => new ResidualBlock(settings, grown, width, 1),
  );
  return new nn.Segments([first, ...others]);
}

/** As in the originals: He initialisation for convolutions. */
function initialise(trunk: Trunk): void {
  for (const module of trunk.namedModules().values()) {
    if (module instanceof nn.ConvNd)
      nn.init.kaimingNormal_(module.weight, { mode: 'fan_out', nonlinearity: 'relu' });
  }
}

/**
 * Slow and SlowFast networks (Feichtenhofer et al. 2019, https://arxiv.org/abs/1812.03982). The slow pathway sees few
 * frames and has many channels; the fast pathway sees all frames and has few channels. Behind the stem and every stage but
 * the last, a lateral connection appends the fast pathway's maps, thinned in time, to the channels of the slow one. Layers
 * and names are those of PyTorchVideo's `create_resnet` and `create_slowfast`.
 */
import { kinoraError, nn, ops, type Tensor } from '@kinora/torch';
import { buildLayer, type Layer, Preparation, type Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';
import { convolution, initialise, ResStage } from './bottleneck.js';

/** A ResNet in which the first convolution of a block looks along time, and the second one along height and width. */
export interface PathwayTable {
  /** Channels of the stem; the output of stage i has 4 * 2^i times as many. */
  readonly width: number;
  /** Kernel lengths along time: of the stem, and of the first convolutions in the blocks of each stage. */
  readonly times: readonly number[];
}

export interface FastTable extends PathwayTable {
  /** Frames of the fast pathway for each one of the slow pathway. */
  readonly alpha: number;
  /** Kernel length of the lateral connections along time. */
  readonly lateral: number;
}

export interface SlowTable {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  readonly input: Size3;
  /** Layers before the first weights. */
  readonly prepare?: readonly Layer[];
  /** Kernel length of stems along height and width. */
  readonly plane: number;
  /** Blocks in each stage; each stage except the first halves height and width. */
  readonly blocks: readonly number[];
  readonly slow: PathwayTable;
  readonly dropout: number;
}

export interface SlowFastTable extends SlowTable {
  readonly fast: FastTable;
}

/** The slow pathway alone, which sees all frames: clips `[N, 3, T, H, W]` of any size. */
export class Slow extends Network {
  readonly table: SlowTable;
  readonly #prepare: Preparation;
  readonly #stages: readonly nn.Module[];
  readonly #head: Head;
  readonly blocks: nn.ModuleList;

  constructor(table: SlowTable, classes: number) {
    super();
    this.table = table;
    this.#prepare = new Preparation((table.prepare ?? []).map(buildLayer));
    this.#stages = buildPathway(table, table.slow);
    this.#head = new Head(outputsOf(table, table.slow).at(-1)!, table.dropout, classes);
    this.blocks = new nn.ModuleList<nn.AnyModule>([...this.#stages, this.#head]);
    initialise(this);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [...this.#prepare.namedChildren(), ...super.namedChildren()];
  }

  forward(clips: Tensor): NetworkOutput {
    const frames = this.#prepare.apply(clips);
    const maps = this.#stages.reduce((value, stage) => stage.call(value), frames);
    return this.#head.call(maps.mean([2, 3, 4]));
  }
}

/** Clips `[N, 3, T, H, W]` of any height and width; T is a multiple of `alpha`. */
export class SlowFast extends Network {
  readonly table: SlowFastTable;
  readonly #prepare: Preparation;
  readonly pack: SlowFrames;
  readonly #stages: readonly TwoPathways[];
  readonly #pool = new PoolBoth();
  readonly #head: Head;
  readonly blocks: nn.ModuleList;

  constructor(table: SlowFastTable, classes: number) {
    super();
    const { slow, fast } = table;
    this.table = table;
    this.#prepare = new Preparation((table.prepare ?? []).map(buildLayer));
    this.pack = new SlowFrames(fast.alpha);
    this.#stages = buildBoth(table);
    const features = [slow, fast].map((path) => outputsOf(table, path).at(-1)!);
    this.#head = new Head(features[0]! + features[1]!, table.dropout, classes);
    this.blocks = new nn.ModuleList<nn.AnyModule>([...this.#stages, this.#pool, this.#head]);
    initialise(this);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [...this.#prepare.namedChildren(), ...super.namedChildren()];
  }

  forward(clips: Tensor): NetworkOutput {
    const frames = this.#prepare.apply(clips);
    const both: Pathways = { slow: this.pack.call(frames), fast: frames };
    const maps = this.#stages.reduce((value, stage) => stage.call(value), both);
    return this.#head.call(this.#pool.call(maps));
  }
}

/** Maps of both pathways, `[N, C, T / alpha, H, W]` and `[N, C, T, H, W]`. */
interface Pathways {
  readonly slow: Tensor;
  readonly fast: Tensor;
}

/** Channels of the stem and of each stage. */
const outputsOf = ({ blocks }: SlowTable, { width }: PathwayTable): number[] => [
  width,
  ...blocks.map((_, i) => 4 * width * 2 ** i),
];

/** The stem and the stages; `lateral` are the channels that are appended to the input of each stage. */
function buildPathway(table: SlowTable, path: PathwayTable, lateral: readonly number[] = []): nn.Module[] {
  const channels = outputsOf(table, path);
  const stages = table.blocks.map((blocks, i) => {
    const [input, inner, output] = [channels[i]! + (lateral[i] ?? 0), path.width * 2 ** i, channels[i + 1]!];
    const kernels = { kernelA: [path.times[i + 1]!, 1, 1], kernelB: [1, 3, 3], groups: 1 } as const;
    return new ResStage({ input, inner, output, blocks, stride: i === 0 ? 1 : 2, ...kernels });
  });
  return [new Stem(path.width, [path.times[0]!, table.plane, table.plane]), ...stages];
}

function buildBoth(table: SlowFastTable): TwoPathways[] {
  const { slow, fast } = table;
  const lateral = outputsOf(table, fast).map((channels) => FUSION * channels);
  const [slowStages, fastStages] = [buildPathway(table, slow, lateral), buildPathway(table, fast)];
  return slowStages.map((stage, i) => {
    const isLast = i === slowStages.length - 1;
    return new TwoPathways(stage, fastStages[i]!, isLast ? null : new FastToSlow(lateral[i]! / FUSION, fast));
  });
}

/** Lateral connections have this many times the channels of the fast pathway. */
const FUSION = 2;

/** Convolution, norm, ReLU and max pool: a quarter of the height and width. */
class Stem extends nn.Module {
  readonly conv: nn.Conv3d;
  readonly norm: nn.BatchNorm3d;
  readonly pool = new nn.MaxPool3d([1, 3, 3], { stride: [1, 2, 2], padding: [0, 1, 1] });

  constructor(channels: number, kernel: Size3) {
    super();
    this.conv = convolution(3, channels, kernel, [1, 2, 2]);
    this.norm = new nn.BatchNorm3d(channels);
  }

  forward(clips: Tensor): Tensor {
    return this.pool.call(nn.normRelu(this.norm, this.conv.call(clips)));
  }
}

/**
 * The frames of the slow pathway, evenly spaced, the first and the last among them, as PySlowFast takes them:
 * `[N, C, T, H, W]` to `[N, C, T / alpha, H, W]`.
 */
export class SlowFrames extends nn.Module {
  constructor(readonly alpha: number) {
    super();
  }

  forward(clips: Tensor): Tensor {
    const frames = clips.shape[2] ?? 0;
    if (frames === 0 || frames % this.alpha !== 0) {
      throw kinoraError('nn/input', nn.moduleName(this), {
        expected: `clips [N, 3, T, H, W] with T a multiple of ${this.alpha}`,
        received: `[${clips.shape.join(', ')}]`,
      });
    }
    return ops.cat(
      slowPositions(frames, this.alpha).map((position) => clips.narrow(2, position, 1)),
      2,
    );
  }
}

/** `frames / alpha` positions from 0 to frames - 1, rounded down. */
export function slowPositions(frames: number, alpha: number): number[] {
  const count = frames / alpha;
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.trunc((i * (frames - 1)) / (count - 1)),
  );
}

/** A stage of each pathway, and the lateral connection behind them. */
class TwoPathways extends nn.Module<[maps: Pathways], Pathways> {
  readonly multipathway_blocks: nn.ModuleList;
  readonly multipathway_fusion: FastToSlow | null;
  readonly #slow: nn.Module;
  readonly #fast: nn.Module;

  constructor(slow: nn.Module, fast: nn.Module, fusion: FastToSlow | null) {
    super();
    this.#slow = slow;
    this.#fast = fast;
    this.multipathway_blocks = new nn.ModuleList<nn.AnyModule>([slow, fast]);
    this.multipathway_fusion = fusion;
  }

  forward(maps: Pathways): Pathways {
    const [slow, fast] = [this.#slow.call(maps.slow), this.#fast.call(maps.fast)];
    return this.multipathway_fusion?.call({ slow, fast }) ?? { slow, fast };
  }
}

/** Appends the fast pathway's maps, convolved over time with stride alpha, to the channels of the slow one. */
class FastToSlow extends nn.Module<[maps: Pathways], Pathways> {
  readonly conv_fast_to_slow: nn.Conv3d;
  readonly norm: nn.BatchNorm3d;

  constructor(channels: number, { alpha, lateral }: FastTable) {
    super();
    this.conv_fast_to_slow = convolution(channels, FUSION * channels, [lateral, 1, 1], [alpha, 1, 1]);
    this.norm = new nn.BatchNorm3d(FUSION * channels);
  }

  forward({ slow, fast }: Pathways): Pathways {
    const thinned = nn.normRelu(this.norm, this.conv_fast_to_slow.call(fast));
    return { slow: ops.cat([slow, thinned], 1), fast };
  }
}

/** The means of both pathways over time and space, side by side: `[N, F]`. */
class PoolBoth extends nn.Module<[maps: Pathways], Tensor> {
  forward({ slow, fast }: Pathways): Tensor {
    return ops.cat([slow.mean([2, 3, 4]), fast.mean([2, 3, 4])], 1);
  }
}

/** Dropout and the classifier, from features `[N, F]`. */
class Head extends nn.Module<[features: Tensor], NetworkOutput> {
  readonly dropout: nn.Dropout;
  readonly proj: nn.Linear;

  constructor(features: number, dropout: number, classes: number) {
    super();
    this.dropout = new nn.Dropout(dropout);
    this.proj = new nn.Linear(features, classes);
  }

  forward(means: Tensor): NetworkOutput {
    const features = this.dropout.call(means);
    return { logits: this.proj.call(features), features };
  }
}

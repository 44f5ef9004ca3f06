/**
 * Temporal Relation Networks (Zhou et al. 2018, https://arxiv.org/abs/1711.08496): a 2D CNN per frame, and relations
 * between frames at one or at multiple scales. A relation is a perceptron on the joined features of a tuple of frames,
 * in order, summed over tuples and, on multiple scales, over their lengths. Layer names are those of the reference
 * implementation (TRNmodule.py).
 */
import { permutation, type Random } from '@kinora/clip';
import { nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import type { NetworkOutput } from '../network.js';
import { engineRandom, FrameNetwork, type FrameTable, fixedRandom, wrongFrames } from './frame-network.js';

export interface TrnTable extends FrameTable {
  readonly scales: 'single' | 'multiple';
  /** Width to which a frame's features are projected first (`img_feature_dim`). */
  readonly features: number;
  /** Hidden width of a relation. */
  readonly bottleneck: number;
}

/** Number of tuples per length in one pass (`subsample_num`). */
const TUPLES = 3;

export class Trn extends FrameNetwork<TrnTable> {
  readonly new_fc: nn.Linear;
  readonly consensus: SingleScale | MultiScale;
  readonly frames: number;

  constructor(table: TrnTable, classes: number, [frames]: Size3 = table.input) {
    checkEnough(frames, table);
    super(table);
    const { features, bottleneck, scales } = table;
    const options = { features, frames, bottleneck, classes };
    this.frames = frames;
    this.new_fc = new nn.Linear(this.base_model.features, features);
    this.consensus = scales === 'single' ? new SingleScale(options) : new MultiScale(options, TUPLES);
  }

  protected checkFrames(frames: number): void {
    if (frames === this.frames) return;
    const expected = `${this.frames} frames, for which its relations were built`;
    throw wrongFrames(this.table.name, expected, frames, `build it for ${frames} frames`);
  }

  protected decide(sequence: Tensor): NetworkOutput {
    const { logits, hidden } = this.consensus.call(this.new_fc.call(sequence));
    return { logits, features: hidden };
  }
}

/** Checked before anything is built that would have to be freed again. */
function checkEnough(frames: number, { name, input }: TrnTable): void {
  const fitting = [2, ...input.slice(1)].join('x');
  if (frames < 2)
    throw wrongFrames(name, 'at least 2 frames, to relate them', frames, `clips of ${fitting} fit`);
}

/** Summed over the tuples of one length. */
interface RelationOutput {
  /** `[N, classes]` */
  readonly logits: Tensor;
  /** `[N, bottleneck]` */
  readonly hidden: Tensor;
}

/** ReLU, Linear, ReLU, Linear on tuples `[N, K, size * F]`; its children are numbered as in the reference's Sequential. */
class Relation extends nn.Module<[tuples: Tensor], RelationOutput> {
  readonly #first: nn.Linear;
  readonly #last: nn.Linear;

  constructor(width: number, bottleneck: number, classes: number) {
    super();
    this.#first = new nn.Linear(width, bottleneck);
    this.#last = new nn.Linear(bottleneck, classes);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [
      ['1', this.#first],
      ['3', this.#last],
    ];
  }

  forward(tuples: Tensor): RelationOutput {
    const hidden = ops.relu(this.#first.call(ops.relu(tuples)));
    return { logits: this.#last.call(hidden).sum([1]), hidden: hidden.sum([1]) };
  }
}

interface RelationOptions {
  /** Width of a frame's features. */
  readonly features: number;
  readonly frames: number;
  readonly bottleneck: number;
  readonly classes: number;
}

/** One relation over all frames. */
class SingleScale extends nn.Module<[sequence: Tensor], RelationOutput> {
  readonly classifier: Relation;

  constructor({ features, frames, bottleneck, classes }: RelationOptions) {
    super();
    this.classifier = new Relation(frames * features, bottleneck, classes);
  }

  /** `[N, T, F]` */
  forward(sequence: Tensor): RelationOutput {
    return this.classifier.call(sequence.flatten(1).unsqueeze(1));
  }
}

/**
 * Relations over T, T - 1, ..., 2 frames, each on a few of its tuples: new ones at each call in training, the same ones
 * in evaluation.
 */
class MultiScale extends nn.Module<[sequence: Tensor], RelationOutput> {
  readonly fc_fusion_scales: nn.ModuleList<Relation>;
  readonly #frames: number;
  readonly #tuples: number;

  /** @param maximum number of tuples of each length in a forward pass */
  constructor({ features, frames, bottleneck, classes }: RelationOptions, tuples: number) {
    super();
    this.#frames = frames;
    this.#tuples = tuples;
    const relations = Array.from(
      { length: frames - 1 },
      (_, i) => new Relation((frames - i) * features, bottleneck, classes),
    );
    this.fc_fusion_scales = new nn.ModuleList(relations);
  }

  /** `[N, T, F]`; the `hidden` of all scales are concatenated. */
  forward(sequence: Tensor): RelationOutput {
    const random = this.training ? engineRandom() : fixedRandom();
    const outputs = [...this.fc_fusion_scales].map((relation, i) =>
      relation.call(joined(sequence, chooseTuples(this.#frames, this.#frames - i, this.#tuples, random))),
    );
    return {
      logits: outputs.map(({ logits }) => logits).reduce((sum, logits) => sum.add(logits)),
      hidden: ops.cat(
        outputs.map(({ hidden }) => hidden),
        1,
      ),
    };
  }
}

/** Concatenates the frames of each tuple: `[N, T, F]` to `[N, K, size * F]`. */
function joined(sequence: Tensor, tuples: readonly Tuple[]): Tensor {
  const frames = sequence.unbind(1);
  const ordered = tuples.flat().map((position) => frames[position]!);
  return ops.cat(ordered, 1).unflatten(1, [tuples.length, -1]);
}

/** `size` increasing positions in `[0, frames)`. */
type Tuple = readonly number[];

/** `count` different tuples, each equally likely, or all of them if there are no more. */
export function chooseTuples(frames: number, size: number, count: number, random: Random): Tuple[] {
  const wanted = Math.min(count, combinations(frames, size));
  const chosen = new Map<string, Tuple>();
  while (chosen.size < wanted) {
    const tuple = Array.from(permutation(frames, random).slice(0, size)).sort((a, b) => a - b);
    chosen.set(tuple.join(), tuple);
  }
  return [...chosen.values()];
}

/** n over k, exact below 2^53. */
const combinations = (n: number, k: number): number =>
  Array.from({ length: k }).reduce<number>((product, _, i) => (product * (n - i)) / (i + 1), 1);

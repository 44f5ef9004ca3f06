/**
 * Temporal relations (Zhou et al. 2018, https://arxiv.org/abs/1711.08496, TRNmodule.py of its reference
 * implementation): a perceptron on the joined features of a tuple of frames, in order, summed over tuples and, on
 * multiple scales, over their lengths.
 */
import { nn, ops, type Tensor } from '@kinora/torch';
import { engineRandom, fixedRandom } from './random.js';
import { chooseTuples, type Tuple } from './tuples.js';

/** What the tuples of one length say, summed over them. */
export interface Verdict {
  /** `[N, classes]` */
  readonly logits: Tensor;
  /** `[N, bottleneck]` */
  readonly hidden: Tensor;
}

/** ReLU, Linear, ReLU, Linear on tuples `[N, K, size * F]`; its children have the numbers they have as a Sequential. */
export class Relation extends nn.Module<[tuples: Tensor], Verdict> {
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

  forward(tuples: Tensor): Verdict {
    const hidden = ops.relu(this.#first.call(ops.relu(tuples)));
    return { logits: this.#last.call(hidden).sum([1]), hidden: hidden.sum([1]) };
  }
}

export interface RelationOptions {
  /** Width of a frame's features. */
  readonly features: number;
  readonly frames: number;
  readonly bottleneck: number;
  readonly classes: number;
}

/** One relation over all frames. */
export class SingleScale extends nn.Module<[sequence: Tensor], Verdict> {
  readonly classifier: Relation;

  constructor({ features, frames, bottleneck, classes }: RelationOptions) {
    super();
    this.classifier = new Relation(frames * features, bottleneck, classes);
  }

  /** `[N, T, F]` */
  forward(sequence: Tensor): Verdict {
    return this.classifier.call(sequence.flatten(1).unsqueeze(1));
  }
}

/** Relations over T, T - 1, ..., 2 frames, each on a few of its tuples: others at each call in training, the same ones in evaluation. */
export class MultiScale extends nn.Module<[sequence: Tensor], Verdict> {
  readonly fc_fusion_scales: nn.ModuleList<Relation>;
  readonly #frames: number;
  readonly #tuples: number;

  /** @param tuples of each length in a forward pass, at most */
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

  /** `[N, T, F]`; `hidden` of the scales stand side by side. */
  forward(sequence: Tensor): Verdict {
    const random = this.training ? engineRandom() : fixedRandom();
    const verdicts = [...this.fc_fusion_scales].map((relation, i) =>
      relation.call(joined(sequence, chooseTuples(this.#frames, this.#frames - i, this.#tuples, random))),
    );
    return {
      logits: verdicts.map(({ logits }) => logits).reduce((sum, logits) => sum.add(logits)),
      hidden: ops.cat(
        verdicts.map(({ hidden }) => hidden),
        1,
      ),
    };
  }
}

/** The frames of each tuple side by side: `[N, T, F]` to `[N, K, size * F]`. */
function joined(sequence: Tensor, tuples: readonly Tuple[]): Tensor {
  const frames = sequence.unbind(1);
  const ordered = tuples.flat().map((position) => frames[position]!);
  return ops.cat(ordered, 1).unflatten(1, [tuples.length, -1]);
}

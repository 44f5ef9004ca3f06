/**
 * Rules that combine the members of an ensemble: modules from the members' logits, `[N, classes]` each, to one `[N,
 * classes]` whose softmax is the ensemble's prediction. A rule's learned weights are its state; fitting is elsewhere.
 */
import { fromTypedArray, nn, ops, scope, type Tensor } from '@kinora/torch';

export const ruleNames = [
  'vote',
  'mean_probabilities',
  'mean_logits',
  'weighted',
  'linear',
  'logistic',
] as const;
export type RuleName = (typeof ruleNames)[number];

/** Rules that are fitted to clips, which must not be clips that the members were trained on. */
export const fittedRules: readonly RuleName[] = ['weighted', 'linear', 'logistic'];

export const ruleSummaries: Readonly<Record<RuleName, string>> = {
  vote: 'the class that most members predict; the mean probability breaks ties',
  mean_probabilities: 'mean of the probabilities',
  mean_logits: 'mean of the logits',
  weighted: 'weighted mean of the probabilities',
  linear: "linear classifier on all logits, like the tutorial's Classifier",
  logistic: 'multinomial logistic regression on all log-probabilities, shrunk towards their mean',
};

/** Takes the logits of each member. */
export abstract class Rule extends nn.Module<[logits: readonly Tensor[]], Tensor> {}

/** A new rule. Rules with weights start as the mean, except `linear`, which starts at random like every nn.Linear. */
export function newRule(name: RuleName, members: number, classes: number): Rule {
  switch (name) {
    case 'vote':
      return new Vote();
    case 'mean_probabilities':
      return new MeanProbabilities();
    case 'mean_logits':
      return new MeanLogits();
    case 'weighted':
      return new Weighted(members);
    case 'linear':
      return new Linear(members, classes);
    case 'logistic':
      return new Logistic(members, classes);
    default:
      return name satisfies never;
  }
}

/** Probabilities are clamped to at least this before the logarithm, so that logits stay finite. */
const TINY = 1e-12;

/**
 * Share of the votes, mixed with one hundredth of the mean probability: too little to outweigh a vote among fewer than
 * a hundred members, but enough to break ties and to rank classes without votes.
 */
const SWAY = 0.01;

class Vote extends Rule {
  forward(logits: readonly Tensor[]): Tensor {
    return scope(() => {
      const votes = mean(logits.map((own) => own.eq(own.amax([1], true)).to('float32')));
      return votes
        .mul(1 - SWAY)
        .add(mean(logits.map(probabilities)).mul(SWAY))
        .clamp_min(TINY)
        .log();
    });
  }
}

class MeanProbabilities extends Rule {
  forward(logits: readonly Tensor[]): Tensor {
    return scope(() => mean(logits.map(probabilities)).clamp_min(TINY).log());
  }
}

class MeanLogits extends Rule {
  forward(logits: readonly Tensor[]): Tensor {
    return scope(() => mean(logits));
  }
}

class Weighted extends Rule {
  /** `[members]`, nonnegative, with sum 1. */
  readonly weights: Tensor;

  constructor(members: number) {
    super();
    this.weights = nn.buffer(fromTypedArray(new Float32Array(members).fill(1 / members), [members]));
  }

  forward(logits: readonly Tensor[]): Tensor {
    return scope(() => {
      const parts = logits.map((own, m) => probabilities(own).mul(this.weights.select(0, m)));
      return total(parts).clamp_min(TINY).log();
    });
  }
}

class Linear extends Rule {
  readonly fc: nn.Linear;

  constructor(members: number, classes: number) {
    super();
    this.fc = new nn.Linear(members * classes, classes);
  }

  forward(logits: readonly Tensor[]): Tensor {
    return scope(() => this.fc.call(ops.cat([...logits], 1)));
  }
}

class Logistic extends Rule {
  readonly fc: nn.Linear;

  constructor(members: number, classes: number) {
    super();
    this.fc = new nn.Linear(members * classes, classes);
    const average = averageWeights(members, classes);
    scope(() => {
      this.fc.weight.detach().copy_(fromTypedArray(average, [classes, members * classes]));
      this.fc.bias!.detach().zero_();
    });
  }

  forward(logits: readonly Tensor[]): Tensor {
    return scope(() => this.fc.call(ops.cat(logits.map(logProbabilities), 1)));
  }
}

/** The weights `[classes, members x classes]` that compute the mean over the members. */
export function averageWeights(members: number, classes: number): Float32Array {
  const width = members * classes;
  const weights = new Float32Array(classes * width);
  for (let c = 0; c < classes; c++)
    for (let m = 0; m < members; m++) weights[c * width + m * classes + c] = 1 / members;
  return weights;
}

const probabilities = (logits: Tensor): Tensor => logits.softmax(1);
const logProbabilities = (logits: Tensor): Tensor => logits.log_softmax(1);
const total = (tensors: readonly Tensor[]): Tensor => tensors.reduce((sum, next) => sum.add(next));
const mean = (tensors: readonly Tensor[]): Tensor => total(tensors).div(tensors.length);

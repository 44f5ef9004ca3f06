/**
 * An exponential moving average of a network's weights (Polyak and Juditsky 1992; torch.optim.swa_utils,
 * tf.train.ExponentialMovingAverage): what is validated, saved as the model and exported, while the weights themselves
 * go on being trained. The statistics of batch norm are averaged alike.
 */
import { noGrad, ops, scope, type Tensor } from '@kinora/torch';
import type { Network } from '../../model/network.js';

export class WeightAverage {
  /** @param network holds the average; of the same architecture as what is averaged, and the average's to dispose */
  constructor(
    readonly network: Network,
    readonly decay: number,
  ) {
    network.eval();
  }

  /** Begins anew, at these weights. */
  begin(source: Network): void {
    this.network.loadStateDict(source.stateDict());
  }

  /**
   * Moves towards the weights after step `step` (from 1). Early on by more than `1 - decay`, as TensorFlow does, so that
   * the first weights do not linger: the decay is at most (1 + step) / (10 + step).
   */
  update(source: Network, step: number): void {
    const rate = 1 - Math.min(this.decay, (1 + step) / (10 + step));
    const theirs = source.stateDict();
    const pairs = [...this.network.stateDict()].map(([name, mine]) => [mine, theirs.get(name)!] as const);
    noGrad(() =>
      scope(() => {
        moveTowards(
          pairs.filter(([mine]) => ops.is_floating_point(mine)),
          rate,
        );
        for (const [mine, current] of pairs) if (!ops.is_floating_point(mine)) mine.copy_(current);
      }),
    );
  }

  dispose(): void {
    this.network.dispose();
  }
}

/** As a difference, not a weighted sum: weights that do not change (frozen ones) stay the same to the bit. */
function moveTowards(pairs: readonly (readonly [mine: Tensor, theirs: Tensor])[], rate: number): void {
  const mine = pairs.map(([tensor]) => tensor);
  const differences = ops._foreach_sub(
    pairs.map(([, tensor]) => tensor),
    mine,
  );
  ops._foreach_add_(mine, differences, { alpha: rate });
}

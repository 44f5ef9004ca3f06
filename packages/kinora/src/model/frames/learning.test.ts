/** Training on clips that only the order of their frames tells apart: who sees it learns it, the others stay at chance. */
import { manualSeed, nn, ops, optim, scope, type Tensor, tensor, threads } from '@kinora/torch';
import { describe, expect, test } from 'vitest';
import { SEGMENTS, tiny } from './tiny.test.util.js';

const CLIPS = 4;
const STEPS = 50;

/** A bright area that grows, `[CLIPS, 3, T, 10, 8]`, and behind it the same clips in reverse, where it shrinks. */
function growingAndShrinking(): Tensor {
  const area = (t: number) => ops.cat([ops.ones([3, 2 * t + 2, 8]), ops.zeros([3, 8 - 2 * t, 8])], 1);
  const growing = ops.stack(
    Array.from({ length: SEGMENTS }, (_, t) => area(t)),
    1,
  );
  const clips = growing.add(ops.randn([CLIPS, 3, SEGMENTS, 10, 8]).mul(0.1));
  return ops.cat([clips, clips.flip([2])], 0);
}

/** The cross-entropy after some steps of training on the same clips. */
function trainedLoss(name: string): number {
  // Maps this small take longer on several threads than on one.
  threads.set(1);
  manualSeed(1);
  using network = tiny[name]!();
  const optimizer = new optim.Adam(network.parameters(), { lr: 0.02 });
  return scope(() => {
    const clips = growingAndShrinking();
    const labels = tensor(
      Array.from({ length: 2 * CLIPS }, (_, i) => (i < CLIPS ? 0 : 1)),
      { dtype: 'int64' },
    );
    let last = Number.NaN;
    for (let step = 0; step < STEPS; step++) {
      scope(() => {
        const loss = nn.crossEntropy(network.call(clips).logits, labels);
        last = Number(loss.item());
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      });
    }
    optimizer.dispose();
    return last;
  });
}

describe('growing or shrinking', () => {
  test.each(['tsm', 'lrcn', 'lrcn-last', 'trn', 'trn-multiscale'])('is learned by %s', (name) => {
    expect(trainedLoss(name)).toBeLessThan(0.1);
  });

  test('is a coin toss to the average over frames', () => {
    expect(trainedLoss('tsn')).toBeGreaterThan(Math.LN2 - 1e-4);
  });
});

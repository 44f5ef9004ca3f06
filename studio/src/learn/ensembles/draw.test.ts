import { randomStream } from '@kinora/clip';
import { voteAccuracy } from 'kinora/votes';
import { expect, it } from 'vitest';
import { drawVotes } from './draw.js';

it.each([0, 0.4])(
  'draws majorities with the frequency that theory gives, at correlation %d',
  (correlation) => {
    const random = randomStream(1, 2, 3);
    const drawn = drawVotes(20_000, 5, 0.7, correlation, () => random.uniform());
    const won = drawn.filter((votes) => votes.filter(Boolean).length > 2).length / drawn.length;
    expect(Math.abs(won - voteAccuracy({ n: 5, p: 0.7, correlation }))).toBeLessThan(0.015); // four standard deviations
  },
);

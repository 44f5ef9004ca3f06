import { randomStream } from '@kinora/clip';
import { expect, it } from 'vitest';
import { drawVotes } from './draw.js';
import { majority } from './votes.js';

it.each([0, 0.4])(
  'draws majorities with the frequency that votes.ts gives, at correlation %d',
  (correlation) => {
    const random = randomStream(1, 2, 3);
    const drawn = drawVotes(20_000, 5, 0.7, correlation, () => random.uniform());
    const won = drawn.filter((votes) => votes.filter(Boolean).length > 2).length / drawn.length;
    expect(Math.abs(won - majority(5, 0.7, correlation))).toBeLessThan(0.015); // four standard deviations
  },
);

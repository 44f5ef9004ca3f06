import { describe, expect, test } from 'vitest';
import { majority, rightVotes, voteAccuracy } from './votes.js';

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

describe('independent voters', () => {
  test('three of 70 %: the table of the tutorial', () => {
    const votes = rightVotes({ p: 0.7, n: 3 });
    expect([...votes].map((probability) => probability.toFixed(3))).toEqual([
      '0.027',
      '0.189',
      '0.441',
      '0.343',
    ]);
    expect(majority(votes).right).toBeCloseTo(0.784, 12);
    expect(votes[2]).toBeCloseTo(0.441, 12);
    expect(votes[3]).toBeCloseTo(0.343, 12);
  });

  test('an even number can tie, which a coin decides: no better than one less', () => {
    const { right, tie } = majority(rightVotes({ p: 0.7, n: 4 }));
    expect([right, tie].map((value) => value.toFixed(4))).toEqual(['0.6517', '0.2646']);
    expect(voteAccuracy({ p: 0.7, n: 4 })).toBeCloseTo(voteAccuracy({ p: 0.7, n: 3 }), 12);
  });

  test('a thousand of them stay within the range of numbers', () => {
    const votes = rightVotes({ p: 0.51, n: 1000 });
    expect(sum(votes)).toBeCloseTo(1, 9);
    // scipy.stats.binom.sf(500, 1000, 0.51) + binom.pmf(500, 1000, 0.51) / 2
    expect(voteAccuracy({ p: 0.51, n: 1000 })).toBeCloseTo(0.736424, 5);
  });

  test('those that are always or never right', () => {
    expect([...rightVotes({ p: 1, n: 2 })]).toEqual([0, 0, 1]);
    expect([...rightVotes({ p: 0, n: 2 })]).toEqual([1, 0, 0]);
  });
});

test('votes of members that are worse than chance are worse than one of them', () => {
  expect(voteAccuracy({ p: 0.4, n: 9 })).toBeLessThan(0.4);
});

describe('voters that err together', () => {
  /** Mean and pairwise correlation of the indicators behind a distribution of their sum. */
  function moments(votes: Float64Array): [mean: number, correlation: number] {
    const n = votes.length - 1;
    const mean = sum(votes.map((probability, k) => probability * k)) / n;
    const pairs = sum(votes.map((probability, k) => probability * k * (k - 1))) / (n * (n - 1));
    return [mean, (pairs - mean ** 2) / (mean * (1 - mean))];
  }

  test.each(['beta-binomial', 'common-cause'] as const)('%s keeps p and has the correlation', (model) => {
    for (const correlation of [0, 0.1, 0.5, 0.9, 1]) {
      const [mean, found] = moments(rightVotes({ p: 0.7, n: 5, correlation, model }));
      expect(mean).toBeCloseTo(0.7, 10);
      expect(found).toBeCloseTo(correlation, 10);
    }
  });

  test('the beta-binomial is that of the books', () => {
    // Uniform mixing, a = b = 1, that is p = 1/2 and r = 1/3: every count is equally likely.
    for (const probability of rightVotes({ p: 0.5, n: 9, correlation: 1 / 3 }))
      expect(probability).toBeCloseTo(0.1, 12);
  });

  test('two of them', () => {
    const chances = rightVotes({ p: 0.7, n: 2, correlation: 0.4 });
    expect(sum(chances)).toBeCloseTo(1, 12);
    expect((chances[1]! + 2 * chances[2]!) / 2).toBeCloseTo(0.7, 12);
    expect((chances[2]! - 0.49) / 0.21).toBeCloseTo(0.4, 12);
  });

  test('approach independence, and a single one', () => {
    const five = (correlation: number) => voteAccuracy({ p: 0.7, n: 5, correlation });
    expect(five(1e-9)).toBeCloseTo(five(0), 6);
    expect(five(1 - 1e-9)).toBeCloseTo(0.7, 6);
    expect(voteAccuracy({ p: 0.7, n: 1, correlation: 0.3 })).toBeCloseTo(0.7, 12);
  });

  test('the gain shrinks to nothing', () => {
    const at = (correlation: number) => voteAccuracy({ p: 0.7, n: 3, correlation });
    const values = [0, 0.2, 0.5, 1].map(at);
    expect(values.toSorted((a, b) => b - a)).toEqual(values);
    expect(values.at(-1)).toBeCloseTo(0.7, 12);
    expect(voteAccuracy({ p: 0.7, n: 3, correlation: 0.5, model: 'common-cause' })).toBeCloseTo(0.742, 12);
  });
});

test.each([
  [{ p: 1.2, n: 3 }, 'p: expected a probability from 0 to 1, received 1.2'],
  [{ p: 0.7, n: 2.5 }, 'n: expected a whole number from 1 to 1000, received 2.5'],
  [{ p: 0.7, n: 3, correlation: -1 }, 'correlation: expected a number from 0 to 1, received -1'],
  [{ p: Number.NaN, n: 3 }, 'received NaN'],
])('%o is refused', (voters, message) => {
  expect(() => rightVotes(voters)).toThrow(message);
});

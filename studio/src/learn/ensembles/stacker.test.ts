import type { SiteEnsemble } from 'kinora/site';
import { expect, it } from 'vitest';
import { hints, trust } from './stacker.js';

const member = (name: string) => ({ name, value: 0.5, low: 0.4, high: 0.6 });
const ensemble: SiteEnsemble = {
  labels: ['left', 'right', 'stop'],
  rule: 'logistic',
  members: [member('a'), member('b')],
  rules: [],
  clips: 10,
  fitted: 20,
  weights: {
    shape: [3, 6],
    values: [...[0.5, -0.1, 0, 0.7, 0.2, 0.05], ...[0, 0.6, 0, 0, 0.4, 0], ...[0, 0, 0.3, 0, 0, -0.9]],
  },
};

it("finds how much each member's own score counts", () => {
  expect(trust(ensemble, 0)).toEqual([0.5, 0.7]);
  expect(trust(ensemble, 2)).toEqual([0.3, -0.9]);
});

it('finds the largest weights of other labels for and against a label', () => {
  expect(hints(ensemble, 0, 2)).toEqual([
    { member: 1, label: 1, weight: 0.2 },
    { member: 0, label: 1, weight: -0.1 },
  ]);
});

it('has one weight per member for a weighted mean', () => {
  const weighted = { ...ensemble, weights: { shape: [2], values: [0.3, 0.7] } };
  expect(trust(weighted, 1)).toEqual([0.3, 0.7]);
  expect(hints(weighted, 1, 5)).toEqual([]);
});

import { expect, test } from 'vitest';
import { scoreOf } from './score.js';

test('hits, misses, other gestures, false alarms and the median delay of hits', () => {
  const trial = (asked: string, answered: string | undefined, delay = 1) => ({ asked, answered, delay });
  const trials = [
    trial('Hi', 'Hi', 0.5),
    trial('Hi', undefined, 5),
    trial('Eat', 'Hi', 2),
    trial('Eat', 'Eat', 1.5),
    trial('Bye', 'Bye', 0.9),
    trial('Nothing', undefined, 5),
    trial('Nothing', 'Eat', 3),
  ];
  expect(scoreOf(trials)).toEqual({
    hits: 3,
    misses: 1,
    wrong: 1,
    alarms: 1,
    asked: 5,
    nothing: 2,
    delay: 0.9,
  });
  expect(scoreOf([]).delay).toBeNaN();
});

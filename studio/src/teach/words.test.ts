import type { Check } from '@kinora/recognizer';
import { expect, test } from 'vitest';
import { changeSince, figureOf, nextStep, remarkOn } from './words.js';

const check = (changes: Partial<Check> = {}): Check => ({
  of: 10,
  total: 10,
  right: 9,
  interval: [0.596, 0.982],
  missed: {},
  confusions: [],
  nothing: { of: 0, alarms: 0 },
  ...changes,
});

test('the figure comes with its interval, and with false alarms where Nothing was recorded', () => {
  const plain = figureOf(check()).replaceAll('\u00a0', ' ');
  expect(plain).toBe('9 of 10 takes recognised when held out: 90 % (95 % interval 60 % to 98 %).');
  expect(figureOf(check({ nothing: { of: 4, alarms: 1 } }))).toContain(
    '1 of 4 takes of Nothing became a gesture.',
  );
});

test('a gesture hears of the one that it looks most like, whichever was taken for the other', () => {
  const confusions = [
    { taught: 'Hi', answered: 'No', takes: 1 },
    { taught: 'Eat', answered: 'Hi', takes: 2 },
  ];
  expect(remarkOn('Hi', 5, check({ confusions }))).toBe(
    '“Hi” and “Eat” look alike: record two more of each.',
  );
  expect(remarkOn('Eat', 5, check({ confusions }))).toContain('“Eat” and “Hi”');
  expect(remarkOn('Bye', 5, check({ confusions }))).toBe('');
});

test('one take cannot be checked, and missed ones ask for more', () => {
  expect(remarkOn('Hi', 1, check())).toContain('second take');
  expect(remarkOn('Hi', 3, check({ missed: { Hi: 2 } }))).toBe(
    '2 takes not recognised when held out: record two more.',
  );
});

test('the next step is the first that is missing: a gesture, another one, takes, a difference, Nothing, a test', () => {
  const step = (takes: Record<string, number>, changes?: Partial<Check>) =>
    nextStep(new Map(Object.entries(takes)), changes && check(changes));
  const confusions = [
    { taught: 'Hi', answered: 'No', takes: 1 },
    { taught: 'Eat', answered: 'Hi', takes: 2 },
  ];
  expect(step({ 'Gesture 1': 0, Nothing: 4 })).toBe('Record your first gesture.');
  expect(step({ Hi: 5, Eat: 0, Nothing: 4 })).toContain('Record a second gesture: so far “Hi”');
  expect(step({ Hi: 5, Eat: 1 }, { confusions })).toContain('Record 2 more of “Eat”: it has only 1 take,');
  expect(step({ Hi: 5, Eat: 3 }, { confusions })).toContain('two more of “Eat” and of “Hi”');
  expect(step({ Hi: 5, Eat: 3 }, {})).toContain('Record some of “Nothing”');
  expect(step({ Hi: 5, Eat: 3, Nothing: 1 }, {})).toContain('record “Eat” up to 5 times');
  expect(step({ Hi: 5, Eat: 5, Nothing: 1 }, {})).toContain('Test it below');
});

test('better and worse are said once all are checked', () => {
  expect(changeSince(check({ right: 8 }), check())).toBe('Better than before the last change: 8 of 10.');
  expect(changeSince(check(), check({ right: 5 }))).toContain('Worse');
  expect(changeSince(check(), check({ of: 3 }))).toBe('');
  expect(changeSince(check(), check())).toBe('');
});

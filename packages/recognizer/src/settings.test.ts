import { expect, test } from 'vitest';
import { defaultSettings, withChanges } from './settings.js';

test('changes are laid over what stands', () => {
  expect(withChanges(defaultSettings, { threshold: 0.9, ignored: [] })).toEqual({
    ...defaultSettings,
    threshold: 0.9,
    ignored: [],
  });
});

test.each([
  [{ threshold: 1.5 }, 'settings.threshold: expected a number from 0.01 to 1, received 1.5'],
  [{ stride: Number.NaN }, 'settings.stride: expected a number from 0.01 to 60, received null'],
  [{ ignored: 'No gesture' }, 'settings.ignored: expected a list of labels, received "No gesture"'],
  [{ treshold: 0.5 }, 'settings.treshold: expected one of stride, window, threshold'],
])('%j is refused by name', (changes, message) => {
  expect(() => withChanges(defaultSettings, changes as never)).toThrow(message);
});

import { expect, test } from 'vitest';
import { parsePostprocess } from './postprocess.js';

test('what is absent takes its default', () => {
  expect(parsePostprocess({})).toEqual({ temperature: 1, settings: {} });
  const fitted = { temperature: 1.4, settings: { threshold: 0.8, thresholds: { 'Thumb Up': 0.9 } } };
  expect(parsePostprocess(fitted)).toEqual(fitted);
});

test.each([
  [{ temperature: 0 }, 'postprocessing spec.temperature: expected a number above 0, up to 1000, received 0'],
  [
    { settings: { threshold: 2 } },
    'postprocessing spec.settings.threshold: expected a number from 0.01 to 1, received 2',
  ],
  [{ settings: 3 }, 'postprocessing spec.settings: expected an object, received 3'],
  [{ smoothing: 3 }, 'postprocessing spec: expected only known fields, received "smoothing"'],
])('%j is refused by name', (value, message) => {
  expect(() => parsePostprocess(value)).toThrow(message);
});

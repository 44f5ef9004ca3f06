import { defaultLiveSettings } from '@kinora/clip';
import { expect, test } from 'vitest';
import { levenshteinAccuracy } from '../measure/streams.js';
import type { OpenedStream } from './evaluate-streams.js';
import type { StreamPredictions } from './stream.js';
import { countsOf, fit, streamSet } from './tune.js';

const labels = ['Wave', 'Stop Sign', 'No gesture'];
const seconds = 60;

/**
 * Predictions every sixth of a second: during a gesture its logit rises to `sure`, and a short spike of Stop Sign in the
 * midst of nothing is what a threshold or an average has to suppress.
 */
function stream(group: number, sure: number, spike: number): [OpenedStream, StreamPredictions] {
  const events = [5, 20, 35, 50].map((start, i) => ({
    label: labels[i % 2]!,
    start: start + group,
    end: start + group + 3,
    where: '',
  }));
  const times = Float64Array.from({ length: 6 * seconds }, (_, n) => (n + 1) / 6);
  const logits = Float32Array.from(times, () => 0);
  const rows = [...times].flatMap((time) => {
    const event = events.find(({ start, end }) => time > start + 1 && time < end + 0.5);
    const isSpike = Math.abs((time % 15) - 12) < 0.2;
    return labels.map((label) =>
      label === event?.label
        ? sure
        : isSpike && label === 'Stop Sign'
          ? spike
          : label === 'No gesture'
            ? 2
            : 0,
    );
  });
  expect(logits).toHaveLength(times.length);
  return [
    { id: String(group), path: String(group), group, seconds, events, activities: [] },
    { times, logits: Float32Array.from(rows), seconds },
  ];
}

const setOf = (...streams: [OpenedStream, StreamPredictions][]) =>
  streamSet(
    streams.map(([one]) => one),
    streams.map(([, one]) => one),
    { frameRate: 12, labels },
    1,
  );

test('settings are found that detect every gesture and no spike, and they hold on other people', () => {
  const set = setOf(stream(0, 4.5, 3.6), stream(1, 4.2, 3.6));
  expect(levenshteinAccuracy(countsOf(set, defaultLiveSettings))).toBeLessThan(0.9);
  const found = fit(set, defaultLiveSettings, 0.5);
  expect(levenshteinAccuracy(countsOf(set, { ...defaultLiveSettings, ...found }))).toBe(1);
  const others = setOf(stream(2, 4.3, 3.6));
  expect(levenshteinAccuracy(countsOf(others, { ...defaultLiveSettings, ...found }))).toBe(1);
});

test('a label gets a threshold of its own where that helps everybody', () => {
  // Wave is unsure of itself, and the spikes of Stop Sign are long: no single threshold serves both.
  const unsure = (group: number): [OpenedStream, StreamPredictions] => {
    const [listed, predictions] = stream(group, 5.5, 0);
    const logits = Float32Array.from(predictions.logits);
    for (const [n, time] of predictions.times.entries()) {
      if (logits[3 * n]! > 2) logits[3 * n] = 2.6;
      if (time % 15 > 10.5 && time % 15 < 13 && logits[3 * n]! < 2 && logits[3 * n + 1]! < 2)
        logits[3 * n + 1] = 3.4;
    }
    return [listed, { ...predictions, logits }];
  };
  const { thresholds, ...found } = fit(setOf(unsure(0), unsure(1)), defaultLiveSettings, 0.5);
  expect(Object.keys(thresholds!)).toHaveLength(1);
  const after = { ...defaultLiveSettings, ...found, thresholds: thresholds! };
  expect(levenshteinAccuracy(countsOf(setOf(unsure(2)), after))).toBe(1);
});

import { describe, expect, test } from 'vitest';
import { type Gesture, GestureTracker, type Ranked, Smoother } from './detector.js';
import { defaultLiveSettings, withChanges } from './settings.js';

const settings = { ...defaultLiveSettings, threshold: 0.6, hysteresis: 0.2, coolDown: 1 };

/** Plays one label's scores, one a second; the rest goes to another label. */
function play(scores: readonly number[], label = 'Swiping Left', changes = {}): (Gesture | undefined)[] {
  const tracker = new GestureTracker();
  return scores.map((score, time) => {
    const ranking: Ranked[] = [
      { label, score },
      { label: 'Other', score: 0.5 * (1 - score) },
    ];
    return tracker.update(
      time,
      ranking.sort((a, b) => b.score - a.score),
      { ...settings, ...changes },
    );
  });
}

describe('a gesture', () => {
  test('starts at the threshold, lasts above the lower one, and ends once with its highest score', () => {
    expect(play([0.2, 0.5, 0.6, 0.9, 0.5, 0.41, 0.39, 0.1])).toEqual([
      undefined,
      undefined,
      { phase: 'started', label: 'Swiping Left', score: 0.6, started: 2, ended: null },
      undefined,
      undefined,
      undefined,
      { phase: 'ended', label: 'Swiping Left', score: 0.9, started: 2, ended: 6 },
      undefined,
    ]);
  });

  test('is followed by a pause in which none starts', () => {
    const phases = play([0.9, 0.1, 0.9, 0.9], 'Swiping Left', { coolDown: 1.5 }).map(
      (gesture) => gesture?.phase,
    );
    expect(phases).toEqual(['started', 'ended', undefined, 'started']);
  });

  test('is none where its label is ignored', () => {
    expect(play([0.9, 0.95, 0.9], 'No gesture')).toEqual([undefined, undefined, undefined]);
  });

  test('of a label with a threshold of its own starts and ends by that', () => {
    const phases = play([0.5, 0.7, 0.8, 0.65, 0.55], 'Swiping Left', {
      thresholds: { 'Swiping Left': 0.8, Other: 0.1 },
    }).map((gesture) => gesture?.phase);
    expect(phases).toEqual([undefined, undefined, 'started', undefined, 'ended']);
  });

  test('that lasts when the source is over ends there', () => {
    const tracker = new GestureTracker();
    tracker.update(1, [{ label: 'a', score: 0.8 }], settings);
    expect(tracker.finish(3)).toEqual({ phase: 'ended', label: 'a', score: 0.8, started: 1, ended: 3 });
    expect(tracker.finish(4)).toBeUndefined();
  });
});

describe('the average', () => {
  test('is over the last `window` seconds, and over one prediction where that is 0', () => {
    const smoother = new Smoother();
    expect([...smoother.add(0, Float32Array.of(1, 0), 1)]).toEqual([1, 0]);
    expect([...smoother.add(0.5, Float32Array.of(0, 1), 1)]).toEqual([0.5, 0.5]);
    expect([...smoother.add(1.2, Float32Array.of(0, 1), 1)]).toEqual([0, 1]);
    expect([...smoother.add(1.3, Float32Array.of(1, 0), 0)]).toEqual([1, 0]);
  });

  test('forgets a clock that went back', () => {
    const smoother = new Smoother();
    smoother.add(10, Float32Array.of(1, 0), 1);
    expect([...smoother.add(0, Float32Array.of(0, 1), 1)]).toEqual([0, 1]);
  });
});

describe('settings', () => {
  test('changes are laid over what stands', () => {
    expect(withChanges(defaultLiveSettings, { threshold: 0.9, ignored: [] })).toEqual({
      ...defaultLiveSettings,
      threshold: 0.9,
      ignored: [],
    });
  });

  test.each([
    [{ threshold: 1.5 }, 'settings.threshold: expected a number from 0.01 to 1, received 1.5'],
    [{ stride: Number.NaN }, 'settings.stride: expected a number from 0.01 to 60, received null'],
    [{ ignored: 'No gesture' }, 'settings.ignored: expected a list of labels, received "No gesture"'],
    [{ thresholds: { a: 2 } }, 'settings.thresholds.a: expected a number from 0.01 to 1, received 2'],
    [{ thresholds: [0.5] }, 'settings.thresholds: expected numbers by label, received [0.5]'],
    [{ treshold: 0.5 }, 'settings.treshold: expected one of stride, window, threshold'],
  ])('%j is refused by name', (changes, message) => {
    expect(() => withChanges(defaultLiveSettings, changes as never)).toThrow(message);
  });
});

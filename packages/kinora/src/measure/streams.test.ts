import { describe, expect, test } from 'vitest';
import {
  alarmsByActivity,
  countStream,
  type Detection,
  judge,
  median,
  type StreamEvent,
  type StreamResult,
  scoresByLabel,
  sequenceDistance,
  streamScores,
} from './streams.js';

const event = (label: string, start: number, end: number): StreamEvent => ({ label, start, end });
const detection = (label: string, time: number): Detection => ({ label, time });

describe('a detection', () => {
  const events = [event('a', 10, 12), event('b', 14, 16), event('a', 20, 22)];
  const verdicts = (...detections: Detection[]) => judge(events, detections, 1).verdicts;

  test('is right during its event and until the tolerance has passed', () => {
    expect(verdicts(detection('a', 10))).toEqual(['right']);
    expect(verdicts(detection('a', 13))).toEqual(['right']);
    expect(verdicts(detection('a', 13.01))).toEqual(['false alarm']);
    expect(verdicts(detection('a', 9.99))).toEqual(['false alarm']);
  });

  test('is wrong during an event with another label, and counts an event once', () => {
    expect(verdicts(detection('b', 11), detection('a', 11.5), detection('a', 12))).toEqual([
      'wrong',
      'right',
      'again',
    ]);
  });

  test('where windows of equal labels overlap, as many as possible are right', () => {
    const close = [event('a', 0, 2), event('a', 2.2, 4)];
    expect(judge(close, [detection('a', 2.3), detection('a', 2.6)], 1).verdicts).toEqual(['right', 'right']);
    expect(judge(close, [detection('a', 2.8), detection('a', 3.5)], 1).found).toEqual([0, 1]);
  });
});

test('counts of a stream', () => {
  const events = [event('a', 10, 12), event('b', 20, 22), event('c', 30, 32), event('a', 40, 42)];
  const detections = [
    detection('c', 5),
    detection('a', 11),
    detection('a', 21),
    detection('b', 22.4),
    detection('b', 40.5),
  ];
  expect(countStream({ events, detections, seconds: 60 })).toEqual({
    events: 4,
    detections: 5,
    right: [1, 2, 2],
    // c a a b b against a b c a: delete c, match a, substitute a->b, b->c, b->a.
    distance: 4,
    falseAlarms: 1,
    quietSeconds: 60 - 4 * 3,
    again: 0,
    wrong: 2,
    silent: 1,
    mistaken: 1,
    fromStart: [1, expect.closeTo(2.4, 9)],
    fromEnd: [-1, expect.closeTo(0.4, 9)],
  });
});

test.each([
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['flaw', 'lawn', 2],
  ['abc', 'abc', 0],
])('the distance of %j and %j', (a, b, distance) => {
  expect(sequenceDistance([...a], [...b])).toBe(distance);
});

test('the median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});

describe('scores of several streams', () => {
  const stream = (id: string, group: number, detections: Detection[]): StreamResult => ({
    id,
    group,
    seconds: 60,
    events: [event('a', 10, 12), event('b', 20, 22)],
    activities: [event('drinking', 30, 36)],
    detections,
  });
  const results = [
    stream('1', 0, [detection('a', 11), detection('b', 21)]),
    stream('2', 1, [detection('a', 11), detection('a', 33), detection('a', 50)]),
  ];

  test('are over all events, not means of streams', () => {
    const scores = streamScores(results);
    expect(scores).toMatchObject({ streams: 2, people: 2, minutes: 2, events: 4, detections: 5 });
    // Second stream: a b against a a a is a substitution and an insertion.
    expect(scores.levenshtein.value).toBe(1 - 2 / 4);
    expect(scores.f1.map(({ tolerance, value }) => [tolerance, value])).toEqual([
      [0, 6 / 9],
      [0.5, 6 / 9],
      [1, 6 / 9],
    ]);
    expect(scores.falseAlarms.value).toBeCloseTo(2 / (108 / 60), 9);
    expect(scores.misses.value).toBe(1 / 4);
    expect(scores.fromStart.value).toBe(1);
    expect(scores.levenshtein.low).toBe(0);
    expect(scores.levenshtein.high).toBe(1);
  });

  test('of one person have no interval', () => {
    const { levenshtein } = streamScores(results.map((one) => ({ ...one, group: 0 })));
    expect(levenshtein).toEqual({ value: 0.5, low: Number.NaN, high: Number.NaN });
  });

  test('false alarms by what people do', () => {
    expect(alarmsByActivity(results)).toEqual([
      { activity: 'drinking', falseAlarms: 1, minutes: expect.closeTo(0.2, 9) },
      { activity: '', falseAlarms: 1, minutes: expect.closeTo(1.6, 9) },
    ]);
  });

  test('by label', () => {
    expect(scoresByLabel(results, ['a', 'b', 'c'])).toEqual([
      { label: 'a', events: 2, right: 2, falseAlarms: 2, wrong: 0 },
      { label: 'b', events: 2, right: 1, falseAlarms: 0, wrong: 0 },
    ]);
  });
});

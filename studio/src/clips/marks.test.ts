import { expect, it } from 'vitest';
import { changeMark, clock, EMPTY, endAt, moveEdge, removeMark, startAt, step } from './marks.js';

const two = endAt(startAt(endAt(startAt(EMPTY, 4), 5, 'Wave'), 1), 2, 'Bend');

it('keeps events in the order of time, and chooses the newest', () => {
  expect(two.marks.map(({ start, end, label }) => [start, end, label])).toEqual([
    [1, 2, 'Bend'],
    [4, 5, 'Wave'],
  ]);
  expect(two.chosen).toBe(2);
  expect(two.open).toBeUndefined();
});

it('starts an event without a start mark at the previous end, and accepts marks in either order', () => {
  expect(endAt(two, 3, 'Jump').marks[1]).toMatchObject({ start: 2, end: 3 });
  expect(endAt(EMPTY, 3, 'Jump').marks[0]).toMatchObject({ start: 0, end: 3 });
  expect(endAt(startAt(EMPTY, 3), 2, 'Jump').marks[0]).toMatchObject({ start: 2, end: 3 });
});

it('ignores an event that is too short, and keeps its start', () => {
  const open = startAt(EMPTY, 3);
  expect(endAt(open, 3.1, 'Jump')).toEqual(open);
});

it('moves edges within the event and the recording', () => {
  expect(moveEdge(two, 1, 'start', 9, 10).marks[1]!.start).toBeCloseTo(4.8);
  expect(moveEdge(two, 1, 'end', 99, 10).marks[1]!.end).toBe(10);
  expect(moveEdge(two, 2, 'start', -1, 10).marks[0]!.start).toBe(0);
  expect(moveEdge(two, 7, 'start', 0, 10)).toBe(two);
});

it('relabels, steps through and removes events', () => {
  const jump = changeMark(two, 1, { label: 'Jump' });
  expect(jump.marks[1]!.label).toBe('Jump');
  expect(step(jump, 1).chosen).toBe(1);
  expect(step(step(jump, 1), 1).chosen).toBe(1);
  expect(step(EMPTY, 1).chosen).toBeUndefined();
  expect(removeMark(jump, 1).marks).toHaveLength(1);
});

it('writes times as minutes and seconds', () => {
  expect([0, 9.96, 75.5, 600].map(clock)).toEqual(['0:00.0', '0:10.0', '1:15.5', '10:00.0']);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readGestureLog } from './gesture-log.js';

const base = mkdtempSync(join(tmpdir(), 'kinora-gesture-log-'));
const file = join(base, 'log');
afterAll(() => rmSync(base, { recursive: true, force: true }));
const read = (lines: readonly string[], ids = ['a', 'b']) => {
  writeFileSync(file, lines.join('\n'));
  return Object.fromEntries(
    readGestureLog(
      file,
      ids.map((id) => ({ id })),
    ),
  );
};
const event = (
  path: string | undefined,
  phase: string,
  label: string,
  started: number,
  ended: number | null,
) => JSON.stringify({ path, phase, label, started, ended, score: 0.9 });

test('events of a recognizer, started and ended, are one gesture', () => {
  const lines = [
    event('a', 'started', 'Wave', 3, null),
    event('a', 'ended', 'Wave', 3, 4),
    event('b', 'started', 'Wave', 1, null),
  ];
  expect(read(lines)).toEqual({ a: [{ label: 'Wave', time: 3, ended: 4 }], b: [{ label: 'Wave', time: 1 }] });
  expect(read([event(undefined, 'ended', 'Wave', 3, 4)], ['a'])).toEqual({
    a: [{ label: 'Wave', time: 3, ended: 4 }],
  });
});

test('a list with columns is a log too', () => {
  expect(read(['path,label,start,end', 'b,Wave,3,4'])).toEqual({
    a: [],
    b: [{ label: 'Wave', time: 3, ended: 4 }],
  });
});

test.each([
  [[event('c', 'ended', 'Wave', 3, 4)], 'line 1: expected a stream of the list, received "c"'],
  [[event('a', 'ended', 'Wave', 3, 4), '{"path"'], 'line 2: expected a gesture event with path, phase'],
  [[event(undefined, 'ended', 'Wave', 3, 4)], 'line 1: expected the path of one of the 2 streams'],
])('%j is refused in one line', (lines, message) => {
  expect(() => read(lines)).toThrow(message);
});

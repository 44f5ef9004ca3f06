import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkInside, readStreamList } from './stream-list.js';

const base = mkdtempSync(join(tmpdir(), 'kinora-stream-list-'));
const file = join(base, 'list.csv');
afterAll(() => rmSync(base, { recursive: true, force: true }));
const read = (...lines: string[]) => {
  writeFileSync(file, lines.join('\n'));
  return readStreamList(file, { labels: ['Wave', 'Stop Sign'] });
};

test('events by stream, in order of time; videos without events; activities and people', () => {
  const streams = read(
    'path,label,start,end,subject,activity',
    'a.mp4,Stop Sign,4.5,6,ann,',
    'a.mp4,Wave,1,2.5,ann,',
    'a.mp4,,7,9,ann,drinking',
    'b,,,,bob,',
  );
  expect(streams).toEqual([
    {
      id: 'a.mp4',
      path: `${base}/a.mp4`,
      subject: 'ann',
      events: [
        { label: 'Wave', start: 1, end: 2.5, where: `${file} line 3` },
        { label: 'Stop Sign', start: 4.5, end: 6, where: `${file} line 2` },
      ],
      activities: [{ label: 'drinking', start: 7, end: 9, where: `${file} line 4` }],
    },
    { id: 'b', path: `${base}/b`, subject: 'bob', events: [], activities: [] },
  ]);
});

test.each([
  [
    'overlapping',
    ['a,Wave,1,3', 'a,Wave,2,4'],
    'line 3: expected an event that starts after the one before it',
  ],
  [
    'unknown',
    ['a,Wavy,1,3'],
    'line 2: expected one of the 2 labels, received "Wavy"; the nearest label is "Wave"',
  ],
  ['backwards', ['a,Wave,3,1'], 'line 2: expected an end later than the start, received 3 to 1 s'],
  ['without an end', ['a,Wave,3,'], 'line 2: expected end of the event in seconds from the start'],
  ['negative', ['a,Wave,-1,2'], 'line 2: expected start of the event in seconds from the start of the video'],
  ['without a label', ['a,,1,2'], 'line 2: expected a label for the event, received none from 1 to 2 s'],
  ['outside the folder', ['../a,Wave,1,2'], `line 2: expected a path inside ${base}, received "../a"`],
])('an event that is %s is refused in one line', (_, lines, message) => {
  expect(() => read('path,label,start,end', ...lines)).toThrow(message);
});

test('a list needs its columns, and a stream', () => {
  expect(() => read('a.mp4,Wave,1,2')).toThrow('line 1: expected column names that include path, label');
  expect(() => read('path,label,start,end')).toThrow('expected at least one stream');
});

test('an event after the end of its video is refused', () => {
  const [stream] = read('path,label,start,end', 'a,Wave,8,12.2');
  expect(() => checkInside(stream!, 12.15, 1 / 12)).not.toThrow();
  expect(() => checkInside(stream!, 12, 1 / 12)).toThrow(
    'line 2: expected an event inside a, which is 12.00 s long, received one from 8 to 12.2 s',
  );
});

/** Lists of clips: the formats, and what bad ones say. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { csvFields } from '../../files/csv.js';
import { pathInside } from '../../files/path.js';
import { realData, temporaryFolder, writeTestClip } from '../decode/fixtures.test.util.js';
import { readClipList } from './annotations.js';
import { readClassFolders } from './class-folders.js';
import { flipMapFor, flipTable, readLabels } from './labels.js';

const labels = ['Swiping Left', 'Swiping Right', 'Thumb Up'];

/** Processor time, so that a busy machine does not fail the test. */
function secondsSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

/** Reads a list with this text; `$FILE` in messages stands for its path. */
function list(text: string | Uint8Array, options: Parameters<typeof readClipList>[2] = { labels }) {
  using folder = temporaryFolder();
  const file = join(folder.path, 'list.csv');
  writeFileSync(file, text);
  try {
    return readClipList(file, '/data', options);
  } catch (error) {
    throw new Error((error as Error).message.replaceAll(file, '$FILE'));
  }
}

describe('lists', () => {
  test("Jester's", () => {
    const { items } = list('34870;Thumb Up\r\n56557;Swiping Right\r\n\r\n');
    expect(items).toEqual([
      { id: '34870', path: '/data/34870', label: 2 },
      { id: '56557', path: '/data/56557', label: 1 },
    ]);
  });

  test("Jester's test list: ids alone", () => {
    expect(list('109621\n145149\n').items.map(({ id, label }) => [id, label])).toEqual([
      ['109621', -1],
      ['145149', -1],
    ]);
  });

  test('generic, with and without a header, with quotes and parts', () => {
    const text = 'path,label,start,end\nfilms/a.mp4,Thumb Up,1.5,3\n"films/b, c.mp4",Swiping Left\n';
    const expected = [
      { id: 'films/a.mp4', path: '/data/films/a.mp4', label: 2, start: 1.5, end: 3 },
      { id: 'films/b, c.mp4', path: '/data/films/b, c.mp4', label: 0 },
    ];
    expect(list(text).items).toEqual(expected);
    expect(list(text.slice(text.indexOf('\n') + 1)).items).toEqual(expected);
  });

  test('as spreadsheets save it: semicolons between columns, byte order marks, UTF-16', () => {
    const text = 'label;path\r\nThumb Up;"a; b.mp4"\r\n';
    const ids = (bytes: string | Uint8Array) => list(bytes).items.map(({ id, label }) => [id, label]);
    expect(ids(text)).toEqual([['a; b.mp4', 2]]);
    expect(ids(`\uFEFF${text}`)).toEqual([['a; b.mp4', 2]]);
    expect(ids(Buffer.from(`\uFEFF${text}`, 'utf16le'))).toEqual([['a; b.mp4', 2]]);
    expect(ids(Buffer.from(`\uFEFF${text}`, 'utf16le').swap16())).toEqual([['a; b.mp4', 2]]);
    expect(() => list(Buffer.from('1;Thumb Up\n2;W\xe4ve\n', 'latin1'))).toThrow(
      '$FILE line 2: expected text in UTF-8, received other bytes; save it as UTF-8',
    );
  });

  test('an accent is one letter or two, and the same class', () => {
    const { items } = list('1;Wa\u0308ve\n', { labels: ['W\u00e4ve'] });
    expect(items[0]!.label).toBe(0);
  });

  test('columns in the order of the header; labels from the list if none are given', () => {
    const { labels: named, items } = list('path,start,label\na,2,wave\nb,,clap\n', {});
    expect(named).toEqual(['clap', 'wave']);
    expect(items.map(({ label, start }) => [label, start])).toEqual([
      [1, 2],
      [0, undefined],
    ]);
  });

  test('unknown labels: an error with file, line and nearest label, or dropped', () => {
    const text = '1;Thumb Up\n2;Swipping left\n';
    expect(() => list(text)).toThrow(
      '$FILE line 2: expected one of the 3 labels, received "Swipping left"; the nearest label is "Swiping Left"',
    );
    const { items, dropped } = list(text, { labels, unknownLabels: 'drop' });
    expect([items.length, dropped]).toEqual([1, 1]);
    expect(() => list('1;Nope\n', { labels, unknownLabels: 'drop' })).toThrow('expected at least one clip');
  });

  test.each([
    ['1;Thumb Up\nrubbish\n', '$FILE line 2: expected id;label, received "rubbish"'],
    ['1;Thumb Up\n2;\n', '$FILE line 2: expected id;label'],
    ['1\n2;Thumb Up\n', '$FILE line 2: expected only an id'],
    ['a,Thumb Up\n,Thumb Up\n', '$FILE line 2: expected path,label,start,end, received ",Thumb Up"'],
    ['a,Thumb Up,x,2\n', '$FILE line 1: expected seconds from the start of the video, received "x"'],
    ['a,Thumb Up,3,2\n', '$FILE line 1: expected an end later than the start'],
    ['1;Thumb Up\n../../etc;Thumb Up\n', '$FILE line 2: expected a path inside /data, received "../../etc"'],
    ['/etc/passwd;Thumb Up\n', '$FILE line 1: expected a path inside /data'],
    ['id,label\na,Thumb Up\n', '$FILE line 1: expected a column named path besides the one named label'],
    ['\n\n', '$FILE: expected at least one clip'],
    ['path,label\n', '$FILE: expected at least one clip'],
  ])('%j', (text, message) => {
    expect(() => list(text)).toThrow(message);
  });

  test('a list that is not there', () => {
    expect(() => readClipList('/nowhere/list.csv', '/data')).toThrow(
      '/nowhere/list.csv: expected a list of clips, received nothing there',
    );
  });

  test('a list as long as that of Jester takes less than a second', () => {
    const lines = Array.from({ length: 118_562 }, (_, i) => `${i + 1};${labels[i % 3]}`);
    const begin = process.cpuUsage();
    expect(list(lines.join('\n')).items).toHaveLength(118_562);
    expect(secondsSince(begin)).toBeLessThan(1);
  });

  const jester = realData('jester-annotations');
  test.skipIf(!jester)('the lists of Jester as they are (skipped where they are absent)', () => {
    const names = readLabels(join(jester!, 'jester-v1-labels.csv'));
    const read = (part: string) =>
      readClipList(join(jester!, `jester-v1-${part}.csv`), '/data', { labels: names }).items.length;
    const begin = process.cpuUsage();
    expect(names).toHaveLength(27);
    expect(['train', 'validation', 'test'].map(read)).toEqual([118_562, 14_787, 14_743]);
    expect(secondsSince(begin)).toBeLessThan(1);
  });
});

test.each(['../x', 'a/../../x', '/x', '', 'C:\\x', '\\\\host\\x', 'a\\..\\..\\x', 'a\0b'])(
  '%j climbs',
  (entry) => {
    expect(() => pathInside('/data', entry, () => 'here')).toThrow('here: expected a path inside /data');
  },
);

test('a dot in a name is no climbing', () => {
  expect(pathInside('/data', 'a/..b/c.mp4', () => '')).toBe('/data/a/..b/c.mp4');
});

test('CSV fields', () => {
  expect(csvFields('a, b ,c', ',')).toEqual(['a', 'b', 'c']);
  expect(csvFields('"a, ""b""",c,', ',')).toEqual(['a, "b"', 'c', '']);
  expect(csvFields('"",x', ',')).toEqual(['', 'x']);
});

describe('labels', () => {
  const write = (text: string) => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'labels.csv'), text);
    return readLabels(join(folder.path, 'labels.csv'));
  };

  test('one a line, byte order mark and blank lines aside', () => {
    expect(write('\uFEFFwave\r\n\r\nclap \n')).toEqual(['wave', 'clap']);
  });

  test('a label twice, no label', () => {
    expect(() => write('a\nb\na\n')).toThrow(
      'line 3: expected every class once, received "a" again, first in line 1',
    );
    expect(() => write('\n')).toThrow('expected one class per line');
  });

  test('directions change when mirrored, and only they', () => {
    const jester = [
      ...labels,
      'Turning Hand Clockwise',
      'Turning Hand Counterclockwise',
      'Sliding Two Fingers Left',
    ];
    expect(flipMapFor(['constructor', 'valueOf'])).toEqual({});
    const map = flipMapFor(jester);
    expect(map).toEqual({
      'Swiping Left': 'Swiping Right',
      'Swiping Right': 'Swiping Left',
      'Turning Hand Clockwise': 'Turning Hand Counterclockwise',
      'Turning Hand Counterclockwise': 'Turning Hand Clockwise',
      'Sliding Two Fingers Left': null,
    });
    expect([...flipTable(jester, map)]).toEqual([1, 0, 2, 4, 3, -2]);
  });
});

describe('a folder per class', () => {
  test('classes, frame folders and videos', () => {
    using folder = temporaryFolder();
    writeTestClip(join(folder.path, 'wave', 'one'), 1, 8, 8);
    mkdirSync(join(folder.path, 'clap'));
    writeFileSync(join(folder.path, 'clap', 'two.MP4'), '');
    writeFileSync(join(folder.path, 'clap', 'notes.txt'), '');
    const { labels: classes, items } = readClassFolders(folder.path);
    expect(classes).toEqual(['clap', 'wave']);
    expect(items.map(({ id, label }) => [id, label])).toEqual([
      ['clap/two.MP4', 0],
      ['wave/one', 1],
    ]);
    expect(() => readClassFolders(folder.path, { labels: ['clap', 'waves'] })).toThrow(
      'nearest label is "waves"',
    );
    expect(readClassFolders(folder.path, { labels: ['clap'], unknownLabels: 'drop' }).dropped).toBe(1);
  });

  test('nothing there', () => {
    expect(() => readClassFolders('/nowhere')).toThrow(
      '/nowhere: expected a folder with one subfolder per class',
    );
  });
});

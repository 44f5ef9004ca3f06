import { describe, expect, test } from 'vitest';
import { besides, textBar, textTable } from './table.js';

describe('tables', () => {
  test('pad columns to their widest cell, numbers to the right', () => {
    expect(
      textTable(
        ['name', 'n'],
        [
          ['a', '1'],
          ['longer', '100'],
        ],
        [1],
      ),
    ).toBe('name      n\na         1\nlonger  100\n');
  });

  test('have headings only where there are no rows', () => {
    expect(textTable(['a', 'b'], [], [])).toBe('a  b\n');
  });

  test('show control characters of names, as they are wide then', () => {
    expect(textTable(['clip', 'n'], [['\u001b[2J', '1']], [1])).toBe('clip       n\n\\u001b[2J  1\n');
  });
});

describe('sentences beside lines', () => {
  const lines = ['a', 'longer'];
  const texts = ['one two three four five six', 'seven'];

  test('are broken between words, and indented below', () => {
    expect(besides(lines, texts, 32)).toEqual([
      `a       one two three four five\n${' '.repeat(8)}six`,
      'longer  seven',
    ]);
    expect(besides(lines, texts, Number.POSITIVE_INFINITY)[0]).toBe('a       one two three four five six');
  });

  test('are left out where there is no room', () => {
    expect(besides(lines, texts, 31)).toEqual(lines);
  });
});

describe('bars', () => {
  test.each([
    [1, '████'],
    [0.5, '██'],
    [0.28, '█▏'],
    [0, ''],
    [0.01, ''],
    [2, '████'],
    [-1, ''],
  ])('a share of %d of four characters', (share, bar) => expect(textBar(share, 4)).toBe(bar));
});

import { describe, expect, test } from 'vitest';
import { textBar, textTable } from './table.js';

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

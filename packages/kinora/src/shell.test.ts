import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { shellQuote } from './shell.js';

describe('shellQuote', () => {
  test.each(['runs/demo', 'lr=0.1', 'a,b', '--set', 'http://host:80/x.csv'])('%s stays as it is', (word) => {
    expect(shellQuote(word)).toBe(word);
  });

  test.each([
    ['my clips', "'my clips'"],
    ["it's", "'it'\\''s'"],
    ['', "''"],
    ['*Small', "'*Small'"],
  ])('%s is quoted', (word, expected) => {
    expect(shellQuote(word)).toBe(expected);
  });

  test.runIf(process.platform !== 'win32')('a shell reads back what was quoted', () => {
    const words = ["a'b", 'c d', '$HOME', '`x`', '\\', '"', '', '~', '*'];
    const text = execFileSync('sh', ['-c', `printf '%s\\n' ${words.map(shellQuote).join(' ')}`]);
    expect(text.toString()).toBe(words.map((word) => `${word}\n`).join(''));
  });
});

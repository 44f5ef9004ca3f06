import { describe, expect, test } from 'vitest';
import { commentsOf, filesNamed, isThere, namesOf } from './comments.mjs';

describe('comments', () => {
  test('are found with the line that they begin in', () => {
    const source = '/** One. */\nconst a = 1; // two\n/*\n three */\n';
    expect(commentsOf(source)).toEqual([
      { line: 1, text: '/** One. */' },
      { line: 2, text: '// two' },
      { line: 3, text: '/*\n three */' },
    ]);
  });

  test('are not found in strings', () => {
    expect(commentsOf('const a = "https://x", b = \'//\', c = `/* \\` */`;')).toEqual([]);
  });
});

test('names of files are found in a text, patterns and parts of words are not', () => {
  const text =
    'see `loop.ts`, scripts/golden_nn.py and docs/decisions/0113 (not *.test.ts, <name>.ts, a.tsx, Node.js)';
  expect(filesNamed(text)).toEqual(['loop.ts', 'scripts/golden_nn.py', 'docs/decisions/0113']);
});

test('a file is there by its path or the end of it, a numbered page by its number', () => {
  const names = namesOf(['packages/a/src/loop.ts', 'docs/decisions/0113-one-loop.md']);
  for (const name of [
    'loop.ts',
    'src/loop.ts',
    'packages/a/src/loop.ts',
    'docs/decisions/0113',
    'torch/_utils.py',
  ])
    expect(isThere(name, names), name).toBe(true);
  for (const name of ['oop.ts', 'b/loop.ts', 'docs/decisions/0114'])
    expect(isThere(name, names), name).toBe(false);
});

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { blocksOf, checkReadme } from './readme.mjs';

/** @type {string} */
let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kinora-readme-test-'));
  symlinkSync(
    join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules'),
    join(root, 'node_modules'),
  );
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

/** @param {...string} blocks each "info\ncode" */
function readme(...blocks) {
  const text = blocks.map((block) => `Some words.\n\n\`\`\`${block}\n\`\`\`\n`).join('\n');
  writeFileSync(join(root, 'README.md'), text);
  return checkReadme(root, 'README.md');
}

describe('blocksOf', () => {
  test('takes sh and ts blocks with their lines and leaves the others', () => {
    const text =
      '# Title\n\n```sh\nnpm test\n```\n\n```json\n{}\n```\n\n```ts not run: needs a camera\nlook();\n```\n';
    expect(blocksOf(text)).toEqual([
      { line: 3, language: 'sh', code: 'npm test', notRun: null },
      { line: 11, language: 'ts', code: 'look();', notRun: 'needs a camera' },
    ]);
  });

  test('refuses an info string that would quietly leave a block out', () => {
    expect(() => blocksOf('```sh norun\nnpm test\n```\n')).toThrow('line 1: expected "not run: REASON"');
  });
});

describe('checkReadme', () => {
  test('a block of a page is type-checked and does not run', async () => {
    const page = "document.querySelector('video')!.play();\nthrow new Error('ran');";
    expect(await readme(`ts types only: needs a page\n${page}`)).toMatchObject({ passed: 1, failed: [] });
    const wrong = await readme('ts types only: needs a page\nconst n: number = document.title;');
    expect(wrong.failed[0]).toContain('its types are wrong');
  });

  test('runs blocks in order in one folder, away from the project', async () => {
    const result = await readme(
      'sh\necho 5 > five.txt',
      "ts\nimport { readFileSync } from 'node:fs';\nconst n: number = Number(readFileSync('five.txt', 'utf8'));\nif (n !== 5) process.exit(1);",
    );
    expect(result).toMatchObject({ passed: 2, failed: [], skipped: [] });
  });

  test('a command in the middle of a block that fails, fails it', async () => {
    const result = await readme('sh\nfalse\ntrue');
    expect(result.failed).toEqual(['README.md:3 (false): exit status 1']);
  });

  test('types count', async () => {
    const result = await readme("ts\nconst n: number = 'five';\nconsole.log(n);");
    expect(result.failed).toEqual(["README.md:3 (const n: number = 'five';): its types are wrong"]);
  });

  test('what is not run is listed with its reason', async () => {
    const result = await readme('sh not run: takes an hour\nsleep 3600', 'sh\ntrue');
    expect(result).toMatchObject({ passed: 1, skipped: ['README.md:3 (sleep 3600): takes an hour'] });
  });

  test('a README without blocks has lost them', async () => {
    expect((await readme('json\n{}')).failed).toEqual(['README.md: no block of sh or ts']);
  });
});

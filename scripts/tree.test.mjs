import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { againstOrder, figures, importsOf, inCircles, mutualFolders, readTree, tableOf } from './tree.mjs';

const DATA = 'packages/kinora/src/data/load.ts';
const FLOW = 'packages/kinora/src/data/flow/flow.ts';
const PACK = 'packages/kinora/src/data/pack/pack.ts';
const TRAIN = 'packages/kinora/src/train/run.ts';
const CLIP = 'packages/clip/src/index.ts';
const PAGE = 'studio/src/Page.svelte';

const files = new Map([
  [CLIP, 'export const clip = 1;\n'],
  [DATA, "import { clip } from '@kinora/clip';\nimport fs from 'node:fs';\nimport './flow/flow.js';\n"],
  [FLOW, "import type { Pack } from '../pack/pack.js';\nconst x = 1;\n"],
  [PACK, "import {\n  flow,\n} from '../flow/flow.js';\nconst run = () => import('../../train/run.js');\n"],
  [TRAIN, `import '../data/load.js';\n${'//\n'.repeat(50)}`],
  [PAGE, "<script>\nimport '../../packages/clip/src/index.js';\n</script>\n"],
]);
const imports = importsOf(files);

test('imports are found in every form, by path and by name of a package', () => {
  expect(imports.map(({ from, to }) => [from, to])).toEqual([
    [DATA, CLIP],
    [DATA, FLOW],
    [FLOW, PACK],
    [PACK, FLOW],
    [PACK, TRAIN],
    [TRAIN, DATA],
    [PAGE, CLIP],
  ]);
});

test('the order, circles and pairs of folders are judged by the imports', () => {
  expect(againstOrder(imports, ['data', 'train']).map(({ from }) => from)).toEqual([PACK]);
  expect(againstOrder(imports, ['train', 'data']).map(({ from }) => from)).toEqual([TRAIN]);
  expect(inCircles(imports).sort()).toEqual([DATA, FLOW, PACK, TRAIN].sort());
  expect(mutualFolders(imports)).toEqual([
    'packages/kinora/src/data/flow/ <-> packages/kinora/src/data/pack/',
  ]);
});

test('figures count lines, files, folders and the imports into each stage', () => {
  const found = figures({ files, order: ['data', 'train'] });
  expect(Object.fromEntries(found)).toEqual({
    'source files': 6,
    'median lines of a file': 3,
    'files under 40 lines': 5,
    'files in the largest folder': 1,
    'folders of more than 12 files': 0,
    'imports between files': 7,
    'imports against the order of the stages': 1,
    'files in a circle of imports': 4,
    'pairs of folders that import each other': 1,
    "imports by path into another package's source": 1,
    'imports that cross a stage': 4,
    'imports into clip': 2,
    'imports into kinora/data': 1,
    'imports into kinora/train': 1,
  });
});

test('a table has a column a tree, and a dash where a tree has no such stage', () => {
  const columns = [new Map([['a', 1]]), new Map([['b', 2]])];
  expect(tableOf(['old', 'new'], columns)).toBe(
    '| | old | new |\n|---|---:|---:|\n| b | – | 2 |\n| a | 1 | – |',
  );
});

test('in this tree no two folders import each other', () => {
  const { files, order } = readTree(dirname(dirname(fileURLToPath(import.meta.url))));
  const found = importsOf(files);
  expect(found.length).toBeGreaterThan(1000);
  expect({
    mutual: mutualFolders(found),
    against: againstOrder(found, order),
    circles: inCircles(found),
  }).toEqual({
    mutual: [],
    against: [],
    circles: [],
  });
});

test('a tree is read from a revision or from the working tree, without tests and generated files', () => {
  const root = mkdtempSync(join(tmpdir(), 'kinora-tree-'));
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: root });
  const write = (/** @type {string} */ path, /** @type {string} */ text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  try {
    git('init', '--quiet');
    write('.dependency-cruiser.cjs', "const CHAIN = ['data', 'train'];\n");
    write(CLIP, 'old\n');
    write('packages/clip/src/a.test.ts', '');
    write('packages/clip/src/a.generated.ts', '');
    write('packages/clip/scripts/a.ts', '');
    git('add', '.');
    git('-c', 'user.name=x', '-c', 'user.email=x@localhost', 'commit', '--quiet', '--message', 'x');
    write(CLIP, 'new\n');
    write(DATA, '');
    expect(readTree(root, 'HEAD')).toEqual({ files: new Map([[CLIP, 'old\n']]), order: ['data', 'train'] });
    expect(new Map(readTree(root).files)).toEqual(
      new Map([
        [CLIP, 'new\n'],
        [DATA, ''],
      ]),
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});

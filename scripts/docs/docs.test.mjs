// The parts that the documentation site is made by.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pageOf as commandPage } from './commands.mjs';
import { pageOf, TEXTS } from './contents.mjs';
import { decisionIndex, decisions, SUBJECTS } from './decisions.mjs';
import { deadLinks, rewriteLinks, slug } from './links.mjs';
import { operatorSubjects, operatorsPage } from './operators.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

describe('slug', () => {
  test.each([
    ['What is promised', 'what-is-promised'],
    ["What's new?", 'whats-new'],
    ['`a.b` and c_d', 'ab-and-c_d'],
    ['8 & 64 GPUs', '8--64-gpus'],
    ['Größe', 'größe'],
  ])('of "%s", as GitHub makes it', (heading, id) => expect(slug(heading)).toBe(id));
});

describe('rewriteLinks', () => {
  const rewrite = (/** @type {string} */ text) =>
    rewriteLinks(text, 'docs/recipe.md', (path, isPicture) => `<${path}${isPicture ? ', picture' : ''}>`);

  test('relative links, with their anchors, from the folder of the text', () => {
    expect(rewrite('[a](memory.md#b), [`c`](../README.md) and [d](#e)')).toBe(
      '[a](<docs/memory.md>#b), [`c`](<README.md>) and [d](#e)',
    );
  });

  test('pictures, also inside a link', () =>
    expect(rewrite('[![a](b.png)](c.md)')).toBe('[![a](<docs/b.png, picture>)](<docs/c.md>)'));

  test('leaves addresses of other hosts and code alone', () => {
    const text = '[a](https://example.org/b.md) `[c](d.md)`\n```md\n[e](f.md)\n```';
    expect(rewrite(text)).toBe(text);
  });
});

describe('deadLinks', () => {
  /** @type {string} */
  let site;
  beforeEach(() => {
    site = mkdtempSync(join(tmpdir(), 'kinora-links-'));
    mkdirSync(join(site, 'deep'));
    writeFileSync(join(site, 'index.html'), '<h2 id="ä&amp;b"></h2><a href="/deep/">x</a>');
  });
  afterEach(() => rmSync(site, { recursive: true }));

  const page = (/** @type {string} */ html) => {
    writeFileSync(join(site, 'deep', 'index.html'), html);
    return deadLinks(site);
  };

  test('accepts pages, files, anchors and other hosts that readers go to themselves', () => {
    const html =
      '<a href="../#%C3%A4&amp;b">1</a><a href="/index.html">2</a><a href="https://example.org/">3</a><img src="data:,">';
    expect(page(html)).toEqual({ checked: 3, dead: [] });
  });

  test.each([
    ['<a class="x" href="/gone.html">x</a>', 'deep/index.html: /gone.html'],
    [
      '<a href="../index.html#gone">x</a>',
      'deep/index.html: ../index.html#gone (index.html has no such heading)',
    ],
    ['<a href="#gone">x</a>', 'deep/index.html: #gone (deep/index.html has no such heading)'],
    ['<img alt="a" src="gone.png">', 'deep/index.html: gone.png'],
    [
      '<script src="https://example.org/a.js">',
      'deep/index.html: src https://example.org/a.js is on another host',
    ],
    ['<link href="//example.org/a.css">', 'deep/index.html: href //example.org/a.css is on another host'],
  ])('finds %s', (html, line) => expect(page(html).dead).toEqual([line]));
});

describe('the page of a command', () => {
  const command = new Command('train')
    .description('Train a network <N>.')
    .argument('[RUN]', 'the run')
    .option('--top <k>', 'how many | most likely', '5')
    .addHelpText(
      'after',
      '\nSome `notes`.\n\nExamples:\n  $ kinora train\n  $ kinora train --top 3    # few',
    );
  command.command('inner').description('Go deeper.').argument('<FILE>', 'what');

  test('has what --help prints', () => {
    const text = commandPage(command, 'kinora');
    expect(text).toContain('# kinora train\n\nTrain a network &#60;N&#62;.');
    expect(text).toContain('| `--top <k>` | how many \\| most likely (default: "5") |');
    expect(text).toContain('Some `notes`.');
    expect(text).toContain('```sh\nkinora train\nkinora train --top 3    # few\n```');
    expect(text).toContain('## kinora train inner\n\nGo deeper.');
    expect(text).toContain('kinora train inner [options] <FILE>');
  });
});

describe('decision records', () => {
  test('each has a number of its own, a title and a subject, and is in the index', () => {
    const records = decisions(ROOT);
    expect(new Set(records.map(({ number }) => number)).size).toBe(records.length);
    const index = decisionIndex(records);
    expect(index.match(/^## /gm)).toHaveLength(Object.keys(SUBJECTS).length);
    expect(index.match(/^- /gm)).toHaveLength(records.length);
  });

  test('one without a subject is named, with what to write', () => {
    const root = mkdtempSync(join(tmpdir(), 'kinora-decisions-'));
    mkdirSync(join(root, 'docs', 'decisions'), { recursive: true });
    writeFileSync(join(root, 'docs', 'decisions', '0001-a.md'), '# Do this\n');
    expect(() => decisions(root)).toThrow('docs/decisions/0001-a.md: expected "<!-- subject: engine|');
    rmSync(root, { recursive: true });
  });
});

test('every text has a page of its own', () => {
  expect(new Set(TEXTS.map(pageOf)).size).toBe(TEXTS.length);
});

describe('operators', () => {
  const subjects = operatorSubjects(ROOT);
  const all = subjects.flatMap(({ operators }) => operators);

  test('are all that have declarations, under the subjects of the list, with every signature', async () => {
    const { ops } = await import('@kinora/torch');
    expect(all.length).toBeGreaterThan(300);
    expect(all.filter(({ name }) => typeof (/** @type {any} */ (ops)[name]) !== 'function')).toEqual([]);
    expect(subjects[0]?.title).toBe('creation');
    const add = all.find(({ name }) => name === 'add');
    expect(add?.isMethod).toBe(true);
    expect(add?.signatures).toContain(
      'add(self: Tensor, other: Scalar | Tensor, named?: { alpha?: Scalar }): Tensor',
    );
  });

  test('have a section each', () => {
    const headings = operatorsPage(subjects).match(/^### .*$/gm);
    expect(headings).toEqual(all.map(({ name }) => `### ${name}`));
  });
});

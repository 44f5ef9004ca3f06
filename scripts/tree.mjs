// `npm run tree`: how large the source files and folders are, and which of them import which. With `-- --against REV` a
// column for that revision comes first. Counted are TypeScript and Svelte in packages/*/src and studio/src, without tests,
// generated files and declarations; imports of types count as imports.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * @typedef {ReadonlyMap<string, string>} Files path in the repository -> text
 * @typedef {{ from: string, to: string, byPath: boolean }} Import
 */

const SOURCE = /^(packages\/[^/]+|studio)\/src\/.*[.](ts|svelte)$/;
const NO_SOURCE = /[.](test|generated)[.]|[.]d[.]ts$/;
const ORDER = '.dependency-cruiser.cjs';

/**
 * The sources of the working tree or of a revision, and the order of the stages of `kinora` that it declares.
 * @param {string} root @param {string} [revision] @returns {{ files: Files, order: string[] }}
 */
export function readTree(root, revision) {
  const git = (/** @type {string[]} */ ...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e9 });
  const listed = revision
    ? git('ls-tree', '-r', '--name-only', revision)
    : git('ls-files', '--cached', '--others', '--exclude-standard');
  const read = (/** @type {string} */ path) =>
    revision ? git('show', `${revision}:${path}`) : readFileSync(join(root, path), 'utf8');
  const paths = listed
    .split('\n')
    .filter((path) => SOURCE.test(path) && !NO_SOURCE.test(path))
    .filter((path) => revision || existsSync(join(root, path)));
  const order = /CHAIN = \[([^\]]*)\]/.exec(read(ORDER))?.[1]?.match(/\w+/g);
  if (!order) throw new Error(`${ORDER}: expected the order of the stages, const CHAIN = ['files', ...]`);
  return { files: new Map(paths.map((path) => [path, read(path)])), order };
}

/** Imports between the files; packages and files that are not among them are left out. @param {Files} files @returns {Import[]} */
export function importsOf(files) {
  return [...files].flatMap(([from, text]) =>
    [...text.matchAll(/\b(?:from\s*|import\s*\(?\s*)'([^'\n]+)'/g)].flatMap(([, name = '']) => {
      const byPath = name.startsWith('.');
      const to = (byPath ? besides(from, name) : entryOf(name)).find((path) => files.has(path));
      return to === undefined ? [] : [{ from, to, byPath }];
    }),
  );
}

/** @param {string} from @param {string} name `../loop.js`, in Svelte also `./Lines.svelte` */
function besides(from, name) {
  const path = posix.join(posix.dirname(from), name);
  return [path, path.replace(/[.]js$/, '.ts')];
}

/** @param {string} name `kinora`, `@kinora/clip` */
function entryOf(name) {
  const [, folder] = /^(?:@kinora\/)?(\w+)/.exec(name) ?? [];
  return /^(@kinora\/|kinora$)/.test(name) ? [`packages/${folder}/src/index.ts`] : [];
}

/** `kinora/train` for a file below a stage; the package for any other. @param {string} path */
export function stageOf(path) {
  const [, package_ = '', stage] = /^(?:packages\/)?([^/]+)\/src\/(?:([^/]+)\/)?/.exec(path) ?? [];
  return package_ === 'kinora' && stage ? `kinora/${stage}` : package_;
}

/** The imports of a stage of kinora from one that comes after it. @param {readonly Import[]} imports @param {readonly string[]} order */
export function againstOrder(imports, order) {
  const place = (/** @type {string} */ path) => order.indexOf(stageOf(path).replace('kinora/', ''));
  return imports.filter(({ from, to }) => place(from) !== -1 && place(from) < place(to));
}

/** Files that import themselves through others. @param {readonly Import[]} imports */
export function inCircles(imports) {
  /** @type {Map<string, Set<string>>} */
  const next = new Map();
  for (const { from, to } of imports) next.set(from, (next.get(from) ?? new Set()).add(to));
  return [...next.keys()].filter((start) => {
    const reached = new Set(next.get(start));
    for (const file of reached) for (const to of next.get(file) ?? []) reached.add(to);
    return reached.has(start);
  });
}

/**
 * Pairs of folders that import each other. A folder and one inside it are one subject and its parts; an index.ts imports
 * everything by its nature.
 * @param {readonly Import[]} imports @returns {string[]} `a <-> b`
 */
export function mutualFolders(imports) {
  const arrows = new Set(
    imports
      .filter(({ from }) => posix.basename(from) !== 'index.ts')
      .map(({ from, to }) => `${posix.dirname(from)}/ -> ${posix.dirname(to)}/`),
  );
  return [...arrows].flatMap((arrow) => {
    const [a = '', b = ''] = arrow.split(' -> ');
    const apart = a < b && !b.startsWith(a);
    return apart && arrows.has(`${b} -> ${a}`) ? [`${a} <-> ${b}`] : [];
  });
}

/** @param {Iterable<string>} keys @returns {[string, number][]} most first */
function counts(keys) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const key of keys) found.set(key, (found.get(key) ?? 0) + 1);
  return [...found].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** The rows of the table. @param {{ files: Files, order: readonly string[] }} tree @returns {Map<string, number>} */
export function figures({ files, order }) {
  const imports = importsOf(files);
  const lines = [...files.values()].map((text) => text.split('\n').length - 1).sort((a, b) => a - b);
  const folders = counts([...files.keys()].map(posix.dirname));
  const between = imports.filter(({ from, to }) => stageOf(from) !== stageOf(to));
  const across = between.filter(
    ({ from, to, byPath }) => byPath && stageOf(from).split('/')[0] !== stageOf(to).split('/')[0],
  );
  return new Map([
    ['source files', files.size],
    ['median lines of a file', lines[lines.length >> 1] ?? 0],
    ['files under 40 lines', lines.filter((count) => count < 40).length],
    ['files in the largest folder', folders[0]?.[1] ?? 0],
    ['folders of more than 12 files', folders.filter(([, count]) => count > 12).length],
    ['imports between files', imports.length],
    ['imports against the order of the stages', againstOrder(imports, order).length],
    ['files in a circle of imports', inCircles(imports).length],
    ['pairs of folders that import each other', mutualFolders(imports).length],
    ["imports by path into another package's source", across.length],
    ['imports that cross a stage', between.length],
    ...counts(between.map(({ to }) => stageOf(to))).map(
      ([stage, count]) => /** @type {[string, number]} */ ([`imports into ${stage}`, count]),
    ),
  ]);
}

/** A Markdown table with a column a tree. @param {readonly string[]} names @param {readonly Map<string, number>[]} columns */
export function tableOf(names, columns) {
  const rows = new Set(columns.toReversed().flatMap((column) => [...column.keys()]));
  return [
    `| | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---:|').join('')}`,
    ...[...rows].map((row) => `| ${row} | ${columns.map((column) => column.get(row) ?? '–').join(' | ')} |`),
  ].join('\n');
}

/** What to open when a figure surprises. @param {{ files: Files, order: readonly string[] }} tree */
function details({ files, order }) {
  const imports = importsOf(files);
  const large = counts([...files.keys()].map(posix.dirname)).filter(([, count]) => count > 12);
  return [
    ...large.map(([folder, count]) => `${count} files: ${folder}`),
    ...mutualFolders(imports).map((pair) => `import each other: ${pair}`),
    ...againstOrder(imports, order).map(({ from, to }) => `against the order: ${from} -> ${to}`),
    ...inCircles(imports).map((file) => `in a circle: ${file}`),
  ].join('\n');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const { values } = parseArgs({ options: { against: { type: 'string' } } });
  const revisions = values.against ? [values.against, undefined] : [undefined];
  const trees = revisions.map((revision) => readTree(root, revision));
  console.log(
    tableOf(
      revisions.map((revision) => revision ?? 'working tree'),
      trees.map(figures),
    ),
  );
  const here = trees.at(-1);
  if (here) console.log(`\n${details(here)}`);
}

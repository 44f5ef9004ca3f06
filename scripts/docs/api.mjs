// The API reference: Markdown pages that TypeDoc makes of what the packages export and of its docstrings.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Entry points of the packages, with the name of each in the reference, and what it is. */
export const ENTRIES = [
  {
    name: 'kinora',
    file: 'packages/kinora/src/index.ts',
    about: 'train, evaluate, predict and export, in Node',
  },
  {
    name: '@kinora/torch',
    file: 'packages/torch/src/index.ts',
    about: 'tensors, autograd, modules, optimizers',
  },
  {
    name: '@kinora/clip',
    file: 'packages/clip/src/index.ts',
    about: 'decoded frames to network input, anywhere',
  },
  {
    name: '@kinora/recognizer',
    file: 'packages/recognizer/src/browser.ts',
    about: 'live recognition in pages',
  },
  {
    name: '@kinora/recognizer/node',
    file: 'packages/recognizer/src/node.ts',
    about: 'what `@kinora/recognizer` exports in Node; import it by that name',
  },
  {
    name: '@kinora/recognizer/element',
    file: 'packages/recognizer/src/element.ts',
    about: 'the custom element',
  },
  { name: '@kinora/recognizer/react', file: 'packages/recognizer/src/react.ts', about: 'the hook for React' },
];

/** The declarations of libtorch's operators. As a section for each, in each class, they would be most of the reference. */
const OPERATORS = /\/ops\.generated\.ts$/;

const CLASS_OR_INTERFACE = 128 | 256; // ReflectionKind, which only a loaded TypeDoc has

/** @typedef {{ title: string, path?: string, children?: Item[] }} Item of the reference's table of contents */

/**
 * Writes the reference.
 * @param {string} root of the repository @param {string} folder
 * @returns {Promise<Item[]>} its table of contents, with paths below `folder`
 */
export async function writeApi(root, folder) {
  const { Application, Converter } = await import('typedoc');
  const contents = join(folder, 'contents.json');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const app = await Application.bootstrapWithPlugins(
    /** @type {import('typedoc').TypeDocOptions} */ ({
      ...{ name: 'API reference', basePath: root, readme: 'none', logLevel: 'Error' },
      entryPoints: ENTRIES.map(({ file }) => join(root, file)),
      tsconfig: join(root, 'docs', '.vitepress', 'tsconfig.api.json'),
      skipErrorChecking: true, // `npm test` checks types in a step of its own
      ...{
        excludePrivate: true,
        excludeInternal: true,
        excludeExternals: true,
        sort: ['kind', 'source-order'],
      },
      disableGit: true,
      sourceLinkTemplate: '{path}',
      plugin: ['typedoc-plugin-markdown'],
      outputs: [{ name: 'markdown', path: folder }],
      ...{ hidePageHeader: true, hideBreadcrumbs: true, hideGenerator: true },
      ...{
        entryFileName: 'index',
        indexFormat: 'table',
        parametersFormat: 'table',
        useHTMLEncodedBrackets: true,
      },
      ...{
        interfacePropertiesFormat: 'table',
        typeAliasPropertiesFormat: 'table',
        classPropertiesFormat: 'table',
      },
      ...{ navigationJson: contents, router: 'member' },
    }),
  );
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => prepare(project));
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc cannot read the packages; run npm run setup');
  await app.generateOutputs(project);
  tidy(folder);
  /** @type {Item[]} */
  const items = JSON.parse(readFileSync(contents, 'utf8'));
  const place = (/** @type {Item} */ { title }) => ENTRIES.findIndex(({ name }) => name === title);
  return items.sort((a, b) => place(a) - place(b));
}

/**
 * The page of something called `Index` would be taken for that of its folder, and a parameter without a default has none
 * rather than `undefined`.
 * @param {string} folder
 */
function tidy(folder) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    if (!/\.(md|json)$/.test(name)) continue;
    const text = readFileSync(file, 'utf8').replaceAll('/Index.md', '/Index-.md').replaceAll('| - |', '| |');
    writeFileSync(file, withoutUndefined(text));
    if (basename(name) === 'Index.md') renameSync(file, join(dirname(file), 'Index-.md'));
  }
}

/** @param {string} text */
function withoutUndefined(text) {
  let column = -1;
  return text
    .split('\n')
    .map((line) => {
      const cells = line.split(/(?<!\\)\|/);
      if (cells.length < 3) column = -1;
      else if (column < 0) column = cells.findIndex((cell) => cell.trim() === 'Default value');
      if (column < 0 || cells[column]?.trim() !== '`undefined`') return line;
      return cells.with(column, ' ').join('|');
    })
    .join('\n');
}

/** Names the entries and leaves out the operators. @param {import('typedoc').ProjectReflection} project */
function prepare(project) {
  for (const entry of project.children ?? []) {
    const file = entry.sources?.[0]?.fullFileName ?? '';
    entry.name = ENTRIES.find((each) => file.endsWith(each.file))?.name ?? entry.name;
  }
  for (const reflection of Object.values(project.reflections)) {
    if (!reflection.isDeclaration() || !reflection.parent?.isDeclaration()) continue;
    const isOperator = reflection.sources?.some(({ fullFileName }) => OPERATORS.test(fullFileName));
    if (isOperator && reflection.parent.kindOf(CLASS_OR_INTERFACE)) project.removeReflection(reflection);
  }
  // Where each is defined is of use to who changes it, and has an editor.
  for (const reflection of Object.values(project.reflections))
    if (reflection.isDeclaration() || reflection.isSignature()) delete reflection.sources;
}

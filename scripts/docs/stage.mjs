// Collects the pages of the site in one folder: the texts of the repository with their links changed into addresses, the
// source files that they link to, and the references, which are generated.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ENTRIES } from './api.mjs';
import { commandIndex, commandPages } from './commands.mjs';
import { pageOf, SECTIONS, TEXTS } from './contents.mjs';
import { decisionIndex, decisions, SUBJECTS } from './decisions.mjs';
import { rewriteLinks } from './links.mjs';
import { operatorSubjects, operatorsPage } from './operators.mjs';

/** Folders that a text may link to as a whole, and the page for each. */
const FOLDERS = new Map([
  ['docs', '/index.md'],
  ['docs/tutorial', '/tutorial/01-pixels-to-features.md'],
]);

/** Where a file or folder has its page: VitePress leaves out what begins with a dot. @param {string} path */
const sourcePage = (path) => `source/${path.replace(/(^|\/)\./g, '$1')}`;

/** Larger text files are offered as files. */
const PAGE_LIMIT = 60_000; // bytes

/** @typedef {import('./api.mjs').Item} Item */
/** @typedef {{ text: string, link?: string, collapsed?: boolean, items?: SidebarItem[] }} SidebarItem */

/**
 * @param {string} root of the repository
 * @param {string} folder that is replaced
 * @param {string} api folder of the API reference @param {readonly Item[]} apiContents
 */
export async function stage(root, folder, api, apiContents) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'docs', '.vitepress'), join(folder, '.vitepress'), { recursive: true });
  const site = new Site(root, folder);
  checkContents(root);
  for (const file of TEXTS) if (file !== 'docs/decisions/README.md') site.text(file);
  const records = decisions(root);
  for (const { file } of records) site.text(`docs/decisions/${file}`);
  const commands = await commandPages(root);
  for (const { name, text } of commands) site.page(`commands/${name}`, text);
  site.page('commands/index', commandIndex(commands));
  const guide = readFileSync(join(root, 'docs', 'decisions', 'README.md'), 'utf8');
  const [about = '', adding = ''] = guide.split(/^(?=## )/m);
  site.page('decisions/index', `${about}${decisionIndex(records)}\n${adding}`);
  site.page('index', readFileSync(join(root, 'docs', '.vitepress', 'home.md'), 'utf8'));
  cpSync(api, join(folder, 'api'), { recursive: true });
  site.page('api/index', apiIndex(apiContents));
  site.page('api/operators', operatorsPage(operatorSubjects(root)));
  site.sources();
  site.file('studio/public/icon.svg', 'icon.svg');
  const navigation = { nav: NAVIGATION, sidebar: sidebars(records, commands, apiContents) };
  writeFileSync(join(folder, '.vitepress', 'contents.json'), JSON.stringify(navigation, null, 2));
}

/** Every text below docs has a place in the site, and every place a text. @param {string} root */
function checkContents(root) {
  const texts = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => name.endsWith('.md') && !name.startsWith('.vitepress') && !/^decisions.\d{4}-/.test(name),
    )
    .map((name) => `docs/${name.replaceAll('\\', '/')}`);
  const homeless = texts.filter((text) => !TEXTS.includes(text));
  if (homeless.length > 0)
    throw new Error(`${homeless.join(', ')}: add it to SECTIONS in scripts/docs/contents.mjs`);
  const missing = TEXTS.filter((text) => !existsSync(join(root, text)));
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')}: named in scripts/docs/contents.mjs, but there is no such file`);
}

class Site {
  /** Files and folders of the repository that texts link to and that are not texts. @type {Set<string>} */
  #linked = new Set();

  /** @param {string} root @param {string} folder */
  constructor(root, folder) {
    this.root = root;
    this.folder = folder;
  }

  /** @param {string} file */
  text(file) {
    const text = readFileSync(join(this.root, file), 'utf8').replace(/^<!-- subject: \w+ -->\n/, '');
    const withFigures = file.startsWith('docs/tutorial/') ? withoutFigures(text) : text;
    this.page(
      pageOf(file),
      rewriteLinks(withFigures, file, (path, isPicture) => this.#address(file, path, isPicture)),
    );
  }

  /** @param {string} path without .md @param {string} text */
  page(path, text) {
    const file = join(this.folder, `${path}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Pages for what texts link to. */
  sources() {
    for (const path of this.#linked) {
      const full = join(this.root, path);
      const note = `[The repository](/overview.md#repository-map) › \`${path}\``;
      if (statSync(full).isDirectory()) {
        const names = readdirSync(full).filter((name) => !/^(\.|dist$|build$|node_modules$)/.test(name));
        const lines = names.map((name) => `- ${this.#listed(`${path}/${name}`, name)}`);
        this.page(`${sourcePage(path)}/index`, `# ${basename(path)}\n\n${note}\n\n${lines.join('\n')}\n`);
      } else {
        const code = readFileSync(full, 'utf8').trimEnd();
        const fence = '`'.repeat(Math.max(3, ...[...code.matchAll(/`{3,}/g)].map(([run]) => run.length + 1)));
        const body = `${fence}${LANGUAGES.get(extname(path)) ?? 'text'}\n${code}\n${fence}`;
        this.page(sourcePage(path), `# ${basename(path)}\n\n${note}\n\n${body}\n`);
      }
    }
  }

  /** @param {string} from path in the repository @param {string} to path in the site */
  file(from, to) {
    const target = join(this.folder, 'public', to);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(this.root, from), target);
  }

  /** @param {string} from @param {string} target path of a link in the repository @param {boolean} isPicture */
  #address(from, target, isPicture) {
    const path = target.replace(/\/$/, '');
    const full = join(this.root, path);
    if (!existsSync(full)) throw new Error(`${from} links to ${path}, which is not in the repository`);
    const text = [path, `${path}/README.md`].find((name) => TEXTS.includes(name));
    if (text !== undefined) return `/${pageOf(text)}.md`;
    if (/^docs\/decisions\/\d{4}-.*\.md$/.test(path)) return `/decisions/${basename(path)}`;
    const folder = FOLDERS.get(path);
    if (folder !== undefined) return folder;
    if (isPicture || (statSync(full).isFile() && statSync(full).size > PAGE_LIMIT)) {
      this.file(path, `files/${path}`);
      return `/files/${path}`;
    }
    if (path.endsWith('.md'))
      throw new Error(`${from} links to ${path}: add it to scripts/docs/contents.mjs`);
    this.#linked.add(path);
    return `/${sourcePage(path)}${statSync(full).isDirectory() ? '/index' : ''}.md`;
  }

  /** An entry of a folder, linked if it has a page. @param {string} path @param {string} name */
  #listed(path, name) {
    const label = `\`${name}${statSync(join(this.root, path)).isDirectory() ? '/' : ''}\``;
    const text = [path, `${path}/README.md`].find((each) => TEXTS.includes(each));
    if (text !== undefined) return `[${label}](/${pageOf(text)}.md)`;
    if (!this.#linked.has(path)) return label;
    return `[${label}](/${sourcePage(path)}${label.endsWith('/`') ? '/index' : ''}.md)`;
  }
}

const LANGUAGES = new Map(
  Object.entries({
    '.ts': 'ts',
    '.mjs': 'js',
    '.json': 'json',
    '.svelte': 'svelte',
    '.yml': 'yaml',
    '.yaml': 'yaml',
  }),
);

const FIGURE = /^<!-- figure: ([\w-]+) -->$/gm;

/** The figures of a chapter compute in the studio; here their places are marked. @param {string} text */
const withoutFigures = (text) =>
  text
    .replace(
      FIGURE,
      (_, name) => `<p class="studio-figure">Figure in the studio: ${name.replaceAll('-', ' ')}</p>`,
    )
    .replace(/^# .+$/m, `$&\n\n${STUDIO_NOTE}`);

const STUDIO_NOTE = `::: info Figures
The figures of this chapter are interactive and compute on a clip and a trained network. To see them, run \`npm run studio\` and open **Learn**.
:::`;

const NAVIGATION = [
  { text: 'Start', link: '/overview' },
  { text: 'Tutorial', link: '/tutorial/01-pixels-to-features' },
  { text: 'Guides', link: '/recipe' },
  {
    text: 'Reference',
    items: [
      { text: 'Commands', link: '/commands/' },
      { text: 'Configuration', link: '/configuration' },
      { text: 'API', link: '/api/' },
      { text: 'Decisions', link: '/decisions/' },
    ],
  },
];

/**
 * @param {readonly import('./decisions.mjs').Decision[]} records
 * @param {readonly import('./commands.mjs').CommandPage[]} commands @param {readonly Item[]} api
 */
function sidebars(records, commands, api) {
  const guides = SECTIONS.map(({ text, entries }) => ({
    text,
    items: entries.map((entry) => ({ text: entry.text, link: linkTo(pageOf(entry.file)) })),
  }));
  const references = [
    { text: 'Commands', link: '/commands/' },
    { text: 'Configuration', link: '/configuration' },
    { text: 'API', link: '/api/' },
    { text: 'Decisions', link: '/decisions/' },
  ];
  const withReferences = (/** @type {SidebarItem[]} */ ...items) => [
    { text: 'Reference', items: references },
    ...items,
  ];
  return {
    '/': [...guides, { text: 'Reference', items: references }],
    '/configuration': [...guides, { text: 'Reference', items: references }],
    '/commands/': withReferences({
      text: 'Commands',
      items: commands.map(({ name }) => ({ text: `kinora ${name}`, link: `/commands/${name}` })),
    }),
    '/decisions/': withReferences(
      ...Object.entries(SUBJECTS).map(([subject, text]) => ({
        text,
        collapsed: true,
        items: records
          .filter((record) => record.subject === subject)
          .map(({ file, title }) => ({ text: title, link: `/decisions/${file.replace(/\.md$/, '')}` })),
      })),
    ),
    ...apiSidebars(references, api),
  };
}

/** The first page of the API reference. @param {readonly Item[]} api */
function apiIndex(api) {
  const rows = api.map(
    ({ title, path = '' }) =>
      `| [\`${title}\`](${path}) | ${ENTRIES.find(({ name }) => name === title)?.about} |`,
  );
  return `# API reference

What the packages export, from the docstrings that editors show.

| import from | contents |
|---|---|
${rows.join('\n')}

libtorch's operators (\`ops.conv3d\`, \`x.add(y)\`) have [a page of their own](operators.md). They have PyTorch's names and arguments.
`;
}

/**
 * Each package has a sidebar of its own: every page contains its whole sidebar.
 * @param {SidebarItem[]} references @param {readonly Item[]} api
 */
function apiSidebars(references, api) {
  const above = [
    { text: 'Reference', items: references },
    {
      text: 'API',
      items: [
        ...api.map(({ title, path }) => ({ text: title, link: apiLink(path) })),
        { text: 'Operators', link: '/api/operators' },
      ],
    },
  ];
  const own = api.map(({ path, children = [] }) => {
    const folder = apiLink(path);
    return /** @type {const} */ ([folder, [...above, ...children.map((child) => apiItem(child, false))]]);
  });
  return { '/api/': above, ...Object.fromEntries(own) };
}

/** @param {string} page */
const linkTo = (page) => `/${page.replace(/(^|\/)index$/, '$1')}`;

/** @param {string | undefined} path of a page of the reference */
const apiLink = (path = 'index.md') => linkTo(`api/${path.replace(/\.md$/, '')}`);

/** @param {Item} item @param {boolean} collapsed @returns {SidebarItem} */
function apiItem({ title, path, children }, collapsed) {
  return {
    text: title,
    ...(path === undefined ? {} : { link: apiLink(path) }),
    ...(children === undefined ? {} : { collapsed, items: children.map((child) => apiItem(child, true)) }),
  };
}

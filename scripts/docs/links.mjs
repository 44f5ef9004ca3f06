// Links between the documents. In the repository they are paths of files, so that they work where the files are read; in the
// site they are addresses of pages. And the check that no address in the built site is dead.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * The id of a heading as GitHub makes it. The site makes the same, so that `#anchors` are the same in both.
 * @param {string} heading its text without markup
 */
export const slug = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');

/**
 * Rewrites the relative links of a Markdown text; those in code stay as they are.
 * @param {string} text @param {string} file path of the text in the repository
 * @param {(path: string, isPicture: boolean) => string} addressOf gives the address of a file or folder of the repository
 */
export function rewriteLinks(text, file, addressOf) {
  let inFence = false;
  const lines = text.split('\n').map((line) => {
    if (/^\s*```/.test(line)) inFence = !inFence;
    if (inFence) return line;
    return line.replace(/\]\(([^()\s]+)\)/g, (whole, target, at) => {
      const before = line.slice(0, at);
      const inCode = (before.match(/`/g)?.length ?? 0) % 2 === 1;
      if (inCode || /^([a-z]+:|#|\/)/.test(target)) return whole;
      const [path = '', anchor] = target.split('#');
      const address = addressOf(posix.join(posix.dirname(file), path), /!\[[^\]]*$/.test(before));
      return `](${address}${anchor === undefined ? '' : `#${anchor}`})`;
    });
  });
  return lines.join('\n');
}

/**
 * Every address of the site's own that leads nowhere, one line each: pages, files and `#anchors` of what pages link to, show
 * and load; and whatever a page would load from another host.
 * @param {string} site folder @returns {{ checked: number, dead: string[] }}
 */
export function deadLinks(site) {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html'))
    .map((name) => name.replaceAll('\\', '/'));
  /** @type {Map<string, Set<string>>} */
  const anchors = new Map();
  const texts = new Map(pages.map((page) => [page, readFileSync(join(site, page), 'utf8')]));
  for (const [page, html] of texts)
    anchors.set(page, new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => unescaped(id))));
  let checked = 0;
  const dead = [];
  for (const [page, html] of texts)
    for (const [, tag, attribute, value = ''] of html.matchAll(ADDRESS)) {
      const address = unescaped(value);
      const loads = tag !== 'a';
      if (/^[a-z][a-z+.-]*:|^\/\//i.test(address)) {
        if (loads && !address.startsWith('data:'))
          dead.push(`${page}: ${attribute} ${address} is on another host`);
        continue;
      }
      checked++;
      const [path = '', anchor = ''] = address.split('#');
      const file = path === '' ? page : fileOf(path, page);
      if (!texts.has(file) && !(path !== '' && existsSync(join(site, file))))
        dead.push(`${page}: ${address}`);
      else if (anchor !== '' && texts.has(file) && !anchors.get(file)?.has(decodeURIComponent(anchor)))
        dead.push(`${page}: ${address} (${file} has no such heading)`);
    }
  return { checked, dead: [...new Set(dead)] };
}

/** `href` and `src` of tags, but not of text that shows them. */
const ADDRESS = /<(a|link|script|img|source|video|iframe)\b[^>]*?\s(href|src)="([^"]*)"/g;

/** @param {string} path of an address @param {string} page that has it */
function fileOf(path, page) {
  const file = posix.normalize(path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path));
  const plain = decodeURIComponent(file.replace(/\?.*$/, ''));
  return plain === '' || plain === '.' || plain.endsWith('/') ? posix.join(plain, 'index.html') : plain;
}

/** @param {string} text */
const unescaped = (text) =>
  text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<');

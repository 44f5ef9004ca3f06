// Builds the documentation site into .cache/docs/site, which any web server can serve and which asks no other host for anything.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../packages/torch/install/index.mjs';
import { globSync } from '../glob.mjs';
import { writeApi } from './api.mjs';
import { deadLinks } from './links.mjs';
import { stage } from './stage.mjs';

/**
 * @param {string} root of the repository
 * @returns {Promise<{ site: string, pages: number, links: number }>} its folder, and how many pages and links it has
 * @throws {Error} that lists the dead links
 */
export async function buildDocs(root) {
  const work = join(root, '.cache', 'docs');
  const [source, site] = [join(work, 'source'), join(work, 'site')];
  mkdirSync(work, { recursive: true });
  await stage(root, source, join(work, 'api'), await apiReference(root, work));
  rmSync(site, { recursive: true, force: true });
  const vitepress = join(root, 'node_modules', '.bin', 'vitepress');
  const env = { ...process.env, NODE_ENV: 'production' };
  const { code, stdout, stderr } = await run(vitepress, ['build', source], { cwd: root, env });
  if (code !== 0)
    throw new Error(`the documentation cannot be built (exit status ${code})\n${stdout}${stderr}`);
  const { checked, dead } = deadLinks(site);
  if (dead.length > 0) throw new Error(`${dead.length} dead links:\n${dead.join('\n')}`);
  return { site, pages: globSync(site, '.html').length, links: checked };
}

/**
 * The API reference as it was made before, if no source has changed since.
 * @param {string} root @param {string} work
 * @returns {Promise<import('./api.mjs').Item[]>}
 */
async function apiReference(root, work) {
  const stamp = join(work, 'api.json');
  const state = stateOfSources(root);
  if (existsSync(stamp) && existsSync(join(work, 'api'))) {
    const made = JSON.parse(readFileSync(stamp, 'utf8'));
    if (made.state === state) return made.contents;
  }
  const contents = await writeApi(root, join(work, 'api'));
  writeFileSync(stamp, JSON.stringify({ state, contents }));
  return contents;
}

/** Hash of every source of the packages, and of what makes the reference of them. @param {string} root */
function stateOfSources(root) {
  const hash = createHash('sha256');
  const files = ['clip', 'torch', 'kinora', 'recognizer'].flatMap((name) =>
    globSync(join(root, 'packages', name, 'src'), '.ts').filter((file) => !file.endsWith('.test.ts')),
  );
  const makers = [fileURLToPath(new URL('api.mjs', import.meta.url)), join(root, 'package-lock.json')];
  for (const file of [...files, ...makers]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

// Keeps node_modules in line with package-lock.json. npm writes its own record
// (node_modules/.package-lock.json) last of all, so a record that agrees with the lock file means that the whole
// installation succeeded.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run, SetupError } from '../packages/torch/install/index.mjs';

/**
 * @typedef {{ version?: string, resolved?: string, integrity?: string, optional?: boolean, link?: boolean }}
 * Entry
 * @typedef {{ packages: Record<string, Entry> }} Lock
 */

/** @param {string} root @param {import('../packages/torch/install/say.mjs').Say} say */
export async function ensureDependencies(root, say) {
  linkWorkspaces(root);
  if (areInstalled(root)) return;
  say.line('Installing the npm packages that package-lock.json lists');
  // Its errors are needed even if `npm run --silent` has silenced every npm below it.
  const args = ['ci', '--ignore-scripts', '--loglevel=error'];
  const outcome = await say.task('npm ci', () => run('npm', args, { cwd: root }));
  if (outcome.code === 0) return;
  removeUnfinished(root);
  throw failed(outcome);
}

/**
 * The packages of the repository are links in node_modules. Where npm has run already, a new one needs no other installation.
 * @param {string} root
 */
function linkWorkspaces(root) {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return;
  for (const [path, { link, resolved = '' }] of Object.entries(
    readLock(join(root, 'package-lock.json')).packages,
  )) {
    const place = join(root, path);
    if (link !== true || existsSync(place) || !existsSync(join(root, resolved))) continue;
    rmSync(place, { force: true });
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(relative(dirname(place), join(root, resolved)), place);
  }
}

/** Undoes a failed installation. @param {string} root */
export function removeUnfinished(root) {
  const modules = join(root, 'node_modules');
  if (!existsSync(join(modules, '.package-lock.json'))) rmSync(modules, { recursive: true, force: true });
}

/** @param {string} root */
export function areInstalled(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const { packages: installed } = readLock(record);
  return Object.entries(readLock(join(root, 'package-lock.json')).packages).every(
    ([path, wanted]) => !path.includes('node_modules/') || agrees(installed[path], wanted, join(root, path)),
  );
}

/**
 * Optional packages for other platforms are in the lock file and not in the record.
 * @param {Entry | undefined} found
 * @param {Entry} wanted
 * @param {string} folder
 */
function agrees(found, wanted, folder) {
  if (wanted.link === true) return existsSync(folder);
  if (found === undefined) return wanted.optional === true;
  return found.version === wanted.version && found.integrity === wanted.integrity && existsSync(folder);
}

/** @param {string} file @returns {Lock} */
function readLock(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {import('../packages/torch/install/run.mjs').Outcome} outcome */
function failed({ code, stderr }) {
  const complaints = stderr
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line))
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, ''))
    .filter((line) => line !== '' && !line.startsWith('A complete log'));
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/.test(stderr);
  return new SetupError({
    code: offline ? 'setup/no-network' : 'setup/npm',
    where: 'npm ci',
    expected: offline ? 'a package registry that responds' : 'the npm packages to install',
    received: complaints[0] ?? `exit status ${code}`,
    hint: offline
      ? 'check the network (npm config get registry) and try again; nothing has been installed'
      : `npm's complaint:\n${complaints.slice(0, 10).join('\n')}`,
  });
}

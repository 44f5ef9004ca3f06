/**
 * Keeps packages/torch/build in order: one folder per build, named by its hash, and current.json, which tells
 * the runtime which addon to load. A build is made and tried in a temporary folder and then renamed into place. A
 * prebuilt engine stays where npm installed it; current.json then points there.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileAddon } from './compile.mjs';
import { findCompiler } from './compiler.mjs';
import { SetupError } from './failure.mjs';
import { withLock } from './lock.mjs';
import { obtainLibtorch } from './obtain.mjs';
import { planBuild } from './plan.mjs';
import { onInterrupt, run } from './run.mjs';
import { wouldFindTheSame } from './search.mjs';
import { sourcesDigest } from './sources.mjs';

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the sources are and where builds go. @typedef {{ native: string, build: string }} Layout */
/** @type {Layout} */
export const LAYOUT = { native: join(PACKAGE, 'native'), build: join(PACKAGE, 'build') };

/**
 * @typedef {object} Current the contents of build/current.json
 * @property {string} addon path of kinora_torch.node: relative to the build folder, absolute for a prebuilt engine
 * @property {string} [loader] of a prebuilt engine: absolute path of the file to load before it
 * @property {string} hash
 * @property {import('./libtorch.mjs').Libtorch & { foundBy: import('./search.mjs').FoundBy }} libtorch
 * @property {string} sources digest of native/
 * @property {string | null} cxx the value of CXX
 * @property {import('./search.mjs').Trace} search
 */

/**
 * Builds the addon unless the existing one is up to date.
 * @param {import('./say.mjs').Say} say
 * @param {Layout} [layout]
 * @returns {Promise<Current>}
 * @throws {SetupError}
 */
export async function ensureAddon(say, layout = LAYOUT) {
  const current = readCurrent(layout);
  if (current !== null && isUpToDate(current, layout)) return current;
  const home = dirname(layout.native);
  let found = await obtainLibtorch(say, home);
  if (found.packaged !== null) {
    const { name, loader, addon, hash } = found.packaged;
    const complaint = await complaintOf(loader, addon);
    if (complaint === null) return publishPackaged(layout, found.packaged, found);
    say.line(`${name} does not load on this system (${complaint}): looking for another libtorch`);
    found = await obtainLibtorch(say, null);
    found.trace.packaged = hash; // the next search will find it again, and it will still not load
  }
  const { libtorch, trace } = found;
  const compiler = await findCompiler();
  const plan = planBuild(layout.native, libtorch, compiler);
  await withLock(
    join(layout.build, 'lock'),
    () => buildIfMissing({ layout, libtorch, compiler, plan, say }),
    (holder) => say.line(`Waiting for process ${holder}, which is building the addon`),
  );
  return publish(layout, {
    addon: addonOf(plan.hash),
    hash: plan.hash,
    ...circumstances(layout, libtorch, trace),
  });
}

/**
 * @param {Layout} layout @param {import('./packaged.mjs').Packaged} packaged
 * @param {{ libtorch: Current['libtorch'], trace: Current['search'] }} found
 */
function publishPackaged(layout, { addon, loader, hash }, { libtorch, trace }) {
  mkdirSync(layout.build, { recursive: true });
  return publish(layout, { addon, loader, hash, ...circumstances(layout, libtorch, trace) });
}

/** @param {Layout} layout @param {Current['libtorch']} libtorch @param {Current['search']} search */
function circumstances(layout, libtorch, search) {
  return { libtorch, sources: sourcesDigest(layout.native), cxx: process.env.CXX ?? null, search };
}

/** @param {Layout} [layout] @returns {Current | null} null if there is none or it cannot be read */
export function readCurrent(layout = LAYOUT) {
  try {
    return JSON.parse(readFileSync(join(layout.build, 'current.json'), 'utf8'));
  } catch {
    return null;
  }
}

/** @param {Current} current @param {Layout} [layout] */
export function isUpToDate(current, layout = LAYOUT) {
  return (
    existsSync(resolve(layout.build, current.addon)) &&
    current.cxx === (process.env.CXX ?? null) &&
    current.sources === sourcesDigest(layout.native) &&
    wouldFindTheSame(current.search, process.env, dirname(layout.native))
  );
}

/**
 * @param {{
 *   layout: Layout, libtorch: Current['libtorch'], compiler: import('./compiler.mjs').Compiler,
 *   plan: import('./plan.mjs').Plan, say: import('./say.mjs').Say
 * }} job
 */
async function buildIfMissing({ layout, libtorch, compiler, plan, say }) {
  const target = join(layout.build, plan.hash);
  if (existsSync(target)) return;
  const temporary = mkdtempSync(join(layout.build, 'tmp-'));
  const clear = () => rmSync(temporary, { recursive: true, force: true });
  const forget = onInterrupt(clear);
  try {
    const objects = process.env.KINORA_OBJECTS ?? join(layout.build, 'objects');
    const addon = await compileAddon(
      { native: layout.native, objects, temporary, libtorch, compiler },
      plan,
      say,
    );
    await tryOut(addon);
    mkdirSync(join(temporary, plan.hash));
    renameSync(addon, join(temporary, addonOf(plan.hash)));
    renameSync(join(temporary, plan.hash), target);
    keepNewest(objects, 4 * plan.objects.length);
  } finally {
    forget();
    clear();
  }
}

/** @param {string} addon */
async function tryOut(addon) {
  const complaint = await complaintOf(addon);
  if (complaint === null) return;
  throw new SetupError({
    code: 'setup/addon-does-not-load',
    where: addon,
    expected: 'an addon that Node can load',
    received: complaint,
    hint: 'libtorch and its headers may be of different versions; nothing has been installed',
  });
}

/**
 * Loads addons one after the other in a separate process, which detects missing symbols and libraries now, not at the first use.
 * @param {string[]} files @returns {Promise<string | null>} why they do not load
 */
async function complaintOf(...files) {
  const { code, stderr } = await run(process.execPath, [
    '-e',
    'process.argv.slice(1).forEach((file) => require(file))',
    ...files,
  ]);
  return code === 0 ? null : (stderr.match(/Error: (.*)/)?.[1] ?? `exit status ${code}`);
}

/** @param {Layout} layout @param {Current} current */
function publish(layout, current) {
  const file = join(layout.build, 'current.json');
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(current, null, 2)}\n`);
  renameSync(beside, file);
  // The previous build is kept: a running process may still start a worker thread that loads it.
  const isBuild = (/** @type {string} */ name) => /^[0-9a-f]{16}$/.test(name) && name !== current.hash;
  keepNewest(layout.build, 1, isBuild);
  return current;
}

/** @param {string} folder @param {number} count @param {(name: string) => boolean} [belongs] */
function keepNewest(folder, count, belongs = () => true) {
  const entries = readdirSync(folder)
    .filter(belongs)
    .map((name) => join(folder, name));
  const newestFirst = entries.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of newestFirst.slice(count)) rmSync(old, { recursive: true, force: true });
}

/** @param {string} hash */
function addonOf(hash) {
  return join(hash, 'kinora_torch.node');
}

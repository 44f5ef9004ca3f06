/**
 * Looks for libtorch in the documented order: LIBTORCH, the torch of the python3 on the PATH (then of Debian's python3), the
 * package for this platform, the system's folders. If LIBTORCH names an unusable libtorch, that is an error. Elsewhere an unusable
 * libtorch is skipped, and so is Python's if it would need a missing compiler and the package needs none. The reasons are kept
 * for `kinora doctor`, and for the message if nothing else is found.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILERS, findCompiler } from './compiler.mjs';
import { SetupError } from './failure.mjs';
import { describeLibtorch, holdsLibtorch } from './libtorch.mjs';
import { findPackaged } from './packaged.mjs';
import { run } from './run.mjs';

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
const SYSTEM_FOLDERS = ['/usr', '/usr/local', '/usr/local/libtorch', '/opt/libtorch', '/opt/homebrew'];

/**
 * @typedef {import('./libtorch.mjs').Libtorch} Libtorch
 * @typedef {import('./packaged.mjs').Packaged} Packaged
 * @typedef {'LIBTORCH' | 'python3' | 'package' | 'system'} FoundBy
 *
 * @typedef {object} Search
 * @property {(Libtorch & { foundBy: FoundBy }) | null} libtorch
 * @property {Packaged | null} packaged the prebuilt engine, if that was found
 * @property {{ path: string, reason: string }[]} passedOver unusable ones, in search order
 * @property {Trace} trace what the search depended on
 *
 * @typedef {object} Trace
 * @property {string | null} named the value of LIBTORCH
 * @property {string[]} interpreters the python3 programs that were run
 * @property {Watch[]} watch folders whose changes call for a new search
 * @property {string | null} packaged hash of the prebuilt engine that is installed
 * @property {boolean} compilerMissing whether Python's torch was skipped because there is no compiler
 *
 * @typedef {{ path: string, modified: number | null }} Watch
 */

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @param {readonly string[]} [systemFolders]
 * @param {string | null} [home] folder of the @kinora/torch whose platform package counts; null for none
 * @returns {Promise<Search>}
 * @throws {SetupError} if LIBTORCH names a libtorch that cannot be used
 */
export async function findLibtorch(env = process.env, systemFolders = SYSTEM_FOLDERS, home = PACKAGE) {
  if (env.LIBTORCH) {
    const libtorch = { ...describeNamed(env.LIBTORCH), foundBy: /** @type {const} */ ('LIBTORCH') };
    const trace = {
      named: env.LIBTORCH,
      interpreters: [],
      watch: [],
      packaged: null,
      compilerMissing: false,
    };
    return { libtorch, packaged: null, passedOver: [], trace };
  }
  const asked = interpreters(env);
  const python = await pythonCandidates(asked, env);
  const platform = attemptPackaged(home);
  const trace = {
    named: null,
    interpreters: asked,
    watch: [...python.sites, ...systemFolders.map((path) => join(path, 'include'))].map(watched),
    packaged: platform.packaged?.hash ?? null,
    compilerMissing: false,
  };
  const first = firstSound(python.folders, 'python3');
  const passedOver = [...first.passedOver];
  if (first.libtorch !== null) {
    trace.compilerMissing = platform.packaged !== null && !(await hasCompiler(env));
    if (!trace.compilerMissing) return { libtorch: first.libtorch, packaged: null, passedOver, trace };
    passedOver.push({ path: first.libtorch.path, reason: withoutCompiler(first.libtorch) });
  }
  passedOver.push(...platform.passedOver);
  if (platform.packaged !== null) {
    const { packaged } = platform;
    return { libtorch: { ...packaged.libtorch, foundBy: 'package' }, packaged, passedOver, trace };
  }
  const last = firstSound(systemFolders, 'system');
  return { libtorch: last.libtorch, packaged: null, passedOver: [...passedOver, ...last.passedOver], trace };
}

/**
 * Whether a new search would have the same result as the recorded one. Takes a few file look-ups, whereas a search
 * starts Python.
 * @param {Trace} trace @param {NodeJS.ProcessEnv} [env] @param {string} [home]
 */
export function wouldFindTheSame(
  { named, interpreters: asked, watch, packaged, compilerMissing },
  env = process.env,
  home = PACKAGE,
) {
  if (env.LIBTORCH || named !== null) return (env.LIBTORCH ?? null) === named;
  if (compilerMissing && seesCompiler(env)) return false;
  if (packaged !== (attemptPackaged(home).packaged?.hash ?? null)) return false;
  const now = interpreters(env);
  const samePythons = now.length === asked.length && now.every((python, index) => python === asked[index]);
  return samePythons && watch.every(({ path, modified }) => watched(path).modified === modified);
}

/** @param {string} path @returns {Watch} */
function watched(path) {
  return { path, modified: existsSync(path) ? Math.floor(statSync(path).mtimeMs) : null };
}

/**
 * @param {readonly string[]} folders @param {FoundBy} foundBy
 * @returns {Pick<Search, 'libtorch' | 'passedOver'>}
 */
function firstSound(folders, foundBy) {
  const passedOver = [];
  for (const path of folders.filter((folder) => holdsLibtorch(folder))) {
    try {
      return { libtorch: { ...describeLibtorch(path), foundBy }, passedOver };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      passedOver.push({ path, reason: error.message });
    }
  }
  return { libtorch: null, passedOver };
}

/** @param {string | null} home @returns {Pick<Search, 'packaged' | 'passedOver'>} */
function attemptPackaged(home) {
  if (home === null) return { packaged: null, passedOver: [] };
  try {
    return { packaged: findPackaged(home), passedOver: [] };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { packaged: null, passedOver: [{ path: error.parts.where ?? home, reason: error.message }] };
  }
}

/** @param {NodeJS.ProcessEnv} env */
async function hasCompiler(env) {
  return findCompiler(env).then(
    () => true,
    () => false,
  );
}

/** Whether there may now be a compiler, without running it. @param {NodeJS.ProcessEnv} env */
function seesCompiler(env) {
  const programs = env.CXX ? env.CXX.split(/\s+/).slice(0, 1) : COMPILERS;
  const folders = (env.PATH ?? '').split(delimiter);
  return programs.some((program) => folders.some((folder) => existsSync(resolve(folder, program))));
}

/** @param {Libtorch} libtorch */
function withoutCompiler({ path, version, cuda }) {
  const what = cuda ? 'CUDA' : 'CPU only';
  return `${path}: expected a C++ compiler to build the engine for this libtorch ${version} (${what}), received none`;
}

/** @param {string} path */
function describeNamed(path) {
  try {
    return describeLibtorch(path);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const { parts } = error;
    const hint = [parts.hint, 'this path stands in the environment variable LIBTORCH']
      .filter(Boolean)
      .join('; ');
    throw new SetupError({ ...parts, hint });
  }
}

/** Runs in / because Python would import a folder named torch in the working directory. */
const PROBE = `
import importlib.util, json, site, sys
spec = importlib.util.find_spec('torch')
torch = list(spec.submodule_search_locations) if spec is not None and spec.origin else []
sites = [path for path in sys.path if path.endswith('packages')] + [site.getusersitepackages()]
print(json.dumps({'folders': torch, 'sites': sorted(set(sites))}))
`;

/**
 * The folders of the torch packages that the interpreters would import, without importing them, which would
 * take seconds.
 * @param {readonly string[]} pythons @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ folders: string[], sites: string[] }>}
 */
async function pythonCandidates(pythons, env) {
  const found = await Promise.all(pythons.map((python) => probe(python, env)));
  return { folders: found.flatMap(({ folders }) => folders), sites: found.flatMap(({ sites }) => sites) };
}

/** @param {NodeJS.ProcessEnv} env */
function interpreters(env) {
  const onPath = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'python3'));
  const first = onPath.find((file) => existsSync(file));
  const candidates = [first, '/usr/bin/python3'].filter((file) => file !== undefined && existsSync(file));
  return [...new Map(candidates.map((file) => [realpathSync(String(file)), String(file)])).values()];
}

/**
 * @param {string} python
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ folders: string[], sites: string[] }>}
 */
async function probe(python, env) {
  const { code, stdout } = await run(python, ['-c', PROBE], { cwd: '/', env });
  if (code !== 0) return { folders: [], sites: [] }; // a broken interpreter counts as none
  return JSON.parse(stdout);
}

/**
 * Looks for libtorch in the order the documentation promises: LIBTORCH, the torch of the python3 on the PATH
 * (then of Debian's own), the system's folders. Only LIBTORCH is an order: a defect there is an error.
 * Elsewhere a defective libtorch is passed over, and the reason kept for the message should nothing better
 * turn up.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './failure.mjs';
import { describeLibtorch, holdsLibtorch } from './libtorch.mjs';
import { run } from './run.mjs';

const SYSTEM_FOLDERS = ['/usr', '/usr/local', '/usr/local/libtorch', '/opt/libtorch', '/opt/homebrew'];

/**
 * @typedef {import('./libtorch.mjs').Libtorch} Libtorch
 * @typedef {'LIBTORCH' | 'python3' | 'system'} FoundBy
 *
 * @typedef {object} Search
 * @property {(Libtorch & { foundBy: FoundBy }) | null} libtorch
 * @property {{ path: string, reason: string }[]} passedOver defective ones, in search order
 * @property {Trace} trace what the search depended on
 *
 * @typedef {object} Trace
 * @property {string | null} named the value of LIBTORCH
 * @property {string[]} interpreters the python3 programs that were asked
 * @property {Watch[]} watch folders whose change would make another search worth its while
 *
 * @typedef {{ path: string, modified: number | null }} Watch
 */

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @param {readonly string[]} [systemFolders]
 * @returns {Promise<Search>}
 * @throws {SetupError} when LIBTORCH is set and what it names cannot be used
 */
export async function findLibtorch(env = process.env, systemFolders = SYSTEM_FOLDERS) {
  if (env.LIBTORCH) {
    const libtorch = { ...describeNamed(env.LIBTORCH), foundBy: /** @type {const} */ ('LIBTORCH') };
    return { libtorch, passedOver: [], trace: { named: env.LIBTORCH, interpreters: [], watch: [] } };
  }
  const asked = interpreters(env);
  const python = await pythonCandidates(asked, env);
  const candidates = [
    ...python.folders.map((path) => ({ path, foundBy: /** @type {const} */ ('python3') })),
    ...systemFolders.map((path) => ({ path, foundBy: /** @type {const} */ ('system') })),
  ];
  const watch = [...python.sites, ...systemFolders.map((path) => join(path, 'include'))].map(watched);
  return { ...firstSound(candidates), trace: { named: null, interpreters: asked, watch } };
}

/**
 * Whether a search now would see what the recorded one saw. Costs a few file look-ups, where a search starts
 * Python.
 * @param {Trace} trace @param {NodeJS.ProcessEnv} [env]
 */
export function wouldFindTheSame({ named, interpreters: asked, watch }, env = process.env) {
  if (env.LIBTORCH || named !== null) return (env.LIBTORCH ?? null) === named;
  const now = interpreters(env);
  const samePythons = now.length === asked.length && now.every((python, index) => python === asked[index]);
  return samePythons && watch.every(({ path, modified }) => watched(path).modified === modified);
}

/** @param {string} path @returns {Watch} */
function watched(path) {
  return { path, modified: existsSync(path) ? Math.floor(statSync(path).mtimeMs) : null };
}

/** @param {readonly { path: string, foundBy: FoundBy }[]} candidates @returns {Omit<Search, 'trace'>} */
function firstSound(candidates) {
  const passedOver = [];
  for (const { path, foundBy } of candidates.filter((candidate) => holdsLibtorch(candidate.path))) {
    try {
      return { libtorch: { ...describeLibtorch(path), foundBy }, passedOver };
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      passedOver.push({ path, reason: error.message });
    }
  }
  return { libtorch: null, passedOver };
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

/** Runs in / because Python would take a folder named torch in the working directory for the package. */
const PROBE = `
import importlib.util, json, site, sys
spec = importlib.util.find_spec('torch')
torch = list(spec.submodule_search_locations) if spec is not None and spec.origin else []
sites = [path for path in sys.path if path.endswith('packages')] + [site.getusersitepackages()]
print(json.dumps({'folders': torch, 'sites': sorted(set(sites))}))
`;

/**
 * The folders of the torch packages that the interpreters would import, without importing them (that takes
 * seconds).
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
  if (code !== 0) return { folders: [], sites: [] }; // no working interpreter is the same as none
  return JSON.parse(stdout);
}

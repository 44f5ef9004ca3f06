/**
 * The prebuilt engine: two optional npm packages for each platform, one with the compiled addon and one with libtorch. Finds
 * them where npm, pnpm or Yarn has installed them, and checks that they belong to this @kinora/torch. The engine itself
 * runs this when it loads, so it imports almost nothing.
 */
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SetupError } from './failure.mjs';
import { sourcesDigest } from './sources.mjs';

/**
 * @typedef {object} Packaged
 * @property {string} name of the package with the addon
 * @property {string} libtorchName of the package with the libraries
 * @property {string} addon path of kinora_torch.node
 * @property {string} loader path of an addon that only loads libtorch into the process, from its folder
 * @property {string} hash SHA-256 of the addon
 * @property {import('./libtorch.mjs').Libtorch} libtorch without headers: nothing is compiled against it
 *
 * @typedef {object} EngineFacts what scripts/engine/main.mjs writes as `kinora` into the package.json of the addon
 * @property {string} addon its file
 * @property {string} sha256 of that file
 * @property {string} sources digest of the native/ it was compiled from
 *
 * @typedef {object} LibtorchFacts the same for the libraries
 * @property {string} loader
 * @property {string} lib folder of the libraries
 * @property {string} library file of libtorch_cpu in it
 * @property {{ version: string, standard: string, cxx11Abi: boolean, c10d: boolean, gloo: boolean }} libtorch
 *
 * @typedef {{ version: string, dependencies?: Record<string, string>, optionalDependencies?: Record<string, string> }} Manifest
 */

/** @param {string} [platform] @param {string} [arch] */
export function packageNames(platform = process.platform, arch = process.arch) {
  return { engine: `@kinora/engine-${platform}-${arch}`, libtorch: `@kinora/libtorch-${platform}-${arch}` };
}

/**
 * @param {string} home folder of this @kinora/torch
 * @returns {Packaged | null} null if no package for this platform is installed
 * @throws {SetupError} setup/engine-version, setup/engine-sources, setup/engine-without-libtorch, setup/libtorch-version: one that
 * does not fit
 */
export function findPackaged(home) {
  const names = packageNames();
  const found = resolvePackage(names.engine, home);
  if (found === null) return null;
  /** @type {{ file: string, manifest: Manifest & { kinora: EngineFacts } }} */
  const { file, manifest } = found;
  checkEngine(names.engine, file, manifest, home);
  const libtorch = findLibraries(names, file, manifest);
  return {
    name: names.engine,
    libtorchName: names.libtorch,
    addon: join(dirname(file), manifest.kinora.addon),
    hash: manifest.kinora.sha256,
    ...libtorch,
  };
}

/**
 * How to install the package that this @kinora/torch lists and npm has left out; undefined if it lists none for this platform.
 * @param {string} home folder of @kinora/torch
 */
export function wayToThePackage(home) {
  const { engine } = packageNames();
  const wanted = manifestOf(join(home, 'package.json'))?.optionalDependencies?.[engine];
  return wanted === undefined ? undefined : `npm install --include=optional (installs ${engine} ${wanted})`;
}

/** @param {string} name @param {string} file @param {Manifest & { kinora: EngineFacts }} manifest @param {string} home */
function checkEngine(name, file, manifest, home) {
  const own = manifestOf(join(home, 'package.json'))?.version;
  if (manifest.version !== own) {
    throw new SetupError({
      code: 'setup/engine-version',
      where: file,
      expected: `${name} ${own}, the version of @kinora/torch`,
      received: manifest.version,
      hint: `npm install @kinora/torch@${own} ${name}@${own}, or compile the engine: npx kinora-torch setup`,
    });
  }
  const sources = sourcesDigest(join(home, 'native'));
  if (manifest.kinora.sources === sources) return;
  throw new SetupError({
    code: 'setup/engine-sources',
    where: file,
    expected: `an addon compiled from the C++ sources of ${home} (${sources})`,
    received: `one of other sources (${manifest.kinora.sources})`,
    hint: 'compile the engine from these: npx kinora-torch setup (in a clone of the project: npm run setup)',
  });
}

/**
 * @param {{ engine: string, libtorch: string }} names @param {string} file package.json of the engine @param {Manifest} manifest
 * @returns {Pick<Packaged, 'loader' | 'libtorch'>}
 */
function findLibraries(names, file, manifest) {
  const wanted = manifest.dependencies?.[names.libtorch];
  const hint = `npm install ${names.libtorch}@${wanted}, or compile the engine for another libtorch: npx kinora-torch setup`;
  const found = resolvePackage(names.libtorch, dirname(file));
  if (found === null) {
    throw new SetupError({
      code: 'setup/engine-without-libtorch',
      where: file,
      expected: `${names.libtorch} ${wanted} to be installed with it`,
      received: 'no such package',
      hint,
    });
  }
  /** @type {Manifest & { kinora: LibtorchFacts }} */
  const libraries = found.manifest;
  if (libraries.version !== wanted) {
    throw new SetupError({
      code: 'setup/libtorch-version',
      where: found.file,
      expected: `${names.libtorch} ${wanted}, which the addon is compiled for`,
      received: libraries.version,
      hint,
    });
  }
  const path = dirname(found.file);
  const { loader, lib, library, libtorch } = libraries.kinora;
  const folder = join(path, lib);
  return {
    loader: join(path, loader),
    libtorch: {
      path,
      lib: folder,
      include: '',
      ...libtorch,
      ...{ cuda: false, cudaVersion: null, cudaInclude: null, ncclIncludes: null },
      modified: Math.floor(statSync(join(folder, library)).mtimeMs),
    },
  };
}

/**
 * As Node resolves it from a folder: hoisted, nested, linked or unplugged.
 * @param {string} name @param {string} from
 * @returns {{ file: string, manifest: any } | null}
 */
function resolvePackage(name, from) {
  try {
    const file = createRequire(join(from, 'package.json')).resolve(`${name}/package.json`);
    const manifest = manifestOf(file); // Node caches paths of files that no longer exist
    return manifest === undefined ? null : { file, manifest };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** @param {string} file @returns {any} undefined if there is none */
function manifestOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

// The package.json of the platform packages, and what publishing adds to those of the workspaces.
import { packageNames } from '../../packages/torch/install/packaged.mjs';

/** The libtorch that is packaged. docs/decisions/0160 says why this one. */
export const LIBTORCH_VERSION = '2.13.0';

/** Where prebuilt engines exist, in npm's words: `platform-arch`. */
export const PLATFORMS = /** @type {const} */ (['linux-x64', 'linux-arm64', 'darwin-arm64']);

/**
 * @typedef {{ platform: string, arch: string }} Target
 * @typedef {import('../../packages/torch/install/packaged.mjs').EngineFacts} EngineFacts
 * @typedef {import('../../packages/torch/install/packaged.mjs').LibtorchFacts} LibtorchFacts
 * @typedef {{ version: string, engines: Record<string, string>, license: string } & Record<string, unknown>} TorchManifest
 */

/**
 * The package with the addon: small, and a new one with each version of @kinora/torch.
 * @param {Target} target @param {TorchManifest} torch package.json of @kinora/torch @param {EngineFacts & { glibc?: string }} kinora
 */
export function engineManifest(target, torch, kinora) {
  const names = packageNames(target.platform, target.arch);
  return {
    name: names.engine,
    version: torch.version,
    description: `The compiled engine of @kinora/torch for ${target.platform}-${target.arch}`,
    license: torch.license,
    ...constraints(target, torch),
    dependencies: { [names.libtorch]: LIBTORCH_VERSION },
    kinora,
  };
}

/**
 * The package with the libraries: large, and a new one only with another libtorch.
 * @param {Target} target @param {TorchManifest} torch package.json of @kinora/torch @param {LibtorchFacts & { glibc?: string }} kinora
 */
export function libtorchManifest(target, torch, kinora) {
  return {
    name: packageNames(target.platform, target.arch).libtorch,
    version: LIBTORCH_VERSION,
    description: `libtorch ${LIBTORCH_VERSION} (CPU) for @kinora/torch on ${target.platform}-${target.arch}`,
    license: 'SEE LICENSE IN THIRD_PARTY.md',
    ...constraints(target, torch),
    kinora,
  };
}

/** npm installs an optional dependency only where these hold. @param {Target} target @param {TorchManifest} torch */
function constraints({ platform, arch }, torch) {
  return {
    engines: torch.engines,
    os: [platform],
    cpu: [arch],
    ...(platform === 'linux' ? { libc: ['glibc'] } : {}),
    preferUnplugged: true,
    ...repository(),
  };
}

/**
 * What a workspace is published with: @kinora/torch asks for the platform packages. Its package.json in the repository does not:
 * as long as they are not published, package-lock.json cannot pin them, and whoever took the names could run code in each clone.
 * @param {{ name: string, version: string } & Record<string, unknown>} manifest
 * @param {readonly string[]} platforms `linux-x64`, ...
 */
export function publishedManifest(manifest, platforms) {
  const published = { ...manifest, ...repository() };
  if (manifest.name !== '@kinora/torch' || platforms.length === 0) return published;
  const engines = platforms.map((target) => {
    const [platform = '', arch = ''] = target.split('-');
    return [packageNames(platform, arch).engine, manifest.version];
  });
  return { ...published, optionalDependencies: Object.fromEntries(engines) };
}

/** npm compares it with the repository whose workflow publishes with provenance. */
function repository() {
  const { GITHUB_REPOSITORY, GITHUB_SERVER_URL = 'https://github.com' } = process.env;
  return GITHUB_REPOSITORY === undefined
    ? {}
    : { repository: { type: 'git', url: `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git` } };
}

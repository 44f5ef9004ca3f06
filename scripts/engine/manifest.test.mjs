import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { engineManifest, LIBTORCH_VERSION, libtorchManifest, publishedManifest } from './manifest.mjs';

const torch = { name: '@kinora/torch', version: '1.2.3', license: 'Apache-2.0', engines: { node: '>=22' } };
const facts = { addon: 'kinora_torch.node', sha256: 'a', sources: 'b' };
const libtorch = { version: '2.13.0', standard: 'c++17', cxx11Abi: true, c10d: true, gloo: true };
const libraries = { loader: 'load.node', lib: 'lib', library: 'libtorch_cpu.so', libtorch };
const linux = { platform: 'linux', arch: 'x64' };

beforeEach(() => vi.stubEnv('GITHUB_REPOSITORY', undefined));
afterEach(() => vi.unstubAllEnvs());

test('the addon fits one platform and one @kinora/torch, and brings its libtorch', () => {
  expect(engineManifest(linux, torch, facts)).toMatchObject({
    name: '@kinora/engine-linux-x64',
    version: '1.2.3',
    ...{ os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    dependencies: { '@kinora/libtorch-linux-x64': LIBTORCH_VERSION },
    kinora: facts,
  });
});

test('libtorch has the version of libtorch, and macOS no libc', () => {
  const manifest = libtorchManifest({ platform: 'darwin', arch: 'arm64' }, torch, libraries);
  expect(manifest).toMatchObject({
    name: '@kinora/libtorch-darwin-arm64',
    version: LIBTORCH_VERSION,
    os: ['darwin'],
  });
  expect(manifest).not.toHaveProperty('libc');
});

test('only the published @kinora/torch asks for engines, in exactly its version', () => {
  expect(publishedManifest(torch, ['linux-x64', 'darwin-arm64'])).toEqual({
    ...torch,
    optionalDependencies: { '@kinora/engine-linux-x64': '1.2.3', '@kinora/engine-darwin-arm64': '1.2.3' },
  });
  expect(publishedManifest(torch, [])).toEqual(torch);
  expect(publishedManifest({ ...torch, name: 'kinora' }, ['linux-x64'])).not.toHaveProperty(
    'optionalDependencies',
  );
});

test('names the repository whose workflow publishes', () => {
  vi.stubEnv('GITHUB_REPOSITORY', 'someone/kinora');
  vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com');
  expect(publishedManifest(torch, [])).toMatchObject({
    repository: { type: 'git', url: 'git+https://github.com/someone/kinora.git' },
  });
});

/**
 * Folders that look like a libtorch as far as the install code reads one: headers' version lines,
 * libraries' first bytes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { libraryName } from './libtorch.mjs';
import { packageNames } from './packaged.mjs';
import { sourcesDigest } from './sources.mjs';

/** @type {string[]} */
const made = [];
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the tests of the file. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-install-'));
  made.push(folder);
  return folder;
}

/**
 * @typedef {object} Wishes
 * @property {string} [version] "2.4.1"
 * @property {string} [arch] in Node's terms
 * @property {boolean} [headers]
 * @property {boolean} [cxx11Abi]
 * @property {string} [standard] the __cplusplus that its ATen.h requires
 * @property {string} [cudart] "libcudart.so.12": makes it a CUDA build
 */

/** @param {string} folder @param {Wishes} [wishes] @returns {string} the folder */
export function fabricateLibtorch(folder, wishes = {}) {
  const {
    version = '2.4.1',
    arch = process.arch,
    headers = true,
    cxx11Abi = true,
    standard = '201703L',
    cudart,
  } = wishes;
  const lib = join(folder, 'lib');
  write(join(lib, libraryName('torch_cpu')), elf(arch));
  const text = cxx11Abi ? 'NSt7__cxx1112basic_stringIcE' : 'Ss';
  write(
    join(lib, libraryName('c10')),
    Buffer.concat([elf(arch), Buffer.from(`torchCheckFailEPKcS2_jRK${text}`)]),
  );
  if (cudart !== undefined) {
    write(join(lib, libraryName('torch_cuda')), elf(arch));
    write(join(lib, libraryName('c10_cuda')), Buffer.concat([elf(arch), Buffer.from(`\0${cudart}\0`)]));
  }
  if (headers) writeHeaders(join(folder, 'include'), version, standard);
  return folder;
}

/** The folder of a @kinora/torch 1.2.3 with one source. @param {Record<string, unknown>} [more] of its package.json */
export function fabricateHome(more = {}) {
  const home = join(temporaryFolder(), 'node_modules', '@kinora', 'torch');
  write(join(home, 'package.json'), JSON.stringify({ name: '@kinora/torch', version: '1.2.3', ...more }));
  write(join(home, 'native', 'module.cc'), 'int answer();\n');
  return home;
}

/**
 * Installs the two packages of a prebuilt engine where npm would install them for a @kinora/torch.
 * @param {string} home @param {{ version?: string, libtorchVersion?: string | null, sources?: string, sha256?: string }} [wishes]
 * @returns {string} home
 */
export function fabricatePackages(home, wishes = {}) {
  const { version = '1.2.3', libtorchVersion = '2.13.0', sha256 = 'a' } = wishes;
  const names = packageNames();
  const folderOf = (/** @type {string} */ name) => join(home, '..', '..', name);
  const manifest = {
    version,
    dependencies: { [names.libtorch]: '2.13.0' },
    kinora: {
      addon: 'kinora_torch.node',
      sha256,
      sources: wishes.sources ?? sourcesDigest(join(home, 'native')),
    },
  };
  write(join(folderOf(names.engine), 'package.json'), JSON.stringify(manifest));
  if (libtorchVersion === null) return home;
  const library = libraryName('torch_cpu');
  const libtorch = { version: '2.13.0', standard: 'c++17', cxx11Abi: true, c10d: true, gloo: true };
  const libraries = {
    version: libtorchVersion,
    kinora: { loader: 'load.node', lib: 'lib', library, libtorch },
  };
  write(join(folderOf(names.libtorch), 'package.json'), JSON.stringify(libraries));
  write(join(folderOf(names.libtorch), 'lib', library), elf(process.arch));
  return home;
}

/** @param {string} include @param {string} version @param {string} standard */
function writeHeaders(include, version, standard) {
  const [major, minor, patch] = version.split('.');
  write(
    join(include, 'ATen/ATen.h'),
    `#if !defined(_MSC_VER) && __cplusplus < ${standard}\n#error\n#endif\n`,
  );
  write(
    join(include, 'torch/csrc/api/include/torch/version.h'),
    `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define TORCH_VERSION_PATCH ${patch}\n`,
  );
}

/** The first 64 bytes of a shared library for a processor. @param {string} arch */
export function elf(arch) {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(3, 16); // ET_DYN
  header.writeUInt16LE({ x64: 62, arm64: 183 }[arch] ?? 0, 18);
  return header;
}

/** @param {string} file @param {string | Buffer} content */
export function write(file, content) {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}

/** The error a promise or a function ends with. @param {() => unknown} work @returns {Promise<any>} */
export async function failureOf(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure, received none');
}

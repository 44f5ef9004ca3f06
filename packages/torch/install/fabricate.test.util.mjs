/**
 * Folders that look like a libtorch as far as the install code reads one: headers' version lines,
 * libraries' first bytes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { libraryName } from './libtorch.mjs';

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
 * @property {string} [arch] in Node's names
 * @property {boolean} [headers]
 * @property {boolean} [cxx11Abi]
 * @property {string} [standard] the __cplusplus its ATen.h asks for
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

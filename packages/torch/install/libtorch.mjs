/**
 * Describes the libtorch in one folder: version, C++ ABI, processor, CUDA. Reads headers and libraries only;
 * it neither runs Python nor loads anything. search.mjs decides where to look.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { architecturesOf, holds } from './binary.mjs';
import { SetupError } from './failure.mjs';

/** The oldest libtorch whose headers the addon's sources compile against. */
export const OLDEST = /** @type {const} */ ([1, 13]);

/**
 * @typedef {object} Libtorch
 * @property {string} path the folder it was found in
 * @property {string} include folder of ATen/, c10/ and torch/
 * @property {string} lib folder of the libraries
 * @property {string} version according to its headers, "2.4.1"
 * @property {string} standard the C++ standard that its headers require, "c++17"
 * @property {boolean} cxx11Abi std::string as of GCC 5; false for older pip wheels (_GLIBCXX_USE_CXX11_ABI)
 * @property {boolean} cuda
 * @property {string | null} cudaVersion of the CUDA runtime it links, "12" or "12.4"
 * @property {string | null} cudaInclude folder of cuda_runtime_api.h, if there is one
 * @property {boolean} c10d whether it supports several processes (USE_DISTRIBUTED)
 * @property {boolean} gloo whether c10d has Gloo, for CPUs
 * @property {readonly string[] | null} ncclIncludes if c10d has NCCL, for GPUs: folders of nccl.h and of the headers that it
 * includes; null if one of them is missing
 * @property {number} modified time of libtorch_cpu, in ms since 1970: a reinstalled libtorch counts as another
 * one
 */

/**
 * Whether a folder holds a libtorch at all, complete or not.
 * @param {string} path
 */
export function holdsLibtorch(path) {
  return libraryIn(path) !== undefined;
}

/**
 * @param {string} path a folder with include/ and lib/: an unpacked libtorch, Python's torch package, /usr
 * @param {string} [architecture]
 * @returns {Libtorch}
 * @throws {SetupError} setup/no-libtorch, setup/wrong-architecture, setup/no-headers, setup/libtorch-too-old
 */
export function describeLibtorch(path, architecture = process.arch) {
  const library = libraryIn(path);
  if (library === undefined) {
    throw new SetupError({
      code: 'setup/no-libtorch',
      where: path,
      expected: `a libtorch folder with ${libraryName('torch_cpu')} in its lib folder`,
      received: existsSync(path) ? 'a folder without it' : 'no such folder',
    });
  }
  checkArchitecture(library, architecture);
  const include = includeFolder(path);
  const version = versionIn(include);
  checkVersion(path, version);
  const lib = dirname(library);
  return {
    path,
    include,
    lib,
    version,
    standard: standardIn(include),
    cxx11Abi: usesCxx11Abi(lib),
    ...cudaOf(path, lib),
    ...distributedOf(path, lib),
    modified: Math.floor(statSync(library).mtimeMs),
  };
}

/** @param {string} name */
export function libraryName(name) {
  return process.platform === 'darwin' ? `lib${name}.dylib` : `lib${name}.so`;
}

/**
 * libtorch_cpu with symbolic links resolved: Debian's Python package only links to the system's.
 * @param {string} path
 */
function libraryIn(path) {
  const file = libFolders(path)
    .map((folder) => join(folder, libraryName('torch_cpu')))
    .find((candidate) => existsSync(candidate));
  return file === undefined ? undefined : realpathSync(file);
}

/** lib, lib64 and Debian's lib/<triplet>. @param {string} path */
function libFolders(path) {
  const lib = join(path, 'lib');
  const triplets = existsSync(lib) ? readdirSync(lib).filter((name) => name.includes('-linux-gnu')) : [];
  return [lib, join(path, 'lib64'), ...triplets.map((name) => join(lib, name))];
}

/** @param {string} library @param {string} architecture */
function checkArchitecture(library, architecture) {
  const found = architecturesOf(library);
  if (found.includes(architecture)) return;
  throw new SetupError({
    code: 'setup/wrong-architecture',
    where: library,
    expected: `a library for ${architecture}, the processor of this Node`,
    received: found.length === 0 ? 'a file that is no shared library' : `one for ${found.join(' and ')}`,
    hint: `install libtorch for ${architecture}, or Node for the other processor`,
  });
}

/** @param {string} path */
function includeFolder(path) {
  const header = join(path, 'include', 'ATen', 'ATen.h');
  if (existsSync(header)) return dirname(dirname(realpathSync(header)));
  throw new SetupError({
    code: 'setup/no-headers',
    where: path,
    expected: "libtorch's headers (include/ATen/ATen.h)",
    received: 'libraries only',
    hint: 'install the development files too (on Debian and Ubuntu: libtorch-dev)',
  });
}

/** @param {string} include */
function versionIn(include) {
  const files = ['torch/headeronly/version.h', 'torch/csrc/api/include/torch/version.h'];
  for (const file of files.map((name) => join(include, name)).filter((name) => existsSync(name))) {
    const text = readFileSync(file, 'utf8');
    const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
      (part) => text.match(new RegExp(`TORCH_VERSION_${part}\\s+(\\d+)`))?.[1],
    );
    if (parts.every((part) => part !== undefined)) return parts.join('.');
  }
  throw new SetupError({
    code: 'setup/libtorch-too-old',
    where: include,
    expected: `libtorch ${OLDEST.join('.')} or newer`,
    received: 'headers without torch/version.h, which came with 1.8',
  });
}

/** @param {string} path @param {string} version */
function checkVersion(path, version) {
  if (isNewEnough(version)) return;
  throw new SetupError({
    code: 'setup/libtorch-too-old',
    where: path,
    expected: `libtorch ${OLDEST.join('.')} or newer`,
    received: version,
    hint: 'update it (python3 -m pip install --upgrade torch), or point LIBTORCH at a newer one',
  });
}

/** @param {string} version */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/**
 * ATen.h refuses older standards by a comparison with __cplusplus; C++17 is the least our own sources need.
 * @param {string} include
 */
function standardIn(include) {
  const demanded = readFileSync(join(include, 'ATen', 'ATen.h'), 'utf8').match(
    /__cplusplus < 20(\d\d)\d\dL/,
  )?.[1];
  return `c++${Math.max(17, Number(demanded ?? 17))}`;
}

/** torchCheckFail takes a std::string: its mangled name shows which one. @param {string} lib */
function usesCxx11Abi(lib) {
  const file = join(lib, libraryName('c10'));
  if (process.platform !== 'linux' || !existsSync(file)) return true;
  return readFileSync(file).includes('torchCheckFailEPKcS2_jRKNSt7__cxx1112basic_string');
}

/** @param {string} path @param {string} lib */
function cudaOf(path, lib) {
  const cuda = existsSync(join(lib, libraryName('torch_cuda')));
  if (!cuda) return { cuda, cudaVersion: null, cudaInclude: null };
  return { cuda, cudaVersion: cudaVersionOf(path, lib), cudaInclude: cudaIncludeOf(path) };
}

/** @param {string} path @param {string} lib */
function cudaVersionOf(path, lib) {
  const python = join(path, 'version.py'); // in Python's package
  const exact = existsSync(python) && readFileSync(python, 'utf8').match(/^cuda\b.*=\s*'([\d.]+)'/m)?.[1];
  if (exact) return exact;
  const runtime = join(lib, libraryName('c10_cuda'));
  const needed =
    existsSync(runtime) && readFileSync(runtime, 'latin1').match(/libcudart[-\w]*\.so\.(\d+[\d.]*)/)?.[1];
  return needed || null;
}

/**
 * The classes of c10d in the libraries, found by the names of their type information.
 * @param {string} path @param {string} lib
 */
function distributedOf(path, lib) {
  const [c10d = false, gloo = false] = holds(join(lib, libraryName('torch_cpu')), [
    '_ZTIN4c10d8TCPStoreE',
    '_ZTIN4c10d16ProcessGroupGlooE',
  ]);
  const cuda = join(lib, libraryName('torch_cuda'));
  const nccl = existsSync(cuda) && holds(cuda, ['_ZTIN4c10d16ProcessGroupNCCLE'])[0];
  return { c10d, gloo, ncclIncludes: nccl ? ncclIncludesOf(path) : null };
}

/** What ProcessGroupNCCL.hpp includes from outside libtorch. A toolkit has it in one folder; pip's packages each have their own. */
const NCCL_HEADERS = [
  'nccl.h',
  ...['cuda.h', 'cuda_runtime_api.h', 'crt/host_defines.h'],
  ...['cublas_v2.h', 'cublasLt.h', 'cusolverDn.h', 'cusparse.h'],
];

/** @param {string} path of libtorch */
function ncclIncludesOf(path) {
  const folders = NCCL_HEADERS.map((header) => includeWith(header, path)).filter((folder) => folder !== null);
  return folders.length === NCCL_HEADERS.length ? [...new Set(folders)] : null;
}

/** A CUDA toolkit's headers, or those of pip's nvidia packages beside Python's torch. @param {string} path */
function cudaIncludeOf(path) {
  return includeWith('cuda_runtime_api.h', path);
}

/** @param {string} header @param {string} path of libtorch */
function includeWith(header, path) {
  const nvidia = join(dirname(path), 'nvidia');
  const beside = existsSync(nvidia) ? readdirSync(nvidia).map((name) => join(nvidia, name)) : [];
  const homes = [process.env.CUDA_HOME, process.env.CUDA_PATH, ...beside, '/usr/local/cuda', '/usr'];
  const includes = homes.filter((home) => home !== undefined).map((home) => join(home, 'include'));
  return includes.find((folder) => existsSync(join(folder, header))) ?? null;
}

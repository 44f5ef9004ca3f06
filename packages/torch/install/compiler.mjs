/** Finds the C++ compiler (CXX, g++, c++, clang++) and the flags that a libtorch requires. */
import { createRequire } from 'node:module';
import { waysAsText } from './advice.mjs';
import { SetupError } from './failure.mjs';
import { thisPlatform } from './platform.mjs';
import { run } from './run.mjs';

/**
 * The level of Node-API the addon uses: Node 18.17, 20.0 and everything later have it, so one build serves
 * them all.
 */
export const NODE_API = 8;

/** The programs that are tried if CXX is not set. */
export const COMPILERS = ['g++', 'c++', 'clang++'];

/**
 * @typedef {import('./libtorch.mjs').Libtorch} Libtorch
 * @typedef {object} Compiler
 * @property {string[]} command the program and the arguments in CXX ("ccache g++")
 * @property {string} version the first line that it prints about itself
 */

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Compiler>}
 * @throws {SetupError} setup/no-compiler
 */
export async function findCompiler(env = process.env) {
  const candidates = env.CXX ? [env.CXX] : COMPILERS;
  for (const candidate of candidates) {
    const command = candidate.split(/\s+/).filter(Boolean);
    const [program = candidate, ...args] = command;
    const { code, stdout } = await run(program, [...args, '--version'], { env });
    if (code === 0) return { command, version: stdout.split('\n')[0]?.trim() ?? '' };
  }
  throw new SetupError({
    code: 'setup/no-compiler',
    where: env.CXX ? 'the environment variable CXX' : 'PATH',
    expected: "a C++17 compiler to build the engine's addon",
    received: env.CXX ? `"${env.CXX}", which does not run` : 'neither g++ nor c++ nor clang++',
    hint: waysAsText('compiler', thisPlatform()),
  });
}

/**
 * @param {Libtorch} libtorch
 * @returns {string[]} flags that change the result, without those that name folders
 */
export function compileFlags(libtorch) {
  return [
    `-std=${libtorch.standard}`,
    // Without floating-point traps, selections between numbers need no branches; map_loops.cc relies on that.
    ...['-O3', '-fno-trapping-math', '-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra'],
    `-DNAPI_VERSION=${NODE_API}`,
    `-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11Abi ? 1 : 0}`,
    ...(libtorch.cudaInclude === null ? [] : ['-DKINORA_CUDA=1']),
    ...distributedFlags(libtorch),
  ];
}

/** The parts of c10d that this libtorch has. @param {Libtorch} libtorch */
function distributedFlags({ c10d, gloo, ncclIncludes }) {
  return [
    ...(c10d ? ['-DKINORA_C10D=1'] : []),
    ...(gloo ? ['-DUSE_C10D_GLOO=1'] : []),
    ...(ncclIncludes === null ? [] : ['-DUSE_C10D_NCCL=1']),
  ];
}

/** @param {Libtorch} libtorch @param {string} native folder of the sources @returns {string[]} */
export function includeFlags(libtorch, native) {
  const { include, cudaInclude, ncclIncludes } = libtorch;
  const others = new Set([cudaInclude, ...(ncclIncludes ?? [])]);
  const folders = [include, `${include}/torch/csrc/api/include`, ...others];
  return [
    `-I${nodeApiHeaders()}`,
    `-I${native}/shim`, // instead of installed headers, which belong to another version
    `-idirafter${native}/absent`, // for headers that may be missing
    // Naming /usr/include again would put it before the compiler's own headers.
    ...folders
      .filter((folder) => folder !== null && folder !== '/usr/include')
      .map((folder) => `-isystem${folder}`),
  ];
}

/**
 * @param {Libtorch} libtorch
 * @param {string} [runPath] where the addon looks for libtorch when it is loaded
 * @returns {string[]}
 */
export function linkFlags({ lib, cuda }, runPath = lib) {
  const libraries = [...(cuda ? ['-ltorch_cuda', '-lc10_cuda'] : []), '-ltorch', '-ltorch_cpu', '-lc10'];
  const rpath = `-Wl,-rpath,${runPath}`;
  if (process.platform === 'darwin') {
    return ['-bundle', '-undefined', 'dynamic_lookup', `-L${lib}`, rpath, ...libraries];
  }
  // --no-as-needed: torch_cuda registers its kernels when it is loaded, and nothing refers to it by name.
  // -z now: a symbol that libtorch lacks is an error at load, not the end of the process in the middle of a
  // call.
  return ['-shared', '-Wl,-z,now', `-L${lib}`, rpath, '-Wl,--no-as-needed', ...libraries, '-lpthread'];
}

function nodeApiHeaders() {
  /** @type {{ include_dir: string }} */
  const headers = createRequire(import.meta.url)('node-api-headers');
  return headers.include_dir;
}

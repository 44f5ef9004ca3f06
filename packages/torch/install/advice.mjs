/**
 * The commands that install what is missing, for each platform. Set-up's errors and `kinora doctor` both print
 * them.
 */

/**
 * @typedef {'debian' | 'macos' | 'windows' | 'linux'} Platform
 * @typedef {'node' | 'libtorch' | 'compiler' | 'cuda' | 'ffmpeg' | 'blas' | 'gloo' | 'nccl'} Need
 */

/** @type {Record<Platform, string>} */
export const PLATFORM_NAMES = {
  debian: 'Debian/Ubuntu',
  macos: 'macOS',
  windows: 'Windows',
  linux: 'other Linux',
};

const PIP = 'python3 -m pip install torch';
const ZIP =
  'unpack LibTorch from https://pytorch.org/get-started/locally/ and set LIBTORCH=/path/to/libtorch';
const WSL = 'wsl --install, then in its Ubuntu: ';

/** @type {Record<Need, Record<Platform, string[]>>} */
const WAYS = {
  node: {
    debian: ['Node 20.15 or newer from https://nodejs.org/en/download'],
    macos: ['brew install node'],
    windows: [`${WSL}Node 20.15 or newer from https://nodejs.org/en/download`],
    linux: ['Node 20.15 or newer from https://nodejs.org/en/download'],
  },
  libtorch: {
    debian: ['sudo apt-get install libtorch-dev libopenblas-dev', PIP, ZIP],
    macos: ['brew install pytorch', PIP, ZIP],
    windows: [`${WSL}sudo apt-get install libtorch-dev libopenblas-dev`],
    linux: [PIP, ZIP],
  },
  compiler: {
    debian: ['sudo apt-get install g++'],
    macos: ['xcode-select --install'],
    windows: [`${WSL}sudo apt-get install g++`],
    linux: ['install g++ or clang++ with your package manager, or set CXX'],
  },
  cuda: {
    debian: [`an NVIDIA driver and a libtorch built with CUDA: ${PIP}`],
    macos: ['CUDA does not exist on macOS; training runs on the CPU'],
    windows: [`an NVIDIA driver in Windows, ${WSL}${PIP}`],
    linux: [`an NVIDIA driver and a libtorch built with CUDA: ${PIP}`],
  },
  ffmpeg: {
    debian: ['npm install node-av', 'sudo apt-get install ffmpeg'],
    macos: ['npm install node-av', 'brew install ffmpeg'],
    windows: [`${WSL}sudo apt-get install ffmpeg`],
    linux: ['npm install node-av', 'install ffmpeg with your package manager'],
  },
  blas: {
    debian: ['sudo apt-get install libopenblas-dev'],
    macos: ['Accelerate is part of macOS'],
    windows: [`${WSL}sudo apt-get install libopenblas-dev`],
    linux: ['install OpenBLAS with your package manager'],
  },
  gloo: {
    debian: ['sudo apt-get install libtorch-dev', PIP],
    macos: [PIP],
    windows: [`${WSL}sudo apt-get install libtorch-dev`],
    linux: [PIP],
  },
  nccl: {
    debian: [`a libtorch built with CUDA, and nccl.h: ${PIP} brings both`],
    macos: ['NCCL does not exist on macOS; GPUs train one by one'],
    windows: [`${WSL}${PIP}`],
    linux: [`a libtorch built with CUDA, and nccl.h: ${PIP} brings both`],
  },
};

/** @param {Need} need @param {Platform} platform @returns {string[]} one way per line */
export function waysToGet(need, platform) {
  return WAYS[need][platform];
}

/** The ways as a block of lines for the end of a message. @param {Need} need @param {Platform} platform */
export function waysAsText(need, platform) {
  const ways = waysToGet(need, platform).map((way) => `    ${way}`);
  return [`on ${PLATFORM_NAMES[platform]}, any one of:`, ...ways].join('\n');
}

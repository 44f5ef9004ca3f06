// Prepares what the comparisons need: a Python with PyTorch, torchvision and PIL, TensorFlow.js, a small set of synthetic
// gestures, an exported network. Each is made or installed once. A peer that is not available is reported, and its comparisons
// are skipped.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { effectiveConfig, exportModel, findNetwork, preprocessSpec, synthesize } from 'kinora';
import { saveSafetensors } from '../packages/kinora/dist/export/weights.js';
import { privilege } from '../packages/torch/install/apt.mjs';
import { readCurrent, run } from '../packages/torch/install/index.mjs';

const PACKAGES = ['python3-torch', 'python3-torchvision', 'python3-pil'];
const TFJS = fileURLToPath(new URL('tfjs', import.meta.url));
/** Enough for three batches of the full demo's 32 in each epoch. */
const CLIPS_PER_CLASS = 4;

/**
 * @typedef {import('../packages/torch/install/say.mjs').Say} Say
 * @typedef {object} Prepared
 * @property {string | undefined} python an interpreter with the peers
 * @property {boolean} tfjs whether TensorFlow.js is installed
 * @property {string} data folder of a synthetic data set
 * @property {string} onnx an untrained ConvColumn6
 * @property {string} libtorch the library itself
 */

/**
 * @param {string} cache folder for what is made @param {Say} say @param {{ peers: boolean }} options whether to install
 * the peers
 * @returns {Promise<Prepared>}
 */
export async function prepare(cache, say, { peers }) {
  mkdirSync(cache, { recursive: true });
  const prepared = {
    python: peers ? await findPython(say) : undefined,
    tfjs: peers && (await installTfjs(say)),
    data: await makeData(join(cache, 'gestures'), say),
    onnx: exportNetwork(cache),
    libtorch: libtorch(),
  };
  if (!peers) return prepared;
  if (prepared.python === undefined)
    say.line(`Skipping Python's peers (${PACKAGES.join(', ')}): they cannot be installed here`);
  if (!prepared.tfjs) say.line('Skipping TensorFlow.js: npm cannot install it here');
  return prepared;
}

/** The first interpreter that has the peers; Debian's own is not always the one on the PATH. @param {Say} say */
async function findPython(say) {
  const found = await pythonWithPeers();
  if (found !== undefined) return found;
  const prefix = await privilege();
  if (prefix === null || !existsSync('/usr/bin/apt-get')) return undefined;
  const [program = 'apt-get', ...words] = [...prefix, 'apt-get'];
  await say.task(`Installing the peers: ${PACKAGES.join(', ')}`, async () => {
    await run(program, [...words, 'update', '-qq']);
    await run(program, [...words, 'install', '-y', '-qq', '--no-install-recommends', ...PACKAGES]);
  });
  return pythonWithPeers();
}

export async function pythonWithPeers() {
  for (const python of ['python3', '/usr/bin/python3']) {
    const { code } = await run(python, ['-c', 'import torch, torchvision, PIL']);
    if (code === 0) return python;
  }
  return undefined;
}

/** Into a separate folder, so that users of Kinora do not download it. @param {Say} say */
async function installTfjs(say) {
  if (hasTfjs()) return true;
  const words = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--workspaces=false',
  ];
  await say.task('Installing TensorFlow.js', () => run('npm', words, { cwd: TFJS }));
  return hasTfjs();
}

const hasTfjs = () => existsSync(join(TFJS, 'node_modules', '@tensorflow', 'tfjs', 'package.json'));

/** @param {string} out @param {Say} say */
async function makeData(out, say) {
  if (existsSync(join(out, 'train.csv'))) return out;
  await say.task('Rendering gestures for the comparisons', () =>
    synthesize({ out, train: CLIPS_PER_CLASS, validation: 1, test: 1, people: 10, workers: 2 }),
  );
  return out;
}

/** An untrained ConvColumn6 as `kinora export` writes it. @param {string} cache */
export function exportNetwork(cache) {
  const out = join(cache, 'ConvColumn6.onnx');
  const weights = join(cache, 'ConvColumn6.safetensors');
  const labels = Array.from({ length: 27 }, (_, i) => `gesture ${i}`);
  const spec = preprocessSpec(effectiveConfig({ name: 'bench', model: 'ConvColumn6' }), labels);
  const network = findNetwork('ConvColumn6').build(labels.length);
  saveSafetensors({ network, name: 'ConvColumn6', spec }, weights);
  network.dispose();
  return exportModel(weights, { format: 'onnx', out }).file;
}

/** The shared library that the addon links to. */
export function libtorch() {
  const folder = readCurrent()?.libtorch.lib ?? '';
  return join(folder, process.platform === 'darwin' ? 'libtorch_cpu.dylib' : 'libtorch_cpu.so');
}

// What the comparisons need: a Python with PyTorch, torchvision and PIL, a small set of synthetic gestures. Each is made or
// installed once; a peer that cannot be had is told, and its comparisons are left out.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { synthesize } from 'kinora';
import { privilege } from '../packages/torch/install/apt.mjs';
import { run } from '../packages/torch/install/index.mjs';

const PACKAGES = ['python3-torch', 'python3-torchvision', 'python3-pil'];
/** Enough for three batches of the demo's 32 in each epoch. */
const CLIPS_PER_CLASS = 4;

/** @typedef {import('../packages/torch/install/say.mjs').Say} Say */

/** @param {string} cache folder for what is made @param {Say} say */
export async function prepare(cache, say) {
  return { python: await findPython(say), data: await makeData(join(cache, 'gestures'), say) };
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

async function pythonWithPeers() {
  for (const python of ['python3', '/usr/bin/python3']) {
    const { code } = await run(python, ['-c', 'import torch, torchvision, PIL']);
    if (code === 0) return python;
  }
  return undefined;
}

/** @param {string} out @param {Say} say */
async function makeData(out, say) {
  if (existsSync(join(out, 'train.csv'))) return out;
  await say.task('Rendering gestures for the comparisons', () =>
    synthesize({ out, clipsPerClass: CLIPS_PER_CLASS, validationPerClass: 1, testPerClass: 1, workers: 2 }),
  );
  return out;
}

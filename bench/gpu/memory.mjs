// Peak memory of training steps of ConvColumn6, with and without activation checkpointing, each in a separate process. On a GPU
// it is the increase that nvidia-smi reports, on a CPU resident memory. `node bench/gpu/memory.mjs [DEVICE]`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cuda } from '@kinora/torch';
import { trainStep } from '../../packages/kinora/dist/train/step.js';
import { peakMemory } from '../ours/peak-memory.mjs';
import { sizes } from '../sizes.mjs';
import { watching } from './busy.mjs';
import { makeOn, randomClips } from './training-on.mjs';

const [device = 'cuda:0', mode] = process.argv.slice(2);
if (mode === undefined) await compare();
else console.log(await steps(mode === 'checkpointed'));

async function compare() {
  console.log(`| ${sizes.gpu.batch} clips a step | MiB |\n|---|---:|`);
  for (const name of ['plain', 'checkpointed'])
    console.log(`| ${name} | ${(await peakOf(name)).toFixed(0)} |`);
}

/** @param {string} name */
async function peakOf(name) {
  const before = await watching(device, () => new Promise((resolve) => setTimeout(resolve, 1500)));
  const { result, peakMiB } = await watching(device, async () => {
    const args = [fileURLToPath(import.meta.url), device, name];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, 'close');
    if (code !== 0) process.exit(1);
    return Number(text);
  });
  return peakMiB === undefined ? result : peakMiB - (before.peakMiB ?? 0);
}

/** Resident memory's peak in MiB. @param {boolean} checkpointing */
async function steps(checkpointing) {
  const training = makeOn(device, {
    model: 'ConvColumn6',
    activationCheckpointing: checkpointing,
  });
  const batch = randomClips(sizes.gpu.batch, training.spec);
  const work = () => {
    for (let step = 0; step < sizes.gpu.warmUp + sizes.gpu.steps; step++) trainStep(training, batch);
    cuda.synchronize(device);
  };
  return peakMemory(work);
}

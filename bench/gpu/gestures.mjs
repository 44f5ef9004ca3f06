// The synthetic gestures that the GPU benchmarks train on, rendered once: loose files for PyTorch, a pack for Kinora.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesize } from 'kinora';
import { sizes } from '../sizes.mjs';

const KINORA = fileURLToPath(new URL('../../packages/kinora/dist/cli/main.js', import.meta.url));

/** @param {string} cache */
export async function gestures(cache) {
  const out = resolve(cache, 'gestures');
  const { perClass, workers } = sizes.gpu;
  const few = Math.max(1, Math.round(perClass / 5));
  const people = perClass === 1 ? { people: 10 } : {};
  await synthesize({ out, workers, train: perClass, validation: few, test: few, ...people });
  return {
    out,
    lists: {
      trainFolder: join(out, 'clips'),
      trainList: join(out, 'train.csv'),
      validationList: join(out, 'validation.csv'),
      labelsFile: join(out, 'labels.csv'),
    },
  };
}

/** The index of the training clips' pack. @param {string} cache */
export async function packed(cache) {
  const { lists } = await gestures(cache);
  const index = resolve(cache, 'packed', 'train.index.jsonl');
  if (existsSync(index)) return index;
  const words = ['pack', '--folder', lists.trainFolder, '--list', lists.trainList, '--name', 'train'];
  await kinora([...words, '--labels', lists.labelsFile, '--out', resolve(cache, 'packed')]);
  return index;
}

/** Runs a command of Kinora; its output goes to standard error. @param {string[]} args */
export async function kinora(args) {
  const child = spawn(process.execPath, [KINORA, ...args], { stdio: ['ignore', 2, 2] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`kinora ${args.join(' ')}: ended with ${code}`);
}

// The files of packages/gestures/dist, which all follow from its weights: the network as ONNX in three sizes, and what training in
// pages needs. Set-up runs it when the weights or the exporter have changed, so that they are there in a checkout too.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from '../glob.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGE = join(ROOT, 'packages', 'gestures');
const WEIGHTS = join(PACKAGE, 'model', 'gestures.safetensors');
const DIST = join(PACKAGE, 'dist');
const STAMP = join(DIST, '.derived');

export async function deriveIfChanged() {
  const state = stateOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === state) return;
  const { exportModel } = await import('kinora');
  // Beside the place where they are used, so that whoever reads meanwhile has the earlier ones.
  const fresh = join(DIST, `.fresh-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  try {
    const variants = /** @type {const} */ ([
      ['', 'float32'],
      ['.float16', 'float16'],
      ['.int8', 'int8'],
    ]);
    for (const [suffix, weights] of variants)
      exportModel(WEIGHTS, { format: 'onnx', weights, out: join(fresh, `gestures${suffix}.onnx`) });
    exportModel(WEIGHTS, {
      format: 'onnx-train',
      optimizer: 'adamw',
      out: join(fresh, 'gestures.train.onnx'),
    });
    const names = ['', '.float16', '.int8', '.train', '.train.inference'].map(
      (part) => `gestures${part}.onnx`,
    );
    for (const name of names) renameSync(join(fresh, name), join(DIST, name));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  writeFileSync(STAMP, state);
}

/** The bytes of the weights, and the sources of what exports them. */
function stateOfSources() {
  const hash = createHash('sha256').update(readFileSync(WEIGHTS));
  const sources = globSync(join(ROOT, 'packages', 'kinora', 'src', 'export'), '.ts');
  for (const file of [...sources, fileURLToPath(import.meta.url)].filter((name) => !name.includes('.test.')))
    hash.update(readFileSync(file));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(STAMP, { force: true });
  await deriveIfChanged();
  process.stdout.write(`${dirname(STAMP)} follows from ${WEIGHTS}\n`);
}

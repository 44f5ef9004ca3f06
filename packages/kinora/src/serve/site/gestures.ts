/**
 * A run folder for the network of `@kinora/gestures`, so that the studio opens without training: its weights, and a few
 * synthetic clips of people whom it was not trained on. It is made in a moment, in `runs/kinora-gestures`.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { kinoraError } from '@kinora/torch';
import { effectiveConfig, type RunConfig, type RunConfigInput } from '../../config/index.js';
import { renderClip, writeClip } from '../../data/synth/clip.js';
import { type GestureLabel, gestureLabels } from '../../data/synth/index.js';
import { recipeName } from '../../data/synth/rendered.js';
import { writeWhole } from '../../files/record.js';
import { networkOf, openWeights } from '../../model/weights.js';
import { specInside } from '../../run/open.js';
import { GESTURES, packagedWeights } from '../../run/packaged.js';
import { runFolderOf } from '../../run/run-folder.js';

const NAME = 'kinora-gestures';

/** People of another seed than those of the training set. */
const SEED = 1895;

/** The labels of the clips that the studio shows: as many as it has room for. */
const shown = gestureLabels.filter((_, i) => i % 3 === 1);

/** Makes the run folder, or updates it after the package has changed. Throws `model/package` where that is not installed. */
export async function gesturesRun(outputDir = 'runs'): Promise<RunConfig> {
  const weights = packagedWeights(GESTURES);
  const spec = specInside(weights);
  if (spec === undefined)
    throw kinoraError('model/no-spec', weights, 'the preprocessing of its clips', 'a file without it');
  const { labels, ...preprocessing } = spec;
  const path = join(outputDir, NAME);
  const examples = join(path, 'examples');
  const input: RunConfigInput = {
    name: NAME,
    outputDir,
    model: networkName(weights),
    ...preprocessing,
    mean: [...preprocessing.mean],
    std: [...preprocessing.std],
    validationFolder: examples,
    trainFolder: examples,
    validationList: join(path, 'examples.csv'),
    labelsFile: join(path, 'labels.csv'),
  };
  const config = effectiveConfig(input, GESTURES);
  mkdirSync(examples, { recursive: true });
  for (const [take, label] of shown.entries()) await renderExample(examples, take, label);
  // The network was trained on sets of `kinora synth`, and so are its examples.
  writeWhole(join(path, recipeName), `${JSON.stringify({ seed: SEED, people: shown.length })}\n`);
  writeWhole(input.labelsFile!, labels.map((label) => `${label}\n`).join(''));
  writeWhole(input.validationList!, shown.map((label, take) => `${take};${label}\n`).join(''));
  writeWhole(runFolderOf(config).config, `${JSON.stringify(input, null, 2)}\n`);
  copyIfOther(weights, join(path, 'model.safetensors'));
  return config;
}

async function renderExample(folder: string, take: number, label: GestureLabel): Promise<void> {
  if (existsSync(join(folder, String(take)))) return;
  await writeClip(folder, String(take), renderClip({ seed: SEED, person: take, take, label }));
}

function networkName(file: string): string {
  const { weights, claim } = openWeights(file);
  try {
    const { name, network } = networkOf(weights, file, { claim });
    network.dispose();
    return name;
  } finally {
    for (const tensor of weights.values()) tensor.dispose();
  }
}

function copyIfOther(from: string, to: string): void {
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return;
  copyFileSync(from, `${to}.${process.pid}`);
  renameSync(`${to}.${process.pid}`, to);
}

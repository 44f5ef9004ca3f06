/**
 * `kinora demo`: every step on rendered data: gestures, training, evaluation, and what to try next.
 * Finished steps of an earlier demo are kept, an unfinished one is resumed.
 */
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { softmax } from '@kinora/clip';
import { Command } from 'commander';
import { demoConfig, demoFullConfig } from '../config/demo.js';
import { effectiveConfig, preprocessSpec, type RunConfig } from '../config/index.js';
import { readClip } from '../data/load/clip-reader.js';
import { readSplit } from '../data/splits.js';
import { contactSheetName, synthesize } from '../data/synth/index.js';
import { percent, plural } from '../figures/words.js';
import { argmax, type Evaluation, worstClips } from '../measure/metrics.js';
import { backgroundRun } from '../predict/background.js';
import { type EvaluateResult, evaluateRun } from '../predict/evaluate.js';
import type { Progress } from '../progress.js';
import { hasCheckpoint } from '../run/checkpoint.js';
import { chooseDevice } from '../train/device/choice.js';
import { trainRun } from '../train/run.js';
import { interruptible } from './terminal/interrupt.js';
import { type DeviceOptions, withDevice } from './terminal/options.js';
import { colourDepth, halfBlocks, stills } from './terminal/picture.js';
import { createProgress } from './terminal/progress.js';

interface DemoFlags extends DeviceOptions {
  full?: boolean;
}

export function demoCommand(): Command {
  const command = new Command('demo').description(
    'Render a data set of 27 gestures, train a small 3D network on it and evaluate it on unseen people.',
  );
  return withDevice(command)
    .option('--full', 'larger frames, a larger network and a longer training: three times as long or more')
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora demo\n  $ kinora demo --full\n\nWrites data/demo and runs/demo, with --full data/gestures and runs/demo-full. Ctrl+C saves; the same command\nresumes.',
    )
    .action(demo);
}

export async function demo(flags: DemoFlags): Promise<void> {
  const config = effectiveConfig(flags.full ? demoFullConfig : demoConfig, 'the demo');
  const data = dirname(config.trainList!);
  const progress = createProgress();
  await interruptible(async (signal) => {
    await render(config, data, progress, signal);
    signal.throwIfAborted();
    const device = chooseDevice(flags, progress);
    progress.log(
      `\n2/3  training ${config.model} for ${config.maxSteps} steps of ${config.batchSize} clips\n` +
        '     Its 3D convolutions see space and time at once: ten pairs of these gestures differ only in the order of\n' +
        '     their frames. It starts from random weights; accuracy (top-1) rises most as the learning rate falls.',
    );
    await trainRun(config, { resume: hasCheckpoint(config), device, progress, signal });
    signal.throwIfAborted();
    progress.log('\n3/3  evaluating on people who are not in the training clips');
    const result = await evaluateRun(config, { device, progress, signal });
    // For gestures that are taught on its features, in the studio and in apps.
    await backgroundRun(config, { device, progress, signal });
    progress.log(await answers(config, result));
    progress.log(closing(config, data, result));
  });
}

/** Half of Jester's height where the network looks at a crop of half its size. */
async function render(
  config: RunConfig,
  data: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  progress.log(
    `1/3  rendering synthetic gestures into ${data}\n` +
      '     Drawn instead of filmed, so that nothing is downloaded. Nobody in the validation clips is in the training clips.',
  );
  const height = 'height' in config.resize ? { height: config.resize.height } : {};
  const workers = availableParallelism();
  const { state, total } = await synthesize({ out: data, ...height, workers, progress, signal });
  if (state !== 'stopped')
    progress.log(
      `     ${plural(total, 'clip')}; one row of frames per gesture: ${join(data, contactSheetName)}`,
    );
}

/** How many clips are shown, how many frames of each, and how wide these are at most, in pixels. */
const SHOWN = { clips: 4, frames: 4, width: 21 };

/** Some clips with their answers: as pictures where the terminal can show them. */
async function answers(config: RunConfig, { evaluation, labels }: EvaluateResult): Promise<string> {
  const { items } = readSplit(config, 'val', labels)!;
  const spec = preprocessSpec(config, labels);
  const depth = colourDepth(process.stdout);
  const width = Math.min(SHOWN.width, Math.floor(((process.stdout.columns || 80) - 5) / SHOWN.frames) - 1);
  const shown = examples(evaluation, labels.length);
  const blocks = shown.map(async (row) => {
    const text = answer(evaluation, labels, row);
    if (depth === undefined || width < 8) return text;
    const item = items.find(({ id }) => id === evaluation.ids[row])!;
    const { clip, frames } = await readClip(item, spec);
    const pictures = stills({ data: clip, count: frames, ...spec.crop }, SHOWN.frames, width);
    return [...halfBlocks(pictures, depth).map((line) => `  ${line}`), text, ''].join('\n');
  });
  const heading = `${plural(shown.length, 'validation clip')} and what the network says, its worst mistake last:`;
  return ['', heading, ...(await Promise.all(blocks))].join('\n').trimEnd();
}

/** Rows of clips that are classified correctly, of labels spread over the list, and of the worst mistake if there is one. */
export function examples({ targets, logits, ids }: Evaluation, classes: number): number[] {
  const worst = worstClips({ targets, logits, ids }, classes, 1);
  const predicted = argmax(logits, classes);
  const right = [...targets.keys()].filter((row) => predicted[row] === targets[row]);
  const labels = [...new Set(right.map((row) => targets[row]!))].sort((a, b) => a - b);
  const count = Math.min(SHOWN.clips - worst.length, labels.length);
  const spread = Array.from(
    { length: count },
    (_, i) => labels[Math.floor(((i + 0.5) * labels.length) / count)]!,
  );
  return [...spread.map((label) => right.find((row) => targets[row] === label)!), ...worst];
}

function answer({ targets, logits }: Evaluation, labels: readonly string[], row: number): string {
  const probabilities = softmax(logits.subarray(row * labels.length, (row + 1) * labels.length));
  const best = probabilities.indexOf(Math.max(...probabilities));
  const [truth, said] = [labels[targets[row]!]!, labels[best]!];
  const share = percent(probabilities[best]!);
  return best === targets[row]
    ? `  ${truth}: right, with ${share}`
    : `  ${truth}: wrong, it says ${said} with ${share}`;
}

function closing(
  { name }: RunConfig,
  data: string,
  { summary: { top1, top5, clips }, report }: EvaluateResult,
): string {
  return `
top-1 ${percent(top1)}, top-5 ${percent(top5)} on ${plural(clips, 'clip')} of unseen people
report: ${join(report, 'index.html')}

Try next:
  npm run kinora -- predict runs/${name} ${data}/clips/1
  npm run studio                                         # see how it works, and try your own gestures
  npm run kinora -- train --config configs/config.json   # Jester, prepared by: kinora jester FOLDER`;
}

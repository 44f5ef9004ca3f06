/** `kinora flow`: draws the optical flow of clips, or precomputes that of a data set for training. */
import { availableParallelism } from 'node:os';
import { extname, resolve } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { Command } from 'commander';
import { preprocessSpec } from '../config/index.js';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { clipsBelow } from '../data/flow/clips-below.js';
import { flowSvg, readShownFlow } from '../data/flow/flow-picture.js';
import { precomputeFlow } from '../data/flow/precompute.js';
import { badClipLine } from '../data/lists/bad-clips.js';
import { flowCache, readSplit, readTestList } from '../data/splits.js';
import { toPixels, toPng } from '../figures/png.js';
import { writeWhole } from '../files/record.js';
import { interruptible } from './terminal/interrupt.js';
import { type ConfigOptions, positiveInt, refuseFlags, withConfig } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';
import { configOf } from './terminal/run-argument.js';

interface FlowFlags extends ConfigOptions {
  out: string;
  columns: number;
  most?: number;
  data?: string;
  cache?: string;
  workers: number;
}

export function flowCommand(): Command {
  const command = new Command('flow')
    .description(
      'Draw the optical flow of clips; or, with --config or --data, precompute the flow of a data set for training.',
    )
    .argument('[CLIP...]', 'folders of JPEG frames or video files to draw')
    .option('--out <file>', 'picture to write, .png or .jpg', 'flow.png')
    .option('--columns <n>', 'frames of each clip in the picture', positiveInt, 6)
    .option('--most <pixels>', 'motion drawn in full colour (default: the largest in the clips)', positiveInt)
    .option('--data <folder>', 'precompute the flow of all clips below this folder')
    .option('--cache <folder>', 'folder for the flow (default: flowCache, or beside the clips)')
    .option('--workers <n>', 'threads', positiveInt, availableParallelism());
  return withConfig(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora flow data/gestures/clips/1 --out flow.png\n  $ kinora flow --config configs/demo.json',
    )
    .action(runFlow);
}

async function runFlow(clips: string[], flags: FlowFlags, command: Command): Promise<void> {
  if (clips.length > 0) {
    if (flags.data !== undefined) throw oneOf('both clips and --data');
    refuseFlags(command, ['cache', 'workers'], 'with clips to draw');
    return show(clips, flags);
  }
  if (flags.data === undefined && flags.config === undefined) throw oneOf('neither');
  refuseFlags(command, ['out', 'columns', 'most'], 'without clips to draw');
  return precompute(flags);
}

async function show(paths: readonly string[], { out, columns, most, ...flags }: FlowFlags): Promise<void> {
  const encode = ENCODERS[extname(out).toLowerCase()] ?? badExtension(out);
  const spec = flags.config === undefined ? defaultSpec() : preprocessSpec(await configOf(flags, 'flow'), []);
  const clips = [];
  for (const path of paths) clips.push(await readShownFlow(path, spec, columns));
  const bytes = encode(flowSvg(clips, most));
  writeWhole(out, bytes);
  process.stdout.write(`${out}: ${(bytes.length / 1000).toFixed(0)} kB\n`);
}

function toJpeg(svg: string): Uint8Array {
  const { data, ...size } = toPixels(svg);
  return encodeJpeg(data, size, 88);
}

const ENCODERS: Readonly<Record<string, (svg: string) => Uint8Array>> = {
  '.png': toPng,
  '.jpg': toJpeg,
  '.jpeg': toJpeg,
};

async function precompute(flags: FlowFlags): Promise<void> {
  const { items, spec, cache } = flags.data === undefined ? await ofConfig(flags) : await ofFolder(flags);
  const progress = createProgress();
  await interruptible(async (signal) => {
    const task = progress.task('flow', { total: items.length, unit: 'clips' });
    const done = await precomputeFlow(items, {
      spec,
      cache,
      workers: flags.workers,
      signal,
      onClip: ({ computed, kept, bad }) => task.update(computed + kept + bad),
      onBadClip: (path, error) => progress.log(badClipLine({ id: path, reason: error.message })),
    }).finally(() => task.finish());
    progress.log(
      `${cache}: flow of ${done.computed + done.kept} of ${items.length} clips, ${done.computed} of them new` +
        `${done.bad > 0 ? `, ${done.bad} unreadable` : ''}`,
    );
  });
}

/** The clips of all lists in a configuration. */
async function ofConfig(flags: FlowFlags) {
  const config = await configOf(flags, 'flow');
  const train = readSplit(config, 'train');
  const lists = [train, readSplit(config, 'val', train.labels)];
  if (config.testList !== undefined) lists.push(readTestList(config, train.labels));
  const items = lists.flatMap((list) => list?.items ?? []);
  return { items, spec: preprocessSpec(config, train.labels), cache: flags.cache ?? flowCache(config) };
}

async function ofFolder({ data, cache, ...flags }: FlowFlags) {
  const spec = flags.config === undefined ? defaultSpec() : preprocessSpec(await configOf(flags, 'flow'), []);
  return { items: clipsBelow(data!), spec, cache: cache ?? `${resolve(data!)}.flow` };
}

const oneOf = (received: string): KinoraError =>
  kinoraError('usage/flow', 'kinora flow', {
    expected: 'clips to draw, or --config or --data to precompute the flow of a data set',
    received,
    hint: 'kinora flow --help shows an example of each',
  });

function badExtension(out: string): never {
  throw kinoraError('usage/picture', '--out', 'a file named .png or .jpg', JSON.stringify(out));
}

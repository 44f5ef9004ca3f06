/** `kinora flow`: shows the optical flow of clips as a picture, or computes that of a whole data set ahead of training. */
import { availableParallelism } from 'node:os';
import { extname, resolve } from 'node:path';
import { defaultSpec } from '@kinora/clip';
import { KinoraError, serialize } from '@kinora/torch';
import { Command } from 'commander';
import { loadConfig, preprocessSpec } from '../config/index.js';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { clipsBelow } from '../data/flow/clips-below.js';
import { flowSvg, readShownFlow } from '../data/flow/flow-picture.js';
import { precomputeFlow } from '../data/flow/precompute.js';
import { toPixels, toPng } from '../figures/png.js';
import { flowCache, readSplit, readTestList } from '../train/data.js';
import { interruptible } from './terminal/interrupt.js';
import { type ConfigOptions, positiveInt, withConfig } from './terminal/options.js';
import { createProgress } from './terminal/progress.js';

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
      'Show the optical flow of clips as a picture; or, without clips, compute that of a data set ahead of ' +
        'training and keep it.',
    )
    .argument('[clip...]', 'folders of JPEG frames or video files to show')
    .option('--out <file>', 'the picture, .png or .jpg', 'flow.png')
    .option('--columns <n>', 'frames of each clip to show', positiveInt, 6)
    .option('--most <pixels>', 'motion that has the full colour (default: what the clips need)', positiveInt)
    .option('--data <folder>', 'compute the flow of all clips below this folder')
    .option('--cache <folder>', 'where it is kept (default: flow_cache, or beside the clips)')
    .option('--workers <n>', 'threads that compute', positiveInt, availableParallelism());
  return withConfig(command)
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora flow data/gestures/clips/100001 --out flow.png\n' +
        '  $ kinora flow --config configs/two-stream.json',
    )
    .action(runFlow);
}

async function runFlow(clips: string[], flags: FlowFlags): Promise<void> {
  const whole = flags.data !== undefined || flags.config !== undefined;
  if (clips.length > 0 && flags.data !== undefined) throw oneOf('both clips and --data');
  if (clips.length > 0) await show(clips, flags);
  else if (whole) await precompute(flags);
  else throw oneOf('neither');
}

async function show(paths: readonly string[], { out, columns, most, ...flags }: FlowFlags): Promise<void> {
  const encode = ENCODERS[extname(out).toLowerCase()] ?? badExtension(out);
  const spec = flags.config === undefined ? defaultSpec() : preprocessSpec(await configuration(flags), []);
  const clips = [];
  for (const path of paths) clips.push(await readShownFlow(path, spec, columns));
  const bytes = encode(flowSvg(clips, most));
  serialize.writeAtomically(out, (sink) => sink.write(bytes));
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
      onBadClip: (path, error) => progress.log(`bad clip ${path}: ${error.message}`),
    }).finally(() => task.finish());
    progress.log(
      `${cache}: the flow of ${done.computed + done.kept} of ${items.length} clips, ${done.computed} computed now` +
        `${done.bad > 0 ? `, ${done.bad} unreadable` : ''}`,
    );
  });
}

/** The clips of all lists that a configuration names. */
async function ofConfig(flags: FlowFlags) {
  const config = await configuration(flags);
  const train = readSplit(config, 'train');
  const lists = [train, readSplit(config, 'val', train.labels)];
  if (config.test_data_csv !== undefined) lists.push(readTestList(config, train.labels));
  const items = lists.flatMap((list) => list?.items ?? []);
  return { items, spec: preprocessSpec(config, train.labels), cache: flags.cache ?? flowCache(config) };
}

async function ofFolder({ data, cache, ...flags }: FlowFlags) {
  const spec = flags.config === undefined ? defaultSpec() : preprocessSpec(await configuration(flags), []);
  return { items: clipsBelow(data!), spec, cache: cache ?? `${resolve(data!)}.flow` };
}

const configuration = ({ config, set = [] }: ConfigOptions) => loadConfig(config!, { set });

const oneOf = (received: string): KinoraError =>
  new KinoraError({
    code: 'usage/flow',
    where: 'kinora flow',
    expected: 'clips to show, or --config or --data to compute the flow of a data set',
    received,
    hint: 'kinora flow --help has an example of each',
  });

function badExtension(out: string): never {
  throw new KinoraError({
    code: 'usage/picture',
    where: '--out',
    expected: 'a file named .png or .jpg',
    received: JSON.stringify(out),
  });
}

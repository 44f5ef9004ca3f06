/** `kinora models`: the networks with their size and cost, or the layers of one. */
import { kinoraError } from '@kinora/torch';
import { Command } from 'commander';
import { entryCost, type NetworkCost } from '../model/cost/cost.js';
import type { Size3 } from '../model/layers.js';
import type { NetworkEntry } from '../model/network.js';
import { findNetwork, networks } from '../model/registry.js';
import { positiveInt } from './terminal/options.js';
import { besides, textTable } from './terminal/table.js';

export function modelsCommand(): Command {
  return new Command('models')
    .description(
      'List the networks with their parameters, multiply-accumulates and training memory per clip, or the layers of one.',
    )
    .argument('[NETWORK]', 'network to show layer by layer')
    .option('--classes <n>', 'number of classes', positiveInt, 27)
    .option(
      '--size <TxHxW>',
      'frames, height and width of its clips; default: what it was designed for',
      sizeOf,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora models\n  $ kinora models ConvColumn6\n  $ kinora models x3d_s --size 13x182x182',
    )
    .action((name: string | undefined, { classes, size }: { classes: number; size?: Size3 }) => {
      if (name === undefined && size !== undefined)
        throw kinoraError('usage/size', '--size', 'a network beside it', 'none');
      process.stdout.write(
        name === undefined
          ? overview(classes, process.stdout.columns)
          : layers({ ...findNetwork(name), ...(size && { input: size }) }, classes),
      );
    });
}

function sizeOf(text: string): Size3 {
  const size = text.split('x').map(Number);
  if (size.length === 3 && size.every((length) => Number.isSafeInteger(length) && length > 0))
    return size as unknown as Size3;
  throw kinoraError('usage/size', '--size', {
    expected: 'frames, height and width, such as 16x112x112',
    received: JSON.stringify(text),
  });
}

/** @param columns of the terminal; without one, lines are not wrapped */
function overview(classes: number, columns = Number.POSITIVE_INFINITY): string {
  const rows = networks.map((entry) => {
    const { parameters, macs, activationBytes } = entryCost(entry, classes);
    return [`  ${entry.name}`, millions(parameters), giga(macs), mega(activationBytes), inputOf(entry)];
  });
  const headings = ['  network', 'parameters', 'GMAC', 'MB', 'input'];
  const [heading, ...lines] = textTable(headings, rows, [1, 2, 3]).trimEnd().split('\n');
  const described = besides(
    lines,
    networks.map(({ summary }) => summary),
    columns,
  );
  const grouped = described.flatMap((line, i) => {
    const { family } = networks[i]!;
    return family === networks[i - 1]?.family ? [line] : ['', family, line];
  });
  return `${[heading, ...grouped].join('\n')}\n\n${LEGEND}`;
}

const LEGEND = `input: frames x height x width
GMAC: billions of multiply-accumulates for one clip
MB: activations that training keeps per clip of a batch
kinora models NETWORK lists the layers of one.
`;

function inputOf({ input: [frames, height, width], sampling, flow }: NetworkEntry): string {
  const length = sampling === 'segments' ? `${frames} segments ` : `${frames}`;
  return `${length}x${height}x${width}${flow ? ' + flow' : ''}`;
}

function layers(entry: NetworkEntry, classes: number): string {
  const cost = entryCost(entry, classes);
  const rows = cost.layers.map((layer) => [
    layer.path,
    layer.type,
    layer.output.join('x'),
    ...figures(layer),
  ]);
  const total = ['', '', '', ...figures(cost)];
  const table = textTable(
    ['layer', 'type', 'output', 'parameters', 'GMAC', 'MB'],
    [...rows, total],
    [3, 4, 5],
  );
  return `${entry.name}: ${entry.summary}; input ${inputOf(entry)}\n\n${table}\n${EXPLANATION}${streaming(cost)}`;
}

/** For networks that process a video frame by frame. */
function streaming({ frame, macs }: NetworkCost): string {
  if (frame === undefined) return '';
  const { macs: one, stateBytes } = frame;
  return `
Frame by frame: ${giga(one)} GMAC for each further frame,
${(stateBytes / 1e6).toFixed(2)} MB of state between frames; recomputing a window over the last
frames at each frame costs ${giga(macs)} GMAC, ${(macs / one).toFixed(1)} times as much.
`;
}

const EXPLANATION = `MB: memory that the layer keeps from forward to backward per training clip,
and that no earlier layer already keeps, in float32: inputs of convolutions,
linear layers, norms and poolings, indices of maxima (int64), dropout masks, and
what activation functions need. Weights, gradients, the optimizer's state and
libtorch's workspace are not included.
`;

function figures({ parameters, macs, activationBytes }: Omit<NetworkCost, 'layers' | 'frame'>): string[] {
  return [
    parameters === 0 ? '' : parameters.toLocaleString('en-US'),
    macs === 0 ? '' : giga(macs),
    activationBytes === 0 ? '' : mega(activationBytes),
  ];
}

const millions = (count: number): string => `${(count / 1e6).toFixed(2)} M`;
const giga = (count: number): string => (count / 1e9).toFixed(3);
const mega = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** `kinora models`: the networks with their size and cost, or one of them layer by layer. */
import { Command } from 'commander';
import type { NetworkEntry } from '../model/network.js';
import { findNetwork, networks } from '../model/registry.js';
import { entryCost, type NetworkCost } from '../model/summary.js';
import { positiveInt } from './terminal/options.js';
import { besides, textTable } from './terminal/table.js';

export function modelsCommand(): Command {
  return new Command('models')
    .description(
      'List the networks with parameters, multiply-accumulates and training memory a clip, or the layers of one.',
    )
    .argument('[name]', 'network to show layer by layer')
    .option('--classes <n>', 'classes of its last layer', positiveInt, 27)
    .addHelpText('after', '\nExample:\n  $ kinora models ConvColumn6')
    .action((name: string | undefined, { classes }: { classes: number }) => {
      process.stdout.write(
        name === undefined ? overview(classes, process.stdout.columns) : layers(findNetwork(name), classes),
      );
    });
}

/** @param columns of the terminal; where there is none, lines are as long as they are */
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
MB: activations that training keeps for each clip of a batch
kinora models NAME lists the layers of one.
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

/** For networks that take a video frame by frame. */
function streaming({ frame, macs }: NetworkCost): string {
  if (frame === undefined) return '';
  const { macs: one, stateBytes } = frame;
  return `
Frame by frame: ${giga(one)} GMAC for each further frame,
${(stateBytes / 1e6).toFixed(2)} MB remembered between frames; a window over the last frames,
computed anew at each, costs ${giga(macs)} GMAC, ${(macs / one).toFixed(1)} times as much.
`;
}

const EXPLANATION = `MB: what the layer keeps from forward to backward for each clip in training,
and no layer before it kept, in float32: inputs of convolutions, linear layers,
norms and poolings, places of maxima (int64), masks of dropout, and what the
activation functions need. Weights, gradients, the optimizer's state and
libtorch's workspace come on top.
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

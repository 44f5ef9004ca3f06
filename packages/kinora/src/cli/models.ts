/** `kinora models`: the networks with their size and cost, or one of them layer by layer. */
import { Command } from 'commander';
import type { NetworkEntry } from '../model/network.js';
import { findNetwork, networks } from '../model/registry.js';
import { type NetworkCost, networkCost } from '../model/summary.js';
import { positiveInt } from './options.js';
import { textTable } from './table.js';

export function modelsCommand(): Command {
  return new Command('models')
    .description('List the networks with parameters and multiply-accumulates a clip, or the layers of one.')
    .argument('[name]', 'network to show layer by layer')
    .option('--classes <n>', 'classes of its last layer', positiveInt, 27)
    .addHelpText('after', '\nExample:\n  $ kinora models ConvColumn6')
    .action((name: string | undefined, { classes }: { classes: number }) => {
      process.stdout.write(name === undefined ? overview(classes) : layers(findNetwork(name), classes));
    });
}

function overview(classes: number): string {
  const rows = networks.map((entry) => {
    const { parameters, macs } = costOf(entry, classes);
    return [entry.name, millions(parameters), giga(macs), entry.input.join('x'), entry.summary];
  });
  return textTable(['network', 'parameters', 'GMAC', 'frames x height x width', ''], rows, [1, 2]);
}

function layers(entry: NetworkEntry, classes: number): string {
  const cost = costOf(entry, classes);
  const rows = cost.layers.map(({ path, type, output, parameters, macs }) => [
    path,
    type,
    output.join('x'),
    parameters === 0 ? '' : parameters.toLocaleString('en-US'),
    macs === 0 ? '' : giga(macs),
  ]);
  const total = ['', '', '', cost.parameters.toLocaleString('en-US'), giga(cost.macs)];
  const memory = `activations of one clip in training: ${(cost.activationBytes / 1e6).toFixed(1)} MB`;
  return `${textTable(['layer', 'type', 'output', 'parameters', 'GMAC'], [...rows, total], [3, 4])}${memory}\n`;
}

function costOf({ build, input }: NetworkEntry, classes: number): NetworkCost {
  const network = build(classes, input);
  try {
    return networkCost(network, input);
  } finally {
    network.dispose();
  }
}

const millions = (count: number): string => `${(count / 1e6).toFixed(2)} M`;
const giga = (count: number): string => (count / 1e9).toFixed(3);

/** The commands: name, one line, and how to load the code of one without loading the others. */
import type { Command } from 'commander';

export interface CommandEntry {
  name: string;
  summary: string;
  load: () => Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'render a gesture data set, train on it and evaluate',
    load: async () => (await import('./demo.js')).demoCommand(),
  },
  {
    name: 'train',
    summary: 'train a network',
    load: async () => (await import('./train.js')).trainCommand(),
  },
  {
    name: 'eval',
    summary: 'evaluate a trained network and write a report',
    load: async () => (await import('./eval.js')).evalCommand(),
  },
  {
    name: 'calibrate',
    summary: 'fit the temperature of the probabilities',
    load: async () => (await import('./calibrate.js')).calibrateCommand(),
  },
  {
    name: 'background',
    summary: 'store what other movements look like, for taught gestures',
    load: async () => (await import('./background.js')).backgroundCommand(),
  },
  {
    name: 'tune',
    summary: 'fit the settings of live recognition on streams',
    load: async () => (await import('./tune.js')).tuneCommand(),
  },
  {
    name: 'test',
    summary: 'predict the clips of an unlabelled test list',
    load: async () => (await import('./test.js')).testCommand(),
  },
  {
    name: 'predict',
    summary: 'predict the labels of clips',
    load: async () => (await import('./predict.js')).predictCommand(),
  },
  {
    name: 'lr-find',
    summary: 'find a learning rate',
    load: async () => (await import('./lr-find.js')).lrFindCommand(),
  },
  {
    name: 'compare',
    summary: 'train and evaluate several networks on equal terms',
    load: async () => (await import('./compare.js')).compareCommand(),
  },
  {
    name: 'sweep',
    summary: 'search for settings',
    load: async () => (await import('./sweep.js')).sweepCommand(),
  },
  {
    name: 'crossval',
    summary: 'cross-validate a configuration by person',
    load: async () => (await import('./crossval.js')).crossvalCommand(),
  },
  {
    name: 'labels',
    summary: 'find labels that look wrong, and clips to label next',
    load: async () => (await import('./labels.js')).labelsCommand(),
  },
  {
    name: 'export',
    summary: 'export a trained network to ONNX, safetensors or PyTorch',
    load: async () => (await import('./export.js')).exportCommand(),
  },
  {
    name: 'studio',
    summary: 'see in the browser how a trained network works',
    load: async () => (await import('./studio.js')).studioCommand(),
  },
  {
    name: 'ensemble',
    summary: 'combine several runs into one model and measure the gain',
    load: async () => (await import('./ensemble.js')).ensembleCommand(),
  },
  {
    name: 'jester',
    summary: 'prepare the Jester data set for training',
    load: async () => (await import('./jester.js')).jesterCommand(),
  },
  {
    name: 'synth',
    summary: 'render a synthetic gesture data set',
    load: async () => (await import('./synth.js')).synthCommand(),
  },
  {
    name: 'split',
    summary: 'split a folder of clips into training and validation lists',
    load: async () => (await import('./split.js')).splitCommand(),
  },
  {
    name: 'project',
    summary: 'sort, check and split your own clips',
    load: async () => (await import('./project.js')).projectCommand(),
  },
  {
    name: 'pack',
    summary: 'pack a data set into shards, or check one',
    load: async () => (await import('./pack.js')).packCommand(),
  },
  {
    name: 'flow',
    summary: 'draw optical flow, or precompute that of a data set',
    load: async () => (await import('./flow.js')).flowCommand(),
  },
  {
    name: 'models',
    summary: 'list the networks, or the layers of one',
    load: async () => (await import('./models.js')).modelsCommand(),
  },
  {
    name: 'config',
    summary: 'list the keys of a configuration, or describe one',
    load: async () => (await import('./config.js')).configCommand(),
  },
  {
    name: 'doctor',
    summary: 'check the installation and show how to fix it',
    load: async () => (await import('./doctor.js')).doctorCommand(),
  },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./completion.js')).completionCommand(COMMANDS),
  },
];

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
    summary: 'make a gesture data set, train on it, measure',
    load: async () => (await import('./demo.js')).demoCommand(),
  },
  {
    name: 'train',
    summary: 'train a network',
    load: async () => (await import('./train.js')).trainCommand(),
  },
  {
    name: 'eval',
    summary: 'measure a trained network and write a report',
    load: async () => (await import('./eval.js')).evalCommand(),
  },
  {
    name: 'test',
    summary: 'predict the clips of a test list',
    load: async () => (await import('./test.js')).testCommand(),
  },
  {
    name: 'predict',
    summary: 'name the gestures in clips',
    load: async () => (await import('./predict.js')).predictCommand(),
  },
  {
    name: 'compare',
    summary: 'train and measure several networks alike',
    load: async () => (await import('./compare.js')).compareCommand(),
  },
  {
    name: 'export',
    summary: 'write a trained network as ONNX, safetensors or PyTorch file',
    load: async () => (await import('./export.js')).exportCommand(),
  },
  {
    name: 'studio',
    summary: 'learn how it works in the browser, on a trained run',
    load: async () => (await import('./studio.js')).studioCommand(),
  },
  {
    name: 'ensemble',
    summary: 'make one model of several, and tell what it gains',
    load: async () => (await import('./ensemble.js')).ensembleCommand(),
  },
  {
    name: 'jester',
    summary: 'prepare the real Jester data set',
    load: async () => (await import('./jester.js')).jesterCommand(),
  },
  {
    name: 'synth',
    summary: 'render a synthetic gesture data set',
    load: async () => (await import('./synth.js')).synthCommand(),
  },
  {
    name: 'split',
    summary: 'make training and validation lists of a folder of clips',
    load: async () => (await import('./split.js')).splitCommand(),
  },
  {
    name: 'pack',
    summary: 'pack a data set into shards, or check one',
    load: async () => (await import('./pack.js')).packCommand(),
  },
  {
    name: 'flow',
    summary: 'show optical flow, or compute that of a data set',
    load: async () => (await import('./flow.js')).flowCommand(),
  },
  {
    name: 'models',
    summary: 'list the networks, or the layers of one',
    load: async () => (await import('./models.js')).modelsCommand(),
  },
  {
    name: 'doctor',
    summary: 'show what was found, and how to get what is missing',
    load: async () => (await import('./doctor.js')).doctorCommand(),
  },
];

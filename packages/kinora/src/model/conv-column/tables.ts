/** The tables of the ConvColumn family. To add a network of this kind, add a row. */
import type { Layer, Size3 } from '../layers.js';

/** Widths of the classifier, and its dropout. Without hidden layers it is linear. */
interface Head {
  readonly input: number;
  readonly hidden: readonly number[];
  readonly dropout: number;
}

export interface ConvColumnTable {
  readonly name: string;
  readonly summary: string;
  readonly input: Size3;
  /** `conv_layer1`, `conv_layer2`, ...; a stage with one layer is that layer itself, without an index in its name. */
  readonly stages: readonly (readonly Layer[])[];
  readonly head: Head;
}

const conv = (i: number, o: number, kernel: Size3, padding?: Size3, stride?: Size3): Layer => ({
  type: 'conv',
  in: i,
  out: o,
  kernel,
  ...(padding && { padding }),
  ...(stride && { stride }),
});
const norm = (channels: number): Layer => ({ type: 'norm', channels });
const activation: Layer = { type: 'activation' };
const motion: Layer = { type: 'motion' };
/** Height and width halved: the first convolution, on every pixel, would cost more than all others. */
const half: Layer = { type: 'average', kernel: [1, 2, 2] };
/** The mean over time and space: the classifier sees what happened, not where. */
const everywhere: Layer = { type: 'global' };
const pool: Layer = { type: 'pool', kernel: [2, 2, 2] };

/** Two convolutions of 2x3x3, the second one padded: time keeps its length, height and width lose two pixels. */
const blockA = (i: number, o: number, withNorm: boolean): Layer[] => [
  conv(i, o, [2, 3, 3]),
  ...(withNorm ? [norm(o)] : []),
  activation,
  conv(o, o, [2, 3, 3], [1, 1, 1]),
  ...(withNorm ? [norm(o)] : []),
  activation,
  pool,
];

/** Two convolutions of 2x2x2, both padded: each makes the map longer by one along every axis. */
const blockB = (i: number, o: number): Layer[] => [
  ...[conv(i, o, [2, 2, 2], [1, 1, 1]), norm(o), activation],
  ...[conv(o, o, [2, 2, 2], [1, 1, 1]), norm(o), activation],
  pool,
];

/** A convolution that keeps the size except for its stride, with norm and activation. */
const unit = (i: number, o: number, kernel: Size3, stride: Size3 = [1, 1, 1]): Layer[] => [
  conv(i, o, kernel, [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2, (kernel[2] - 1) / 2], stride),
  norm(o),
  activation,
];

const bodyA = (withNorm: boolean): Layer[][] => [
  blockA(3, 32, withNorm),
  blockA(32, 64, withNorm),
  blockA(64, 124, withNorm),
  blockA(124, 256, withNorm),
];

const bodyB: Layer[][] = [blockB(3, 32), blockB(32, 64), blockB(64, 124), blockB(124, 256), blockB(256, 512)];

const body7: Layer[][] = [...bodyB, [conv(512, 512, [3, 3, 3], [1, 1, 1]), norm(512), activation, pool]];

const body9: Layer[][] = [
  ...bodyB,
  [
    ...[conv(512, 1024, [2, 2, 2]), norm(1024), activation],
    ...[conv(1024, 1024, [1, 3, 3]), norm(1024), activation],
  ],
];

/** The tutorial's input: 18 frames of 84x84. */
const INPUT: Size3 = [18, 84, 84];

export const convColumnTables: readonly ConvColumnTable[] = [
  {
    name: 'ConvColumn5',
    summary: '9 convolutions without batch norm',
    input: INPUT,
    stages: [...bodyA(false), [conv(256, 256, [1, 3, 3])]],
    head: { input: 256, hidden: [256, 124], dropout: 0.15 },
  },
  {
    name: 'ConvColumn6',
    summary: '9 convolutions with batch norm; the default',
    input: INPUT,
    stages: [...bodyA(true), [conv(256, 512, [1, 3, 3])]],
    head: { input: 512, hidden: [512, 256], dropout: 0.15 },
  },
  {
    name: 'ConvColumn7',
    summary: '11 convolutions, mostly 2x2x2, and a wide classifier',
    input: INPUT,
    stages: body7,
    head: { input: 2048, hidden: [4096, 4096], dropout: 0.15 },
  },
  {
    name: 'ConvColumn8',
    summary: 'ConvColumn7 with four times the dropout',
    input: INPUT,
    stages: body7,
    head: { input: 2048, hidden: [4096, 4096], dropout: 0.6 },
  },
  {
    name: 'ConvColumn9',
    summary: '12 convolutions, the last two unpadded and wider',
    input: INPUT,
    stages: body9,
    head: { input: 1024, hidden: [4096, 1024], dropout: 0.6 },
  },
  {
    name: 'ConvColumnSmall',
    summary: '6 convolutions, background subtracted; for laptops and browsers',
    input: [16, 84, 84],
    stages: [
      [motion, half, ...unit(3, 16, [3, 3, 3], [1, 2, 2])],
      unit(16, 32, [3, 3, 3], [2, 1, 1]),
      [...unit(32, 64, [3, 3, 3], [1, 2, 2]), ...unit(64, 64, [3, 3, 3])],
      [...unit(64, 128, [3, 3, 3], [2, 2, 2]), ...unit(128, 128, [3, 3, 3])],
      [everywhere],
    ],
    head: { input: 128, hidden: [], dropout: 0.3 },
  },
  {
    name: 'ConvColumnTiny',
    summary: '5 convolutions on small frames, background subtracted; for the demo',
    input: [16, 42, 42],
    stages: [
      [motion, ...unit(3, 16, [3, 3, 3], [2, 2, 2])],
      unit(16, 32, [1, 3, 3]),
      unit(32, 64, [3, 3, 3], [1, 2, 2]),
      [...unit(64, 128, [3, 3, 3], [2, 2, 2]), ...unit(128, 128, [1, 3, 3])],
      [everywhere],
    ],
    head: { input: 128, hidden: [], dropout: 0.2 },
  },
];

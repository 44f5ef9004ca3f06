/** The mobile networks as rows. To add one, add a row. */
import { checkedEntry } from '../fit.js';
import type { Size3 } from '../layers.js';
import type { NetworkEntry } from '../network.js';
import { MobileNet, type MobileNetTable, type MobileStage } from './mobile-net.js';
import { ShuffleNet, type ShuffleNetTable } from './shuffle-net.js';

const stage = (expansion: number, channels: number, blocks: number, stride: 1 | 2): MobileStage => ({
  ...{ expansion, channels, blocks },
  stride: [stride, stride, stride],
});

const family = 'Mobile 3D networks (3D-MobileNetV2)';

const paper = {
  family,
  input: [16, 112, 112] as Size3,
  stem: 32,
  stages: [
    stage(1, 16, 1, 1),
    stage(6, 24, 2, 2),
    stage(6, 32, 3, 2),
    stage(6, 64, 4, 2),
    stage(6, 96, 3, 1),
    stage(6, 160, 3, 2),
    stage(6, 320, 1, 1),
  ],
  last: 1280,
  dropout: 0.2,
};

const rows: readonly MobileNetTable[] = [
  {
    ...paper,
    name: 'MobileNet3D_0.2x',
    width: 0.2,
    summary: '0.2x width; 86.4 % on Jester in the paper',
  },
  { ...paper, name: 'MobileNet3D_0.45x', width: 0.45, summary: '0.45x width; 90.2 % on Jester in the paper' },
  { ...paper, name: 'MobileNet3D_0.7x', width: 0.7, summary: '0.7x width; 93.3 % on Jester in the paper' },
  { ...paper, name: 'MobileNet3D_1.0x', width: 1, summary: 'full width; 94.6 % on Jester in the paper' },
  {
    family,
    name: 'MobileNet3DSmall',
    summary: '6 blocks, background subtracted; for laptops',
    input: [16, 84, 84],
    prepare: [{ type: 'motion' }, { type: 'average', kernel: [1, 2, 2] }],
    width: 1,
    stem: 16,
    stages: [stage(1, 16, 1, 1), stage(4, 24, 1, 2), stage(4, 32, 2, 2), stage(4, 64, 2, 2)],
    last: 256,
    dropout: 0.2,
  },
];

/** With 3 groups, of table 3 of the paper; the width multiplies all channels. */
const shuffle = (width: number, jester: number): ShuffleNetTable => ({
  family: 'Mobile 3D networks (3D-ShuffleNet)',
  name: `ShuffleNet3D_${width.toFixed(1)}x`,
  summary: `${width === 1 ? 'full' : `${width.toFixed(1)}x`} width; ${jester} % on Jester in the paper`,
  input: [16, 112, 112],
  groups: 3,
  stem: 24 * width,
  stages: [
    { channels: 240 * width, blocks: 4 },
    { channels: 480 * width, blocks: 8 },
    { channels: 960 * width, blocks: 4 },
  ],
  dropout: 0.2,
});

const shuffleRows: readonly ShuffleNetTable[] = [
  shuffle(0.5, 89.2),
  shuffle(1, 92.3),
  shuffle(2, 93.5),
  {
    family: 'Mobile 3D networks (3D-ShuffleNet)',
    name: 'ShuffleNet3DSmall',
    summary: '6 blocks, background subtracted; for laptops',
    input: [16, 84, 84],
    prepare: [{ type: 'motion' }],
    groups: 3,
    stem: 24,
    stages: [
      { channels: 120, blocks: 3 },
      { channels: 240, blocks: 3 },
    ],
    dropout: 0.2,
  },
];

export const entries: readonly NetworkEntry[] = [
  ...rows.map((row) => checkedEntry(row, MobileNet)),
  ...shuffleRows.map((row) => checkedEntry(row, ShuffleNet)),
];

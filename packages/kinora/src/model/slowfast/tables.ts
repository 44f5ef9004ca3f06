/** The X3D, Slow and SlowFast networks as rows. To add one, add a row. */
import { checkedEntry } from '../fit.js';
import type { NetworkEntry } from '../network.js';
import { Slow, SlowFast, type SlowFastTable, type SlowTable } from './slow-fast.js';
import { X3D, type X3DTable } from './x3d.js';

/** X3D-XS, S and M differ only in their clips: width 2 and depth 2.2 of the paper's table 1, in its rounding. */
const expanded = {
  family: 'X3D',
  stem: 24,
  stages: [
    { channels: 24, blocks: 3 },
    { channels: 48, blocks: 5 },
    { channels: 96, blocks: 11 },
    { channels: 192, blocks: 7 },
  ],
  last: 2048,
  dropout: 0.5,
} as const satisfies Partial<X3DTable>;

const x3dRows: readonly X3DTable[] = [
  { ...expanded, name: 'x3d_xs', summary: 'X3D-XS: 4 frames of 160 pixels', input: [4, 160, 160] },
  { ...expanded, name: 'x3d_s', summary: 'X3D-S: 13 frames of 160 pixels', input: [13, 160, 160] },
  { ...expanded, name: 'x3d_m', summary: 'X3D-M: 16 frames of 224 pixels', input: [16, 224, 224] },
  {
    family: 'X3D',
    name: 'X3DSmall',
    summary: '7 blocks, background subtracted; for laptops',
    input: [16, 84, 84],
    prepare: [{ type: 'motion' }],
    stem: 16,
    stages: [
      { channels: 16, blocks: 1 },
      { channels: 32, blocks: 3 },
      { channels: 64, blocks: 3 },
    ],
    last: 256,
    dropout: 0.3,
  },
];

/** Table 1 of the paper: ResNet-50, whose slow pathway looks along time only in its last two stages. */
const slow = {
  family: 'SlowFast',
  plane: 7,
  blocks: [3, 4, 6, 3],
  slow: { width: 64, times: [1, 1, 1, 3, 3] },
  dropout: 0.5,
} as const satisfies Partial<SlowTable>;
const fast = { width: 8, times: [5, 3, 3, 3, 3] } as const;

const slowRows: readonly SlowTable[] = [
  {
    ...slow,
    name: 'slow_r50',
    summary: 'slow pathway only (SlowOnly 8x8), ResNet-50',
    input: [8, 224, 224],
  },
];

const slowFastRows: readonly SlowFastTable[] = [
  {
    ...slow,
    name: 'slowfast_4x16_r50',
    summary: 'SlowFast 4x16, ResNet-50: 4 slow frames, 32 fast ones',
    input: [32, 224, 224],
    fast: { ...fast, alpha: 8, lateral: 5 },
  },
  {
    ...slow,
    name: 'slowfast_r50',
    summary: 'SlowFast 8x8, ResNet-50: 8 slow frames, 32 fast ones',
    input: [32, 224, 224],
    fast: { ...fast, alpha: 4, lateral: 7 },
  },
  {
    family: 'SlowFast',
    name: 'SlowFastSmall',
    summary: '4 slow frames, 16 fast ones, background subtracted; for laptops',
    input: [16, 84, 84],
    prepare: [{ type: 'motion' }],
    plane: 3,
    blocks: [1, 1, 1],
    slow: { width: 24, times: [1, 1, 3, 3] },
    fast: { width: 8, times: [3, 3, 3, 3], alpha: 4, lateral: 5 },
    dropout: 0.3,
  },
];

export const entries: readonly NetworkEntry[] = [
  ...x3dRows.map((row) => checkedEntry(row, X3D)),
  ...slowRows.map((row) => checkedEntry(row, Slow)),
  ...slowFastRows.map((row) => checkedEntry(row, SlowFast)),
];

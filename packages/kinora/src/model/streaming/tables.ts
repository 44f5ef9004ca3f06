/** The streaming networks as rows. To add one, add a row. */
import { checkedEntry } from '../fit.js';
import type { NetworkEntry } from '../network.js';
import { CausalMobile, type CausalMobileTable, type CausalStage } from './causal-mobile.js';

const stage = (
  expansion: number,
  channels: number,
  blocks: number,
  stride: 1 | 2,
  time: 3 | 5,
): CausalStage => ({
  ...{ expansion, channels, blocks, stride, time },
});

const family = 'Streaming causal 3D networks';

const rows: readonly CausalMobileTable[] = [
  {
    family,
    name: 'CausalMobile3D',
    summary: 'causal inverted residual blocks; runs on whole clips or frame by frame',
    input: [16, 112, 112],
    motion: false,
    stem: 16,
    stages: [
      stage(1, 16, 1, 1, 3),
      stage(6, 24, 2, 2, 5),
      stage(6, 40, 3, 2, 5),
      stage(6, 80, 4, 2, 5),
      stage(6, 160, 3, 2, 5),
    ],
    last: 640,
    dropout: 0.2,
  },
  {
    family,
    name: 'CausalMobile3DSmall',
    summary: '6 causal blocks, background subtracted; for laptops',
    input: [16, 84, 84],
    motion: true,
    stem: 16,
    stages: [stage(1, 16, 1, 1, 3), stage(3, 24, 1, 2, 5), stage(4, 32, 2, 2, 3), stage(4, 64, 2, 2, 3)],
    last: 256,
    dropout: 0.2,
  },
];

export const entries: readonly NetworkEntry[] = rows.map((row) => checkedEntry(row, CausalMobile));

/** The networks with a 2D CNN per frame at the tiny size of scripts/golden_frames.py, without dropout. */
import type { Network } from '../network.js';
import { ConsensusNetwork } from './consensus.js';
import { Lrcn } from './lrcn.js';
import { small } from './tables.js';
import { Trn } from './trn.js';

export const CLASSES = 3;
export const SEGMENTS = 4;

const common = {
  summary: '',
  input: [SEGMENTS, 10, 8],
  backbone: {
    ...small,
    stem: [{ input: 3, output: 4, kernel: [1, 3, 3], stride: [1, 2, 2] }],
    blocks: [1, 1],
    widths: [4, 4],
  },
  dropout: 0,
} as const;

const relation = { features: 6, bottleneck: 7 };

/** Each kind by its name in the golden file. */
export const tiny: Record<string, () => Network> = {
  single: () => new ConsensusNetwork({ ...common, name: 'single', single: true }, CLASSES),
  tsn: () => new ConsensusNetwork({ ...common, name: 'tsn', motion: true }, CLASSES),
  tsm: () => new ConsensusNetwork({ ...common, name: 'tsm', shift: 4 }, CLASSES),
  lrcn: () => new Lrcn({ ...common, name: 'lrcn', hidden: 5, steps: 'mean' }, CLASSES),
  'lrcn-last': () => new Lrcn({ ...common, name: 'lrcn-last', hidden: 5, steps: 'last' }, CLASSES),
  trn: () => new Trn({ ...common, ...relation, name: 'trn', scales: 'single' }, CLASSES),
  'trn-multiscale': () =>
    new Trn({ ...common, ...relation, name: 'trn-multiscale', scales: 'multiple' }, CLASSES),
};

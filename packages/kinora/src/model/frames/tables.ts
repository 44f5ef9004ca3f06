/** The networks with a 2D CNN per frame. To add one, add a row. */
import type { NetworkEntry } from '../network.js';
import type { BackboneTable } from './backbone.js';
import { ConsensusNetwork, type ConsensusTable } from './consensus.js';
import type { FrameTable } from './frame-network.js';
import { Lrcn, type LrcnTable } from './lrcn.js';
import { Trn, type TrnTable } from './trn.js';

/** Seven convolutions, 22 MMAC for a frame of 84x84. The stem leaves 21x21: maps of every second pixel cost more time than the rest. */
const small: BackboneTable = {
  stem: { channels: 16, kernel: 7, stride: 4 },
  stages: [
    { channels: 32, blocks: 1, stride: 1 },
    { channels: 64, blocks: 1, stride: 2 },
    { channels: 128, blocks: 1, stride: 2 },
  ],
};

/** What the networks for laptops have in common. */
const laptop = { input: [16, 84, 84], backbone: small, motion: true, dropout: 0.3 } as const;

const single: readonly ConsensusTable[] = [
  {
    ...laptop,
    name: 'SingleFrameSmall',
    summary: 'the middle frame alone: what can be told without motion',
    motion: false,
    single: true,
  },
];

const averaged: readonly ConsensusTable[] = [
  { ...laptop, name: 'TSNSmall', summary: 'the mean of what the frames say', sampling: 'segments' },
];

const shifted: readonly ConsensusTable[] = [
  {
    ...laptop,
    name: 'TSMSmall',
    summary: 'TSNSmall with channels shifted in time',
    sampling: 'segments',
    shift: 8,
  },
];

const recurrent: readonly LrcnTable[] = [
  { ...laptop, name: 'LRCNSmall', summary: 'mean over the steps of the LSTM', hidden: 128, steps: 'mean' },
  { ...laptop, name: 'LRCNLastSmall', summary: 'its last step alone', hidden: 128, steps: 'last' },
];

const relational: readonly TrnTable[] = [
  {
    ...laptop,
    name: 'TRNSmall',
    summary: 'one relation over all frames',
    sampling: 'segments',
    scales: 'single',
    features: 64,
    bottleneck: 128,
  },
  {
    ...laptop,
    name: 'TRNMultiscaleSmall',
    summary: 'relations over 16, 15, ..., 2 frames, 3 tuples of each',
    sampling: 'segments',
    scales: 'multiple',
    features: 64,
    bottleneck: 64,
  },
];

type Build<Table> = new (
  table: Table,
  ...size: Parameters<NetworkEntry['build']>
) => ReturnType<NetworkEntry['build']>;

const family = <Table extends FrameTable>(
  name: string,
  Network: Build<Table>,
  tables: readonly Table[],
): NetworkEntry[] =>
  tables.map((table) => ({
    name: table.name,
    family: name,
    summary: table.summary,
    input: table.input,
    ...(table.sampling && { sampling: table.sampling }),
    build: (classes, size) => new Network(table, classes, size),
  }));

export const entries: readonly NetworkEntry[] = [
  ...family('single frame', ConsensusNetwork, single),
  ...family('frames averaged (TSN)', ConsensusNetwork, averaged),
  ...family('frames with temporal shift (TSM)', ConsensusNetwork, shifted),
  ...family('frames and LSTM (LRCN)', Lrcn, recurrent),
  ...family('temporal relations of frames (TRN)', Trn, relational),
];

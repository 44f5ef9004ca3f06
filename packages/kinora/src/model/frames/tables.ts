/** The networks with a 2D CNN per frame. To add one, add a row. */
import type { NetworkEntry } from '../network.js';
import { flatRow } from '../resnet/tables.js';
import type { TrunkTable } from '../resnet/trunk.js';
import { ConsensusNetwork, type ConsensusTable } from './consensus.js';
import type { FrameTable } from './frame-network.js';
import { Lrcn, type LrcnTable } from './lrcn.js';
import { Trn, type TrnTable } from './trn.js';

/**
 * Seven convolutions, 22 MMAC for a frame of 84x84. The stem leaves 21x21: norms and activations of larger maps would
 * take more time than all convolutions.
 */
export const small: TrunkTable = {
  stem: [{ input: 3, output: 16, kernel: [1, 7, 7], stride: [1, 4, 4] }],
  pool: null,
  block: 'basic',
  blocks: [1, 1, 1],
  widths: [32, 64, 128],
  convs: ['3x3', '3x3', '3x3'],
  shortcut: 'B',
  naming: 'flat',
  edge: 'zeros',
};

/** Settings shared by the networks with the same CNN, and the end of their names. */
interface Common extends Omit<FrameTable, 'name' | 'summary'> {
  readonly size: string;
  /** End of their summaries. */
  readonly note: string;
}

const laptop: Common = {
  size: 'Small',
  note: ', background subtracted; for laptops',
  input: [16, 84, 84],
  backbone: small,
  motion: true,
  dropout: 0.3,
};

/** 224x224 as in the papers, with the CNN that TSM's authors use for all of these, and with the smaller ResNet. */
const papers = ([18, 50] as const).map(
  (depth): Common => ({
    size: `ResNet${depth}`,
    note: '',
    input: [8, 224, 224],
    backbone: flatRow(depth),
    dropout: 0.5,
  }),
);

const sizes = [...papers, laptop];
const isLaptop = (common: Common): boolean => common === laptop;

const single = sizes.map(
  (common): ConsensusTable => ({
    ...common,
    name: `SingleFrame${common.size}`,
    summary: 'middle frame only: a baseline without motion',
    motion: false,
    single: true,
  }),
);

const averaged = sizes.map(
  (common): ConsensusTable => ({
    ...common,
    name: `TSN${common.size}`,
    summary: `logits averaged over frames${common.note}`,
    sampling: 'segments',
  }),
);

const shifted = sizes.map(
  (common): ConsensusTable => ({
    ...common,
    name: `TSM${common.size}`,
    summary: `1/8 of channels shifted each way in time${common.note}`,
    sampling: 'segments',
    shift: 8,
  }),
);

/** 16 frames and 256 hidden units are the paper's for RGB. */
const recurrent = sizes.flatMap((common): LrcnTable[] => {
  const [, ...size] = common.input;
  const row = { ...common, input: [16, ...size] as const, hidden: isLaptop(common) ? 128 : 256 };
  return [
    {
      ...row,
      name: `LRCN${common.size}`,
      summary: `LSTM, logits averaged over steps${common.note}`,
      steps: 'mean',
    },
    {
      ...row,
      name: `LRCNLast${common.size}`,
      summary: `LSTM, logits of the last step${common.note}`,
      steps: 'last',
    },
  ];
});

/** Widths are those of the reference implementation. */
const relational = sizes.flatMap((common): TrnTable[] => {
  const row = { ...common, sampling: 'segments', features: isLaptop(common) ? 64 : 256 } as const;
  const [frames] = common.input;
  return [
    {
      ...row,
      name: `TRN${common.size}`,
      summary: `one relation over all ${frames} frames${common.note}`,
      scales: 'single',
      bottleneck: isLaptop(common) ? 128 : 512,
    },
    {
      ...row,
      name: `TRNMultiscale${common.size}`,
      summary: `relations at every scale from 2 to ${frames} frames${common.note}`,
      scales: 'multiple',
      bottleneck: isLaptop(common) ? 64 : 256,
    },
  ];
});

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
  ...family('Single frame', ConsensusNetwork, single),
  ...family('Frames averaged (TSN)', ConsensusNetwork, averaged),
  ...family('Temporal shift (TSM)', ConsensusNetwork, shifted),
  ...family('CNN and LSTM (LRCN)', Lrcn, recurrent),
  ...family('Temporal relations (TRN)', Trn, relational),
];

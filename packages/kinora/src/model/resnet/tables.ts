/** The residual networks as rows. To add one, add a row. */
import { checkedEntry } from '../fit.js';
import type { Layer, Size3 } from '../layers.js';
import type { NetworkEntry } from '../network.js';
import type { BlockKind } from './block.js';
import type { ConvKind, ConvShape } from './convolutions.js';
import { ResNet, type ResNetTable } from './resnet.js';

const WIDTHS = [64, 128, 256, 512];
const all = (kind: ConvKind): ConvKind[] => [kind, kind, kind, kind];

/** Blocks in each stage by depth (He et al. 2016, table 1; depth 10 is Hara's). */
const DEPTHS: readonly (readonly [depth: number, block: BlockKind, blocks: readonly number[]])[] = [
  [10, 'basic', [1, 1, 1, 1]],
  [18, 'basic', [2, 2, 2, 2]],
  [34, 'basic', [3, 4, 6, 3]],
  [50, 'bottleneck', [3, 4, 6, 3]],
  [101, 'bottleneck', [3, 4, 23, 3]],
];

/** 16 frames of 112x112, as used by Hara, torchvision and published Jester results of these networks. */
const CLIP: Size3 = [16, 112, 112];
const SMALL_CLIP: Size3 = [16, 84, 84];

/** Background subtracted, and half the height and width, for laptops. */
const prepare: readonly Layer[] = [{ type: 'motion' }, { type: 'average', kernel: [1, 2, 2] }];
const small = {
  input: SMALL_CLIP,
  prepare,
  widths: [16, 32, 64, 128],
  blocks: [1, 1, 1, 1],
  dropout: 0.3,
} as const;
const smallStem = (kernel: Size3): readonly ConvShape[] => [
  { input: 3, output: 16, kernel, stride: [1, 2, 2] },
];

/** Hara et al. 2018, https://arxiv.org/abs/1711.09577, with the layers and names of kenshohara/3D-ResNets-PyTorch. */
const hara = {
  family: '3D ResNets (Hara)',
  input: CLIP,
  stem: [{ input: 3, output: 64, kernel: [7, 7, 7], stride: [1, 2, 2] }],
  pool: [3, 3, 3],
  widths: WIDTHS,
  convs: all('3x3x3'),
  naming: 'flat',
  edge: 'zeros',
} as const satisfies Partial<ResNetTable>;

const haraRows: readonly ResNetTable[] = DEPTHS.flatMap(([depth, block, blocks]): ResNetTable[] => {
  const row = { ...hara, block, blocks };
  return [
    { ...row, name: `ResNet3D${depth}`, summary: `${depth} layers, projection shortcuts (B)`, shortcut: 'B' },
    {
      ...row,
      name: `ResNet3D${depth}A`,
      summary: `${depth} layers, parameter-free shortcuts (A)`,
      shortcut: 'A',
    },
  ];
});

/** Tran et al. 2018, https://arxiv.org/abs/1711.11248, with the layers and names of torchvision.models.video. */
const video = {
  family: 'Video ResNets (torchvision)',
  input: CLIP,
  stem: [{ input: 3, output: 64, kernel: [3, 7, 7], stride: [1, 2, 2] }],
  pool: null,
  block: 'basic',
  blocks: [2, 2, 2, 2],
  widths: WIDTHS,
  shortcut: 'B',
  naming: 'nested',
  edge: 'zeros',
} as const satisfies Partial<ResNetTable>;

const mixed: readonly ConvKind[] = ['3x3x3', '1x3x3', '1x3x3', '1x3x3'];

const videoRows: readonly ResNetTable[] = [
  { ...video, name: 'r3d_18', summary: '3D convolutions throughout', convs: all('3x3x3') },
  { ...video, name: 'mc3_18', summary: '3D convolutions in the first stage, 2D in the others', convs: mixed },
  {
    ...video,
    name: 'r2plus1d_18',
    summary: 'each 3D convolution factored into a spatial and a temporal one',
    stem: [
      { input: 3, output: 45, kernel: [1, 7, 7], stride: [1, 2, 2] },
      { input: 45, output: 64, kernel: [3, 1, 1] },
    ],
    convs: all('3x3+3'),
  },
];

/**
 * Channel-separated networks (Tran et al. 2019, https://arxiv.org/abs/1904.02811): only 1x1x1 convolutions mix channels,
 * only depthwise ones see space and time. Layers and names are those of facebookresearch/VMZ, and so is the eps of norms.
 */
const csn = {
  family: 'Channel-separated ResNets (CSN)',
  input: [32, 224, 224],
  stem: video.stem,
  pool: [1, 3, 3],
  block: 'bottleneck',
  widths: WIDTHS,
  shortcut: 'B',
  naming: 'nested',
  edge: 'zeros',
  eps: 1e-3,
} as const satisfies Partial<ResNetTable>;
const separated = { blocks: [3, 8, 36, 3], convs: all('depthwise') };

const csnRows: readonly ResNetTable[] = [
  {
    ...{ ...csn, ...separated },
    name: 'ir_csn_50',
    blocks: [3, 4, 6, 3],
    summary: '50 layers, interaction-reduced: depthwise convolutions',
  },
  {
    ...{ ...csn, ...separated },
    name: 'ir_csn_152',
    summary: '152 layers, interaction-reduced: depthwise convolutions',
  },
  {
    ...{ ...csn, ...separated },
    name: 'ip_csn_152',
    convs: all('1+depthwise'),
    summary: '152 layers, interaction-preserved: 1x1x1 before each depthwise one',
  },
];

/** He et al. 2016, with the layers and names of torchvision.models.resnet; one frame is a clip of one. */
const flat = {
  family: '2D ResNets, frame by frame',
  input: [1, 112, 112],
  stem: [{ input: 3, output: 64, kernel: [1, 7, 7], stride: [1, 2, 2] }],
  pool: [1, 3, 3],
  widths: WIDTHS,
  convs: all('3x3'),
  shortcut: 'B',
  naming: 'flat',
  edge: 'zeros',
} as const satisfies Partial<ResNetTable>;

/** Carreira and Zisserman 2017, https://arxiv.org/abs/1705.07750: every kernel of the 2D network gets a time axis. */
const inflated = {
  ...flat,
  family: 'Inflated 2D ResNets (I3D)',
  input: CLIP,
  stem: hara.stem,
  convs: all('3x3x3'),
  edge: 'still',
} as const satisfies Partial<ResNetTable>;

const flatDepths = DEPTHS.filter(([depth]) => depth > 10);
const flatRows: readonly ResNetTable[] = flatDepths.map(([depth, block, blocks]) => ({
  ...{ ...flat, block, blocks },
  name: `resnet${depth}`,
  summary: `${depth} layers, features averaged over frames`,
}));
/** The 2D ResNet of a depth: 18, 34, 50 or 101. */
export const flatRow = (depth: 18 | 34 | 50 | 101): ResNetTable =>
  flatRows.find(({ name }) => name === `resnet${depth}`)!;

const inflatedRows: readonly ResNetTable[] = flatDepths.map(([depth, block, blocks]) => ({
  ...{ ...inflated, block, blocks },
  name: `I3DResNet${depth}`,
  summary: `resnet${depth} with inflated 3D kernels; loads its weights`,
}));

const smallRows = {
  hara: { ...hara, ...small, stem: smallStem([3, 3, 3]), pool: null, block: 'basic', shortcut: 'B' },
  video: { ...video, ...small, stem: smallStem([3, 3, 3]), convs: all('3x3+3') },
  csn: { ...csn, ...small, stem: smallStem([3, 3, 3]), pool: null, convs: all('depthwise') },
  flat: { ...flat, ...small, stem: smallStem([1, 3, 3]), pool: null, block: 'basic' },
  inflated: { ...inflated, ...small, stem: smallStem([3, 3, 3]), pool: null, block: 'basic' },
} as const;

const rows: readonly ResNetTable[] = [
  ...haraRows,
  { ...smallRows.hara, name: 'ResNet3DSmall', summary: '10 layers, background subtracted; for laptops' },
  ...videoRows,
  {
    ...smallRows.video,
    name: 'R2Plus1DSmall',
    summary: 'R(2+1)D with 10 layers, background subtracted; for laptops',
  },
  ...csnRows,
  {
    ...smallRows.csn,
    name: 'CSNSmall',
    summary: 'ir-CSN with 14 layers, background subtracted; for laptops',
  },
  ...flatRows,
  {
    ...smallRows.flat,
    name: 'ResNetSmall',
    summary: '10 layers, frame features averaged, background subtracted; for laptops',
  },
  ...inflatedRows,
  {
    ...smallRows.inflated,
    name: 'I3DResNetSmall',
    summary: 'ResNetSmall with inflated 3D kernels; loads its weights; for laptops',
  },
];

export const entries: readonly NetworkEntry[] = rows.map((row) => checkedEntry(row, ResNet));

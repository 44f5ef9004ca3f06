/** The tables of the Two-Stream family. To add networks of this kind, add a size. */
import type { Size3 } from '../layers.js';
import { flatRow } from '../resnet/tables.js';
import { entryOf, type StreamTable, type TwoStreamTable } from './two-stream.js';

interface StreamSize {
  readonly suffix: string;
  readonly what: string;
  readonly input: Size3;
  readonly stream: StreamTable;
}

/** The paper's 224 pixels, with the residual networks that replaced its CNN-M (Feichtenhofer et al., NIPS 2016). */
const residual = (depth: 18 | 50): StreamSize => ({
  suffix: `ResNet${depth}`,
  what: `ResNet-${depth}`,
  input: [16, 224, 224],
  stream: { see: flatRow(depth), dropout: 0.5 },
});

const sizes: readonly StreamSize[] = [
  residual(18),
  residual(50),
  {
    suffix: 'Small',
    what: '7 convolutions',
    input: [16, 84, 84],
    stream: {
      see: [
        { out: 32, stride: 2 },
        { out: 64, stride: 2 },
        { out: 64, stride: 1 },
        { out: 128, stride: 2 },
        { out: 128, stride: 1 },
        { out: 256, stride: 2 },
        { out: 256, stride: 1 },
      ],
      dropout: 0.3,
    },
  },
];

export const twoStreamTables: readonly TwoStreamTable[] = sizes.flatMap(({ suffix, what, input, stream }) => [
  {
    name: `TwoStream${suffix}`,
    summary: `one RGB frame and 10 optical flow fields, ${what} each; scores averaged`,
    input,
    stream,
    weights: { spatial: 1, temporal: 1 },
  },
  {
    name: `SpatialStream${suffix}`,
    summary: 'spatial stream only: one RGB frame',
    input,
    stream,
    weights: { spatial: 1 },
  },
  {
    name: `TemporalStream${suffix}`,
    summary: 'temporal stream only: 10 optical flow fields',
    input,
    stream,
    weights: { temporal: 1 },
  },
]);

export const entries = twoStreamTables.map(entryOf);

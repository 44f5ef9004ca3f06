/** The tables of the Two-Stream family. To add a network of this kind, add a row. */
import type { Size3 } from './layers.js';
import { entryOf, type StreamTable, type TwoStreamTable } from './two-stream.js';

/** Seven convolutions from 84x84 to 6x6 pixels. */
const small: StreamTable = {
  units: [
    { out: 32, stride: 2 },
    { out: 64, stride: 2 },
    { out: 64, stride: 1 },
    { out: 128, stride: 2 },
    { out: 128, stride: 1 },
    { out: 256, stride: 2 },
    { out: 256, stride: 1 },
  ],
  dropout: 0.3,
};

const SMALL: Size3 = [16, 84, 84];

export const twoStreamTables: readonly TwoStreamTable[] = [
  {
    name: 'TwoStreamSmall',
    summary: 'one frame, and 10 fields of optical flow; their scores averaged',
    input: SMALL,
    stream: small,
    weights: { spatial: 1, temporal: 1 },
  },
  {
    name: 'SpatialStreamSmall',
    summary: 'its spatial stream alone: one frame',
    input: SMALL,
    stream: small,
    weights: { spatial: 1 },
  },
  {
    name: 'TemporalStreamSmall',
    summary: 'its temporal stream alone: 10 fields of optical flow',
    input: SMALL,
    stream: small,
    weights: { temporal: 1 },
  },
];

export const entries = twoStreamTables.map(entryOf);

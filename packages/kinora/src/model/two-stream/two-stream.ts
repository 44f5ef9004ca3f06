/**
 * Two-Stream networks (Simonyan & Zisserman, "Two-stream convolutional networks for action recognition in videos",
 * 2014): one 2D network sees a single frame, which shows appearance; another sees a stack of optical-flow fields, which
 * show motion; their class scores are averaged. Each stream is also a separate network with the same parameter names,
 * so that two separately trained runs can be loaded into one two-stream network.
 */

import { FLOW_FIELDS } from '@kinora/clip';
import { type KinoraError, kinoraError, nn, ops, type Tensor } from '@kinora/torch';
import type { Size3 } from '../layers.js';
import { Network, type NetworkEntry, type NetworkOutput } from '../network.js';
import { Trunk, type TrunkTable } from '../resnet/trunk.js';

/** A convolution of 3x3 that halves height and width with stride 2, batch norm and ReLU. */
export interface StreamUnit {
  readonly out: number;
  readonly stride: 1 | 2;
}

/** The feature extractor: a plain column of units, or a residual network whose stem takes the channels of the stream. */
export interface StreamTable {
  readonly see: readonly StreamUnit[] | TrunkTable;
  readonly dropout: number;
}

/** Share of each stream in the score; if one is missing, the network is only the other stream. */
export interface TwoStreamTable {
  readonly name: string;
  readonly summary: string;
  readonly input: Size3;
  readonly stream: StreamTable;
  readonly weights: { readonly spatial?: number; readonly temporal?: number };
}

/** `[N, in, H, W]` to logits, and the features they come from. */
export class Stream extends nn.Module<[input: Tensor], NetworkOutput> {
  readonly #trunk: Trunk | Column;
  readonly dropout: nn.Dropout;
  readonly fc: nn.Linear;

  constructor(channels: number, { see, dropout }: StreamTable, classes: number) {
    super();
    this.#trunk = 'stem' in see ? new Trunk(ofChannels(see, channels)) : new Column(channels, see);
    this.dropout = new nn.Dropout(dropout);
    this.fc = new nn.Linear(this.#trunk.features, classes);
  }

  /** The trunk's children are the stream's own, so that torchvision's weights keep their names. */
  override namedChildren(): [string, nn.AnyModule][] {
    return [...this.#trunk.namedChildren(), ['dropout', this.dropout], ['fc', this.fc]];
  }

  forward(input: Tensor): NetworkOutput {
    const features = this.dropout.call(this.#trunk.forward(input));
    return { logits: this.fc.call(features), features };
  }
}

/** A sequence of convolutions and the mean over space: `[N, in, H, W]` to `[N, F]`. */
class Column extends nn.Module {
  readonly features: number;
  readonly #units: nn.Segments;

  constructor(channels: number, units: readonly StreamUnit[]) {
    super();
    const inputs = [channels, ...units.map(({ out }) => out)];
    this.features = inputs.at(-1)!;
    const layers = units.flatMap(({ out, stride }, i) => [
      new nn.Conv2d(inputs[i]!, out, 3, { stride, padding: 1, bias: false }),
      new nn.BatchNorm2d(out),
      new nn.ReLU(),
    ]);
    this.#units = new nn.Segments(layers, (layer) => layer instanceof nn.ReLU);
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [['features', this.#units]];
  }

  forward(input: Tensor): Tensor {
    return this.#units.call(input).mean([2, 3]);
  }
}

function ofChannels(table: TrunkTable, input: number): TrunkTable {
  const [first, ...others] = table.stem;
  return { ...table, stem: [{ ...first!, input }, ...others] };
}

/** One stream, or both with late fusion. In training each stream has a separate loss (`streams`). */
export class TwoStream extends Network {
  override readonly flow: boolean;
  readonly table: TwoStreamTable;
  readonly spatial: Stream | undefined;
  readonly temporal: Stream | undefined;

  constructor(table: TwoStreamTable, classes: number) {
    super();
    const { stream, weights } = table;
    this.table = table;
    this.flow = weights.temporal !== undefined;
    if (weights.spatial !== undefined) this.spatial = new Stream(3, stream, classes);
    if (weights.temporal !== undefined) this.temporal = new Stream(2 * FLOW_FIELDS, stream, classes);
  }

  forward(clips: Tensor, flow?: Tensor): NetworkOutput {
    const { spatial, temporal } = this;
    if (clips.ndim !== 5 || clips.shape[1] !== 3) throw noClips(this.table.name, clips);
    const frame = spatial?.call(middleFrame(clips));
    const motion = temporal?.call(flowStack(flow ?? noFlow(this.table.name)));
    if (frame === undefined || motion === undefined) return frame ?? motion!;
    const streams = [frame.logits, motion.logits];
    const { weights } = this.table;
    return {
      logits: fuseScores(streams, [weights.spatial!, weights.temporal!]),
      features: ops.cat([frame.features, motion.features], 1),
      streams,
    };
  }
}

/** `[N, 3, T, H, W]` to `[N, 3, H, W]`: the middle frame. */
function middleFrame(clips: Tensor): Tensor {
  return clips.select(2, Math.floor(clips.shape[2]! / 2));
}

/**
 * `[N, 2, L, H, W]` to `[N, 2L, H, W]`, the channels dx, dy of the first field, of the second, and so on. Subtracts the
 * mean of each field, as in the paper, to compensate for camera motion.
 */
function flowStack(flow: Tensor): Tensor {
  const stack = flow.transpose(1, 2).flatten(1, 2);
  return stack.sub(stack.mean([2, 3], true));
}

/**
 * Late fusion: logits `[N, classes]` whose softmax is the weighted average of the streams' softmax scores. Weights are
 * shares: only their ratio counts.
 */
export function fuseScores(streams: readonly Tensor[], weights: readonly number[]): Tensor {
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = streams.map((logits, i) => logits.log_softmax(1).add(Math.log(weights[i]! / sum)));
  return ops.stack(shares).logsumexp([0]);
}

export const entryOf = (table: TwoStreamTable): NetworkEntry => ({
  name: table.name,
  family: 'Two-Stream',
  summary: table.summary,
  input: table.input,
  ...(table.weights.temporal !== undefined && { flow: true }),
  build: (classes) => new TwoStream(table, classes),
});

function noClips(name: string, { shape }: Tensor): KinoraError {
  const received = `[${shape.join(', ')}]`;
  return kinoraError('model/input', name, 'clips [N, 3, T, H, W]', received);
}

function noFlow(name: string): never {
  throw kinoraError('model/no-flow', name, {
    expected: `clips and optical flow [N, 2, ${FLOW_FIELDS}, H, W]`,
    received: 'only clips',
    hint: 'request it from the loader with flow: {}, and call the network with networkInputs(batch, spec)',
  });
}

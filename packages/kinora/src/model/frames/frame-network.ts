/**
 * The base of networks with a 2D CNN per frame: the CNN processes the frames of all clips as one batch, which gives a
 * sequence of features for each clip. Each family defines what follows.
 */
import { type Random, randomStream } from '@kinora/clip';
import { type KinoraError, kinoraError, nn, ops, scope, type Tensor } from '@kinora/torch';
import { Motion, type Size3 } from '../layers.js';
import { Network, type NetworkOutput } from '../network.js';
import { framesOf } from '../resnet/resnet.js';
import { Trunk, type TrunkTable } from '../resnet/trunk.js';

export interface FrameTable {
  readonly name: string;
  readonly summary: string;
  readonly input: Size3;
  readonly sampling?: 'segments';
  /** The 2D CNN. */
  readonly backbone: TrunkTable;
  /** Subtract the mean over the clip's frames first, so that static parts vanish. */
  readonly motion?: boolean;
  /** Number of features of each frame. */
  readonly dropout: number;
}

/** Clips `[N, 3, T, H, W]`. The names of its children are those of TSN's, TSM's and TRN's reference implementations. */
export abstract class FrameNetwork<Table extends FrameTable = FrameTable> extends Network {
  readonly table: Table;
  readonly motion: Motion | null;
  readonly base_model: Trunk;
  readonly dropout: nn.Dropout;

  constructor(table: Table) {
    super();
    this.table = table;
    this.motion = table.motion === true ? new Motion() : null;
    this.base_model = new Trunk(table.backbone);
    this.dropout = new nn.Dropout(table.dropout);
  }

  forward(clips: Tensor): NetworkOutput {
    this.#check(clips);
    return this.decide(this.encode(this.motion === null ? clips : this.motion.call(clips)));
  }

  /** Throws for a number of frames that the network does not support. */
  protected abstract checkFrames(frames: number): void;

  /** From the frames' features `[N, T, F]` in order. */
  protected abstract decide(sequence: Tensor): NetworkOutput;

  /** `[N, 3, T, H, W]` to `[N, T, F]`. */
  protected encode(clips: Tensor): Tensor {
    const features = this.base_model.call(framesOf(clips));
    return this.dropout.call(features).view([clips.shape[0]!, clips.shape[2]!, this.base_model.features]);
  }

  #check(clips: Tensor): void {
    const [, channels, frames] = clips.shape;
    if (clips.ndim !== 5 || channels !== 3) {
      throw kinoraError('model/input', this.table.name, {
        expected: 'clips [N, 3, T, H, W]',
        received: `[${clips.shape.join(', ')}]`,
      });
    }
    this.checkFrames(frames!);
  }
}

/** The error for clips with a number of frames that network `name` does not support. */
export const wrongFrames = (name: string, expected: string, received: number, hint: string): KinoraError =>
  kinoraError('model/input-size', name, {
    expected: `clips of ${expected}`,
    received: `${received} frame${received === 1 ? '' : 's'}`,
    hint,
  });

/** Random numbers for draws in forward, always the same, so that evaluation is deterministic. */
export const fixedRandom = (): Random => randomStream(0);

/** The same for training: numbers from the engine's default generator, whose state is in checkpoints. */
export const engineRandom = (): Random =>
  randomStream(scope(() => Number(ops.randint(2 ** 31 - 1, [1]).item())));

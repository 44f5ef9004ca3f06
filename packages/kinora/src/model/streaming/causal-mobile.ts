/**
 * A causal mobile network: inverted residual blocks whose filters look back in time, no stride along time, and the mean
 * over the frames so far. A whole clip and a stream frame by frame give the same logits. The idea is MoViNet's stream
 * buffer (Kondratyuk et al. 2021, https://arxiv.org/abs/2103.11511); the sizes are ours.
 */
import { type KinoraError, kinoraError, nn, scope, type Tensor } from '@kinora/torch';
import { buildLayer, Preparation, type Size3 } from '../layers.js';
import { InvertedResidual } from '../mobile/mobile-net.js';
import { Network, type NetworkOutput } from '../network.js';
import { CausalConv3d, CausalMotion, CumulativeMean, Memory, type StreamState } from './causal.js';

export interface CausalStage {
  readonly expansion: number;
  readonly channels: number;
  readonly blocks: number;
  /** Stride of the first block along height and width. */
  readonly stride: number;
  /** Number of frames that the first block's filters see; all others see 3. */
  readonly time: number;
}

export interface CausalMobileTable {
  readonly name: string;
  readonly family: string;
  readonly summary: string;
  readonly input: Size3;
  /** Subtract the mean over the frames so far, and halve height and width. */
  readonly motion: boolean;
  readonly stem: number;
  readonly stages: readonly CausalStage[];
  readonly last: number;
  readonly dropout: number;
}

/** What a network computes for the next frames of a stream. */
export interface StreamOutput extends NetworkOutput {
  /** Pass it to the next step. The caller disposes its tensors when the stream ends. */
  readonly state: StreamState;
}

/** A network that can also process clips frame by frame. */
export abstract class StreamingNetwork extends Network {
  protected readonly memory = new Memory();

  /**
   * Takes the next frames of a stream, `[N, 3, T, H, W]` with T >= 1, and returns the logits that `forward` returns for
   * all frames up to these. Evaluation mode only: batch statistics would include future frames.
   * @param state from the previous step; null at the start
   */
  step(frames: Tensor, state: StreamState | null): StreamOutput {
    if (this.training) throw stillTraining(this);
    return scope(() => {
      const { result, state: next } = this.memory.step(state, frames.shape[2]!, () => this.call(frames));
      return { ...result, state: next };
    });
  }
}

/** Clips `[N, 3, T, H, W]` of any size; the features are those at the last frame. */
export class CausalMobile extends StreamingNetwork {
  readonly #prepare: Preparation;
  readonly features: nn.Segments;
  readonly mean: CumulativeMean;
  readonly classifier: nn.Sequential;

  constructor({ motion, stem, stages, last, dropout }: CausalMobileTable, classes: number) {
    super();
    const { memory } = this;
    const average = () => buildLayer({ type: 'average', kernel: [1, 2, 2] });
    this.#prepare = new Preparation(motion ? [new CausalMotion(memory), average()] : []);
    const widths = [stem, ...stages.map(({ channels }) => channels)];
    this.features = new nn.Segments([
      unit(new CausalConv3d(memory, 3, stem, [1, 3, 3], 2), stem),
      ...stages.flatMap((stage, i) => buildStage(memory, stage, widths[i]!)),
      unit(new CausalConv3d(memory, widths.at(-1)!, last, [1, 1, 1], 1), last),
    ]);
    this.mean = new CumulativeMean(memory);
    this.classifier = new nn.Sequential(new nn.Dropout(dropout), new nn.Linear(last, classes));
    for (const module of this.namedModules().values())
      if (module instanceof nn.Conv3d) nn.init.kaimingNormal_(module.weight, { nonlinearity: 'relu' });
  }

  override namedChildren(): [string, nn.AnyModule][] {
    return [...this.#prepare.namedChildren(), ...super.namedChildren()];
  }

  forward(clips: Tensor): NetworkOutput {
    const features = this.mean.call(this.features.call(this.#prepare.apply(clips)));
    return { logits: this.classifier.call(features), features };
  }
}

const unit = (conv: nn.Module, channels: number): nn.Sequential =>
  new nn.Sequential(conv, new nn.BatchNorm3d(channels), new nn.ReLU6());

function buildStage(memory: Memory, stage: CausalStage, input: number): InvertedResidual[] {
  const { expansion, channels, blocks, stride, time } = stage;
  return Array.from({ length: blocks }, (_, i) => {
    const [from, step, reach] = i === 0 ? [input, stride, time] : [channels, 1, 3];
    const around = (hidden: number) => [
      new CausalConv3d(memory, hidden, hidden, [reach, 3, 3], step, hidden),
      new nn.BatchNorm3d(hidden),
    ];
    return new InvertedResidual(from, channels, expansion, [1, step, step], around);
  });
}

const stillTraining = (network: Network): KinoraError =>
  kinoraError('model/training', `${network.constructor.name}.step`, {
    expected: 'a network in evaluation mode',
    received: 'one in training mode',
    hint: 'call eval() first',
  });

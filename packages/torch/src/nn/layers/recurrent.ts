/**
 * torch.nn.LSTM and GRU over whole sequences, with PyTorch's parameter names (`weight_ih_l0`, `bias_hh_l1_reverse`).
 * Packed sequences are not supported: all sequences of a batch have the same length.
 */
import { ops } from '../../ops/ops.js';
import type { Tensor } from '../../tensor/tensor.js';
import { uniform_ } from '../init.js';
import { Module, parameter } from '../module.js';
import { checkCount, checkProbability, rejectInput, shapeText } from './check.js';

export interface RecurrentOptions {
  numLayers?: number;
  bias?: boolean;
  /** Input and output are `[N, L, ...]` instead of `[L, N, ...]`. The states never are. */
  batchFirst?: boolean;
  /** Dropout between layers, in training. */
  dropout?: number;
  bidirectional?: boolean;
}

abstract class Recurrent<State> extends Module<
  [sequence: Tensor, state?: State],
  [output: Tensor, state: State]
> {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly hasBias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;

  /** `gates`: blocks of hiddenSize rows in each weight, 4 for an LSTM, 3 for a GRU. */
  constructor(gates: number, inputSize: number, hiddenSize: number, options: RecurrentOptions) {
    super();
    const name = new.target.name;
    this.inputSize = checkCount(inputSize, `${name} inputSize`);
    this.hiddenSize = checkCount(hiddenSize, `${name} hiddenSize`);
    this.numLayers = checkCount(options.numLayers ?? 1, `${name} numLayers`);
    this.hasBias = options.bias ?? true;
    this.batchFirst = options.batchFirst ?? false;
    this.dropout = checkProbability(options.dropout ?? 0, `${name} dropout`);
    this.bidirectional = options.bidirectional ?? false;
    const bound = 1 / Math.sqrt(hiddenSize);
    const weights = this.#shapes(gates * hiddenSize).map(([field, shape]) => [
      field,
      parameter(uniform_(ops.empty(shape), -bound, bound)),
    ]);
    Object.assign(this, Object.fromEntries(weights));
  }

  /** Layer by layer, forward before reverse: the order that libtorch expects of the flat list. */
  protected weights(): Tensor[] {
    return this.#shapes(0).map(([field]) => (this as unknown as Record<string, Tensor>)[field]!);
  }

  /** A state of zeros `[numLayers * directions, N, hiddenSize]`. */
  protected zeroState(sequence: Tensor): Tensor {
    const batch = sequence.shape[this.batchFirst ? 0 : 1]!;
    const { dtype, device } = sequence;
    return ops.zeros([this.numLayers * this.#directions, batch, this.hiddenSize], { dtype, device });
  }

  protected check(sequence: Tensor, states: readonly Tensor[]): void {
    const { batchFirst, inputSize, hiddenSize, numLayers } = this;
    const layout = batchFirst ? 'N, L' : 'L, N';
    if (sequence.ndim !== 3 || sequence.shape[2] !== inputSize)
      rejectInput(this, `[${layout}, ${inputSize}]`, shapeText(sequence));
    const wanted = `[${numLayers * this.#directions}, ${sequence.shape[batchFirst ? 0 : 1]}, ${hiddenSize}]`;
    for (const state of states)
      if (shapeText(state) !== wanted) rejectInput(this, `a state ${wanted}`, shapeText(state));
  }

  get #directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  #shapes(rows: number): [field: string, shape: number[]][] {
    const directions = this.bidirectional ? ['', '_reverse'] : [''];
    return Array.from({ length: this.numLayers }, (_, layer) => {
      const columns = layer === 0 ? this.inputSize : this.hiddenSize * directions.length;
      return directions.flatMap((direction) => this.#cell(`l${layer}${direction}`, rows, columns));
    }).flat();
  }

  #cell(suffix: string, rows: number, columns: number): [string, number[]][] {
    const weights: [string, number[]][] = [
      [`weight_ih_${suffix}`, [rows, columns]],
      [`weight_hh_${suffix}`, [rows, this.hiddenSize]],
    ];
    if (!this.hasBias) return weights;
    return [...weights, [`bias_ih_${suffix}`, [rows]], [`bias_hh_${suffix}`, [rows]]];
  }
}

/** `[L, N, inputSize]` to `[L, N, directions * hiddenSize]`; state: hidden and cell, zeros by default. */
export class LSTM extends Recurrent<[hidden: Tensor, cell: Tensor]> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(4, inputSize, hiddenSize, options);
  }

  forward(sequence: Tensor, state?: [Tensor, Tensor]): [Tensor, [Tensor, Tensor]] {
    this.check(sequence, state ?? []);
    const { hasBias, numLayers, dropout, training, bidirectional, batchFirst } = this;
    const start = state ?? [this.zeroState(sequence), this.zeroState(sequence)];
    const [output, hidden, cell] = ops.lstm(
      sequence,
      start,
      this.weights(),
      hasBias,
      numLayers,
      dropout,
      training,
      bidirectional,
      batchFirst,
    );
    return [output, [hidden, cell]];
  }
}

/** `[L, N, inputSize]` to `[L, N, directions * hiddenSize]`; state: hidden, zeros by default. */
export class GRU extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(3, inputSize, hiddenSize, options);
  }

  forward(sequence: Tensor, state?: Tensor): [Tensor, Tensor] {
    this.check(sequence, state === undefined ? [] : [state]);
    const { hasBias, numLayers, dropout, training, bidirectional, batchFirst } = this;
    const start = state ?? this.zeroState(sequence);
    return ops.gru(
      sequence,
      start,
      this.weights(),
      hasBias,
      numLayers,
      dropout,
      training,
      bidirectional,
      batchFirst,
    );
  }
}

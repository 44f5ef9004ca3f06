/**
 * Where a network is cut in two: the prefix, frozen layers that give the same values for a clip in every step, and all
 * that follows, which learns. What crosses the cut is an output of the one graph and an input of the other.
 */
import { kinoraError, type Tensor } from '@kinora/torch';
import { type BatchCall, isPerClip, type Size, type TensorRef, tensorsIn } from '../batch.js';
import { foldBatchNorm } from '../fold.js';
import { foldPadding } from '../fold-padding.js';
import { Graph } from '../graph.js';
import { type Traces, Translator } from '../translate.js';
import type { DataInput } from './spec.js';

export class Prefix {
  readonly #graph = new Graph();
  readonly #frozen: Translator;
  readonly #learning: Translator;
  /** Tensors that hold what was learnt or depends on it; an operator that overwrites one may change that. */
  readonly #learnt: Set<number>;
  /** What crosses the cut, by its name in the frozen graph. */
  readonly #crossing = new Map<string, DataInput>();

  /**
   * @param learning translates what is not frozen; its inputs so far are the learnt tensors
   * @param inputs of the network, by name
   */
  constructor(
    traces: Traces,
    state: ReadonlyMap<string, Tensor>,
    learning: Translator,
    learnt: Iterable<TensorRef>,
    inputs: ReadonlyMap<string, TensorRef>,
  ) {
    this.#frozen = new Translator(this.#graph, traces, state);
    this.#learning = learning;
    this.#learnt = new Set(Array.from(learnt, ({ tensor }) => tensor));
    for (const [name, ref] of inputs) this.#frozen.input(name, ref);
  }

  /** Adds a call to the prefix and returns true, if it depends on nothing that is learnt and draws nothing at random. */
  take(call: BatchCall): boolean {
    const reads = tensorsIn([...call.inputs.values()]);
    if (reads.some(({ tensor }) => this.#learnt.has(tensor)) || call.inputs.get('train') === true)
      return false;
    this.#frozen.add(call);
    return true;
  }

  /** Adds a call to the graph that learns. */
  handOver(call: BatchCall): void {
    for (const ref of tensorsIn([...call.inputs.values()])) this.read(ref);
    this.#learning.add(call);
    for (const { tensor } of tensorsIn(call.outputs)) this.#learnt.add(tensor);
  }

  /** Makes a tensor known to the graph that learns: as an input, where it depends on the clips alone. */
  read(ref: TensorRef): void {
    if (this.#learnt.has(ref.tensor) || !this.#frozen.isLive(ref)) return;
    const value = this.#frozen.nameOf(ref);
    const known = this.#crossing.get(value);
    if (known === undefined) this.#cross(value, ref);
    else this.#learning.bind(known.name, ref);
  }

  #cross(value: string, ref: TensorRef): void {
    const isInput = this.#graph.inputs.some(({ name }) => name === value);
    const name = isInput ? value : this.#graph.output('prefix', value, ref);
    this.#crossing.set(value, dataInput(name, ref.shape));
    this.#learning.input(name, ref);
  }

  /** What the graph that learns takes instead of the network's inputs, and the prefix, if there is anything in it. */
  finish(): { readonly data: DataInput[]; readonly prefix: Graph | null } {
    const data = [...this.#crossing.values()];
    if (this.#graph.outputs.length === 0) return { data, prefix: null };
    this.#graph.prune();
    foldPadding(this.#graph);
    foldBatchNorm(this.#graph);
    this.#graph.prune();
    return { data, prefix: this.#graph };
  }
}

/** The description of a value with the batch, or a multiple of it, along its first axis. */
function dataInput(name: string, shape: readonly Size[]): DataInput {
  const [rows, ...rest] = shape;
  if (rows !== undefined && isPerClip(rows) && !rest.some(isPerClip)) {
    return { name, rows: rows.perClip, shape: rest as number[] };
  }
  throw kinoraError('export/freeze', name, {
    expected: 'frozen layers whose result has the clips along its first axis',
    received: `one of shape [${shape.map((size) => (isPerClip(size) ? `${size.perClip}N` : size)).join(', ')}]`,
    hint: 'freeze other layers',
  });
}

/**
 * Operator calls to an ONNX graph, one after the other. What does not depend on the clips has been computed by the trace
 * already and becomes a constant, whatever operators made it; the rest goes through the table in `operators/`.
 */
import { type KinoraError, kinoraError, type Tensor, type Trace } from '@kinora/torch';
import { type BatchCall, type TensorRef, tensorsIn } from './batch.js';
import { Call } from './call.js';
import type { Graph } from './graph.js';
import { type Translation, translationOf } from './operators/table.js';

/** The traces that the calls were merged from; their tensors must be alive. */
export type Traces = readonly [small: Trace<unknown>, large: Trace<unknown>];

export class Translator {
  readonly #graph: Graph;
  readonly #traces: Traces;
  /** Names of parameters and buffers. */
  readonly #stateNames: ReadonlyMap<number, string>;
  /** Names of values in the graph, by tensor. */
  readonly #names = new Map<number, string>();
  /** Tensors that depend on an input of the graph. */
  readonly #live = new Set<number>();
  readonly #translationOf: typeof translationOf;

  /** @param lookUp what an operator becomes; by default what it becomes in inference */
  constructor(
    graph: Graph,
    traces: Traces,
    state: ReadonlyMap<string, Tensor>,
    lookUp: typeof translationOf = translationOf,
  ) {
    this.#graph = graph;
    this.#traces = traces;
    this.#translationOf = lookUp;
    this.#stateNames = new Map(Array.from(state, ([name, tensor]) => [traces[0].idOf(tensor) ?? -1, name]));
  }

  /** Makes a traced tensor the graph's input. */
  input(name: string, ref: TensorRef): void {
    const { shape, dtype } = ref;
    this.#graph.inputs.push({ name: this.#graph.name(name), dtype, shape });
    this.bind(name, ref);
  }

  /** Says which value of the graph a traced tensor is. */
  bind(name: string, { tensor }: TensorRef): void {
    this.#names.set(tensor, name);
    this.#live.add(tensor);
  }

  /** Whether a tensor depends on an input of the graph. */
  isLive({ tensor }: TensorRef): boolean {
    return this.#live.has(tensor);
  }

  /** Translates one call. Throws `export/operator` naming operator and module where that is not possible. */
  add(call: BatchCall): void {
    const inputs = tensorsIn([...call.inputs.values()]);
    const outputs = tensorsIn(call.outputs);
    if (!inputs.some(({ tensor }) => this.#live.has(tensor)) && this.#isConstant(outputs)) return;
    const translation = this.#translationOf(call.operator) ?? unknown(call);
    if (translation.inPlace) this.#checkAlone(call, outputs[0]!, translation);
    const names = [translation.operator(new Call(call, this.#graph, this.#namesNow()))].flat();
    for (const [i, name] of names.entries()) {
      const { tensor } = outputs[i]!;
      this.#names.set(tensor, name);
      this.#live.add(tensor);
    }
  }

  /** Name of a tensor's value in the graph; a tensor that no call has made becomes a constant. */
  nameOf({ tensor: id }: TensorRef): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    if (this.#live.has(id) || !this.#isSame(id)) throw unusable(this.#stateNames.get(id));
    const tensor = this.#traces[0].tensorOf(id)!;
    const { dtype, shape } = tensor;
    const name = this.#graph.constant(this.#stateNames.get(id) ?? 'constant', {
      dtype,
      shape,
      bytes: tensor.toBytes(),
    });
    this.#names.set(id, name);
    return name;
  }

  /** `nameOf`, with names that stay what they were once asked for: an operator may overwrite its argument. */
  #namesNow(): (ref: TensorRef) => string {
    const names = new Map<number, string>();
    return (ref) => {
      const name = names.get(ref.tensor) ?? this.nameOf(ref);
      names.set(ref.tensor, name);
      return name;
    };
  }

  #isConstant(outputs: readonly TensorRef[]): boolean {
    return outputs.every(({ tensor }) => !this.#live.has(tensor) && this.#isSame(tensor));
  }

  /** Whether a tensor is alive and has the same content at both batch sizes. */
  #isSame(id: number): boolean {
    const [a, b] = this.#traces.map((trace) => trace.tensorOf(id));
    if (a === undefined || b === undefined || a.isDisposed || b.isDisposed) return false;
    if (a === b) return true;
    return String(a.shape) === String(b.shape) && Buffer.compare(a.toBytes(), b.toBytes()) === 0;
  }

  /** Overwriting a tensor that shares its memory with others would change those too, which a graph cannot say. */
  #checkAlone(call: BatchCall, { tensor: id }: TensorRef, _: Translation): void {
    const [{ tensorOf }] = this.#traces;
    const target = tensorOf(id)!;
    if (target.isDisposed) return;
    const { key } = target.storage;
    for (const other of this.#names.keys()) {
      const tensor = tensorOf(other)!;
      if (other === id || tensor.isDisposed || tensor.storage.key !== key) continue;
      throw refused(call, 'an operator that overwrites no memory shared with another tensor', call.operator);
    }
  }
}

const unknown = (call: BatchCall): never => {
  throw refused(call, 'operators that export knows', `${call.operator}.${call.overload}`);
};

function refused({ operator, module }: BatchCall, expected: string, received: string): KinoraError {
  return kinoraError('export/operator', module === '' ? operator : module, expected, received, {
    hint: 'write the layer with other operators, or export weights: --format safetensors or pt',
  });
}

const unusable = (name = 'a tensor that the network makes'): KinoraError =>
  kinoraError('export/constant', name, {
    expected: 'the same values whatever the batch',
    received: 'others for another batch, or none that were kept',
  });

/**
 * The base of every layer and network: fields that hold parameters, buffers and modules, found by walking them. Names
 * are those of the fields, and the fields carry PyTorch's names, so a PyTorch state_dict loads as it is. A field whose
 * tensor is marked neither `parameter` nor `buffer` is private: it is not saved, moved or trained.
 */
import type { Device } from '../engine/device.js';
import type { DType } from '../engine/dtype.js';
import { oncePerProcess, processWide } from '../engine/process-wide.js';
import { keep, scope } from '../engine/scope.js';
import { ops } from '../ops/ops.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';
import { enterModule, moduleName } from './call-stack.js';
import { dropFold } from './folded.js';
import { copyState, type LoadOptions, type LoadReport, type StateDict } from './state-dict.js';

/** Any module, with any input and output. */
export type AnyModule = Module<unknown[], unknown>;

/**
 * @example
 * class Net extends Module {
 *   conv = new Conv3d(3, 8, 3);
 *   fc = new Linear(8, 27);
 *   forward(clips: Tensor) {
 *     return this.fc.call(ops.relu(this.conv.call(clips)).mean([2, 3, 4]));
 *   }
 * }
 */
@oncePerProcess
export abstract class Module<In extends unknown[] = [input: Tensor], Out = Tensor> {
  /** Whether dropout drops and batch norm uses the statistics of the batch; set by `train` and `eval`. */
  training = true;

  /** What the module computes. Call `call`, which also tracks the module's path. */
  abstract forward(...inputs: In): Out;

  call(...inputs: In): Out {
    return enterModule(this, () => this.forward(...inputs));
  }

  /** Modules in fields, in the order of the fields. */
  namedChildren(): [name: string, child: AnyModule][] {
    return Object.entries(this).filter((field): field is [string, AnyModule] => field[1] instanceof Module);
  }

  children(): AnyModule[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module under '' and all below it by path, each once, parents first. */
  namedModules(): Map<string, AnyModule> {
    const seen = new Map<AnyModule, string>();
    for (const [path, module] of walk(this)) if (!seen.has(module)) seen.set(module, path);
    return new Map([...seen].map(([module, path]) => [path, module]));
  }

  namedParameters(): Map<string, Tensor> {
    return this.#tensors('parameter');
  }

  parameters(): Tensor[] {
    return [...this.namedParameters().values()];
  }

  namedBuffers(): Map<string, Tensor> {
    return this.#tensors('buffer');
  }

  /** Parameters and buffers by name, in PyTorch's order. These are the module's own tensors, not copies. */
  stateDict(): Map<string, Tensor> {
    const state = new Map<string, Tensor>();
    for (const [path, module] of walk(this)) {
      for (const kind of ['parameter', 'buffer'] as const)
        for (const [name, tensor] of ownTensors(module, kind)) state.set(join(path, name), tensor);
    }
    return state;
  }

  /**
   * Copies `state` into the parameters and buffers, converting dtype and device; nothing is copied if it does not fit.
   * @throws KinoraError `nn/state-dict` listing every missing, unexpected and wrongly shaped tensor
   */
  loadStateDict(state: StateDict, options: LoadOptions = {}): LoadReport {
    return copyState(moduleName(this), this.stateDict(), state, options);
  }

  train(mode = true): this {
    for (const module of this.namedModules().values()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /**
   * Moves parameters, buffers and gradients to a device, and the floating-point ones to a dtype. The tensors stay the
   * same objects, so an optimizer that holds them keeps working.
   */
  to({ device, dtype }: { device?: Device; dtype?: DType }): this {
    this.#dropFolds();
    scope(() =>
      noGrad(() => {
        for (const tensor of new Set(this.stateDict().values())) move(tensor, device, dtype);
      }),
    );
    return this;
  }

  /** Sets the gradients to null, as PyTorch does by default. */
  zeroGrad(): void {
    for (const tensor of this.parameters()) tensor.grad = null;
  }

  /** Frees the parameters and buffers. The module cannot be used afterwards. */
  dispose(): void {
    this.#dropFolds();
    for (const tensor of new Set(this.stateDict().values())) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #dropFolds(): void {
    for (const module of this.namedModules().values()) dropFold(module);
  }

  #tensors(kind: TensorKind): Map<string, Tensor> {
    const found = new Map<Tensor, string>();
    for (const [path, module] of walk(this)) {
      for (const [name, tensor] of ownTensors(module, kind))
        if (!found.has(tensor)) found.set(tensor, join(path, name));
    }
    return new Map([...found].map(([tensor, name]) => [name, tensor]));
  }
}

function* walk(module: AnyModule, path = ''): Generator<[string, AnyModule]> {
  yield [path, module];
  for (const [name, child] of module.namedChildren()) yield* walk(child, join(path, name));
}

function ownTensors(module: AnyModule, kind: TensorKind): [string, Tensor][] {
  return Object.entries(module).filter(([, value]) => tensorKind(value) === kind) as [string, Tensor][];
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function move(tensor: Tensor, device = tensor.device, dtype?: DType): void {
  const to = dtype !== undefined && ops.is_floating_point(tensor) ? dtype : tensor.dtype;
  const gradient = tensor.grad;
  ops.set_data(tensor, tensor.to(device, to));
  if (gradient !== null) tensor.grad = gradient.to(device, to);
}

export type TensorKind = 'parameter' | 'buffer';

const kinds = processWide('kinds of tensors', () => new WeakMap<Tensor, TensorKind>());

/** Marks `tensor` as trained: it requires gradients and outlives the scope it was made in. */
export function parameter(tensor: Tensor): Tensor {
  tensor.requiresGrad = true;
  return mark(tensor, 'parameter');
}

/** Marks `tensor` as part of the module's state (such as running statistics), which outlives the scope it was made in. */
export function buffer(tensor: Tensor): Tensor {
  return mark(tensor, 'buffer');
}

export function tensorKind(value: unknown): TensorKind | undefined {
  return typeof value === 'object' && value !== null ? kinds.get(value as Tensor) : undefined;
}

function mark(tensor: Tensor, kind: TensorKind): Tensor {
  kinds.set(keep(tensor), kind);
  return tensor;
}

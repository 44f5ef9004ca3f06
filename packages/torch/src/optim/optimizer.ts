/**
 * What all optimizers share: groups of parameters with settings of their own, state per parameter, saving and
 * restoring. The update rule is the subclass's; it works on whole lists of tensors (`_foreach_` operators).
 */

import { keep, scope } from '../engine/scope.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  checkDistinct,
  checkRange,
  type GroupSettings,
  type ParamGroup,
  type Params,
  toGroups,
} from './groups.js';
import { copyTensors, type OptimizerState } from './optimizer-state.js';

/** A parameter at one step: its gradient and what the algorithm remembers of it. */
export interface Entry {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly memory: Memory;
}

/** State of one parameter: how often it was updated, and tensors of its shape by PyTorch's names (`exp_avg`). */
export interface Memory {
  step: number;
  readonly tensors: Map<string, Tensor>;
}

export abstract class Optimizer<S extends GroupSettings = GroupSettings> {
  readonly groups: readonly ParamGroup<S>[];
  readonly #memories = new Map<Tensor, Memory>();

  constructor(params: Params<S>, settings: S) {
    this.groups = toGroups(params).map((group) => {
      const merged = { ...settings, ...group };
      this.checkSettings(merged);
      return { ...merged, initialLr: merged.lr };
    });
    checkDistinct(this.params);
  }

  /** All parameters, group by group. */
  get params(): Tensor[] {
    return this.groups.flatMap((group) => group.params);
  }

  /** Updates every parameter that has a gradient. */
  step(): void {
    noGrad(() =>
      scope(() => {
        for (const group of this.groups) {
          const entries = this.#entries(group.params);
          if (entries.length > 0) this.update(group, entries);
        }
      }),
    );
  }

  /** Forgets the gradients: sets them to null. */
  zeroGrad(): void {
    for (const param of this.params) param.grad = null;
  }

  /** Everything that a later run needs to go on with the same bits. The tensors are the optimizer's own, not copies. */
  stateDict(): OptimizerState {
    const tensors = new Map<string, Tensor>();
    const steps = this.params.map((param, index) => {
      const memory = this.#memories.get(param);
      for (const [name, tensor] of memory?.tensors ?? []) tensors.set(`${index}.${name}`, tensor);
      return memory?.step ?? 0;
    });
    const groups = this.groups.map(({ params, ...settings }) => ({ ...settings, params: params.length }));
    return {
      tensors,
      settings: { optimizer: this.constructor.name, groups: structuredClone(groups), steps },
    };
  }

  /**
   * Takes back what `stateDict` gave, rates and settings included; nothing changes if it does not fit.
   * @throws KinoraError `optim/state`
   */
  loadStateDict(state: OptimizerState): void {
    const copies = copyTensors(this.constructor.name, this.groups, state);
    this.dispose();
    this.groups.forEach((group, index) => {
      const { params: _, ...settings } = state.settings.groups[index]!;
      Object.assign(group, structuredClone(settings));
    });
    this.params.forEach((param, index) => {
      const step = state.settings.steps[index]!;
      if (step > 0) this.#memories.set(param, { step, tensors: copies[index]! });
    });
  }

  /** Frees the state, not the parameters. */
  dispose(): void {
    for (const { tensors } of this.#memories.values())
      for (const tensor of tensors.values()) tensor.dispose();
    this.#memories.clear();
  }

  /** @throws KinoraError `optim/settings` */
  protected checkSettings(settings: S): void {
    checkRange('lr', settings.lr, 0);
    checkRange('weightDecay', settings.weightDecay, 0);
  }

  /** One update of a group, without gradients being recorded; temporaries are freed by the caller's scope. */
  protected abstract update(settings: S, entries: readonly Entry[]): void;

  #entries(params: readonly Tensor[]): Entry[] {
    const entries: Entry[] = [];
    for (const param of params) {
      const grad = param.grad;
      if (grad === null) continue;
      const memory = this.#memories.get(param) ?? { step: 0, tensors: new Map() };
      memory.step += 1;
      this.#memories.set(param, memory);
      entries.push({ param, grad, memory });
    }
    return entries;
  }
}

/** The tensors called `name` of all entries, made by `create` where there is none yet. */
export function remembered(
  entries: readonly Entry[],
  name: string,
  create: (entry: Entry) => Tensor,
): Tensor[] {
  return entries.map((entry) => {
    const known = entry.memory.tensors.get(name);
    if (known !== undefined) return known;
    const made = keep(create(entry));
    entry.memory.tensors.set(name, made);
    return made;
  });
}

/**
 * Lists of modules: Sequential calls its members in order, ModuleList only holds them, and Segments is a Sequential
 * whose groups of members are segments of activation checkpointing.
 */
import { kinoraError } from '../../error.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkpoint, isCheckpointing } from '../checkpoint.js';
import { type AnyModule, Module } from '../module.js';
import { normActivation } from './norm-activation.js';

type Step = Module<[input: Tensor], Tensor>;

/** torch.nn.Sequential. Children are named '0', '1', ... or, given as a record, by its keys. */
export class Sequential extends Module {
  readonly #named: [name: string, step: Step][];
  readonly #steps: readonly Step[];

  constructor(...steps: Step[] | [Record<string, Step>]) {
    super();
    const only = steps[0];
    const named = steps.length === 1 && !(only instanceof Module) ? only! : steps;
    this.#named = Object.entries(named as Record<string, Step>);
    this.#steps = this.#named.map(([, step]) => step);
  }

  override namedChildren(): [string, AnyModule][] {
    return this.#named;
  }

  forward(input: Tensor): Tensor {
    let value = input;
    for (let i = 0; i < this.#steps.length; ) {
      const together = normActivation(this.#steps.slice(i, i + 3), value);
      value = together?.output ?? this.#steps[i]!.call(value);
      i += together?.used ?? 1;
    }
    return value;
  }
}

/** torch.nn.ModuleList: children '0', '1', ..., which the owner calls itself. */
export class ModuleList<M extends AnyModule = AnyModule> extends Module<never, never> implements Iterable<M> {
  readonly #modules: M[];

  constructor(modules: Iterable<M>) {
    super();
    this.#modules = [...modules];
  }

  get length(): number {
    return this.#modules.length;
  }

  at(index: number): M | undefined {
    return this.#modules.at(index);
  }

  [Symbol.iterator](): Iterator<M> {
    return this.#modules.values();
  }

  override namedChildren(): [string, AnyModule][] {
    return this.#modules.map((module, index) => [String(index), module]);
  }

  forward(): never {
    throw kinoraError('nn/call', 'ModuleList', { expected: 'its members to be called, not the list' });
  }
}

/** Same as Sequential outside `checkpointed`; within it, each group of members is a segment. */
export class Segments extends Sequential {
  readonly #groups: Sequential[];

  /** @param ends whether a segment ends after this member; by default every member is one */
  constructor(steps: readonly Step[], ends: (step: AnyModule) => boolean = () => true) {
    super(...steps);
    const groups: Step[][] = [[]];
    for (const step of steps) {
      groups.at(-1)!.push(step);
      if (ends(step)) groups.push([]);
    }
    this.#groups = groups.filter(({ length }) => length > 0).map((group) => new Sequential(...group));
  }

  /** The members of each segment. */
  get segments(): readonly (readonly AnyModule[])[] {
    return this.#groups.map((group) => group.children());
  }

  override forward(input: Tensor): Tensor {
    if (!isCheckpointing()) return super.forward(input);
    return this.#groups.reduce((value, group) => checkpoint(group, value), input);
  }
}

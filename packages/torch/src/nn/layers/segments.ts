/** A Sequential that checkpoints its members, in groups: where a network says what its segments are. */

import type { Tensor } from '../../tensor/tensor.js';
import { checkpoint, isCheckpointing } from '../checkpoint.js';
import type { AnyModule, Module } from '../module.js';
import { Sequential } from './containers.js';

type Step = Module<[input: Tensor], Tensor>;

/** As Sequential outside `checkpointed`; within it, each group of members is a segment. */
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

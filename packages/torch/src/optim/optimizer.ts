/**
 * The base of all optimizers: groups of parameters with their own settings, state per parameter, and the saved form,
 * which is tensors by name and the rest as plain JSON. `FirstOrder` is the base of those that update once per step from
 * the current gradients; they work on whole lists of tensors (`_foreach_` operators).
 */
import { keep, scope } from '../engine/scope.js';
import { type KinoraError, kinoraError } from '../error.js';
import { enableGrad, noGrad } from '../tensor/grad.js';
import type { Shape, Tensor } from '../tensor/tensor.js';

/** A parameter at one step: its gradient and its state. */
export interface Entry {
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly memory: Memory;
}

/** State of one parameter: its number of updates, and tensors by PyTorch's names (`exp_avg`). */
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

  /**
   * Updates the parameters. `closure` clears the gradients, computes the loss and calls `backward` on it; its loss, at the
   * parameters before the update, is returned. Without a closure, the gradients must have been computed already.
   */
  abstract step(closure?: () => Tensor): number | undefined;

  /** Sets the gradients to null. */
  zeroGrad(): void {
    for (const param of this.params) param.grad = null;
  }

  /** Everything that a later run needs to continue bit for bit. The tensors are the optimizer's own, not copies. */
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
   * Restores what `stateDict` returned, including rates and settings; changes nothing if it does not fit.
   * @throws KinoraError `optim/state`
   */
  loadStateDict(state: OptimizerState): void {
    const copies = copyTensors(this.constructor.name, this.groups, state, (param) => this.stateShape(param));
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
  }

  /** The state of a parameter; empty at first. */
  protected memoryOf(param: Tensor): Memory {
    const known = this.#memories.get(param);
    if (known !== undefined) return known;
    const made: Memory = { step: 0, tensors: new Map() };
    this.#memories.set(param, made);
    return made;
  }

  /** The shape of every tensor in the state of `param`. */
  protected stateShape(param: Tensor): Shape {
    return param.shape;
  }
}

/** The loss that a closure computes, with gradients recorded. */
export const evaluate = (closure: () => Tensor): number =>
  enableGrad(() => scope(() => Number(closure().item())));

/** Updates every parameter that has a gradient once per step. */
export abstract class FirstOrder<S extends DecaySettings = DecaySettings> extends Optimizer<S> {
  step(closure?: () => Tensor): number | undefined {
    const loss = closure && evaluate(closure);
    noGrad(() =>
      scope(() => {
        for (const group of this.groups) {
          const entries = this.#entries(group.params);
          if (entries.length > 0) this.update(group, entries);
        }
      }),
    );
    return loss;
  }

  protected override checkSettings(settings: S): void {
    super.checkSettings(settings);
    checkRange('weightDecay', settings.weightDecay, 0);
  }

  /** One update of a group, without recording gradients; the caller's scope frees temporaries. */
  protected abstract update(settings: S, entries: readonly Entry[]): void;

  #entries(params: readonly Tensor[]): Entry[] {
    const entries: Entry[] = [];
    for (const param of params) {
      const grad = param.grad;
      if (grad === null) continue;
      const memory = this.memoryOf(param);
      memory.step += 1;
      entries.push({ param, grad, memory });
    }
    return entries;
  }
}

/** The tensors called `name` of all entries, created by `create` on first use. */
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

export interface GroupSettings {
  /** Current learning rate; schedules write it. */
  lr: number;
}

export interface DecaySettings extends GroupSettings {
  weightDecay: number;
}

/** Parameters with the same settings. `S` is the type of the algorithm's settings. */
export type ParamGroup<S extends GroupSettings> = S & {
  readonly params: readonly Tensor[];
  /** The rate that schedules start from. */
  initialLr: number;
};

/** Parameters, or groups of parameters with settings that differ from the optimizer's. */
export type Params<S extends GroupSettings> =
  | readonly Tensor[]
  | readonly (Partial<S> & { params: readonly Tensor[] })[];

type GroupInput<S extends GroupSettings> = Partial<S> & { params: readonly Tensor[] };

/** A single group with all parameters, unless the caller passed groups. @throws KinoraError `optim/settings` */
export function toGroups<S extends GroupSettings>(params: Params<S>): readonly GroupInput<S>[] {
  if (!Array.isArray(params)) throw notParameters(params);
  const first = params[0];
  if (typeof first === 'object' && 'params' in first) return params as readonly GroupInput<S>[];
  return [{ params: params as readonly Tensor[] } as GroupInput<S>];
}

const notParameters = (received: unknown): KinoraError =>
  kinoraError('optim/settings', 'params', {
    expected: 'an array of tensors, or of groups of them',
    received: received instanceof Map ? 'a Map' : `a ${typeof received}`,
    hint: 'for example network.parameters()',
  });

/** @throws KinoraError `optim/settings` */
export function checkDistinct(params: readonly Tensor[]): void {
  if (params.length > 0 && new Set(params).size === params.length) return;
  throw kinoraError('optim/settings', 'params', {
    expected: 'at least one parameter, each once',
    received: params.length === 0 ? 'none' : 'one of them twice',
  });
}

/** @throws KinoraError `optim/settings` */
export function checkRange(name: string, value: number, low: number, below = Number.POSITIVE_INFINITY): void {
  if (value >= low && value < below) return;
  const expected = below === Number.POSITIVE_INFINITY ? `a number >= ${low}` : `${low} <= ${name} < ${below}`;
  throw kinoraError('optim/settings', name, expected, String(value));
}

export interface OptimizerState {
  /** `<index of the parameter>.<PyTorch's name>`, for instance `3.exp_avg_sq`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly settings: {
    readonly optimizer: string;
    /** Each group's settings, with the number of its parameters. */
    readonly groups: readonly { readonly params: number; readonly [setting: string]: unknown }[];
    /** Updates made so far, per parameter. */
    readonly steps: readonly number[];
  };
}

interface Target {
  readonly params: readonly Tensor[];
}

/**
 * Copies of the saved tensors, per parameter and by name, on the parameters' devices.
 * @throws KinoraError `optim/state` if the state is from another optimizer or network
 */
function copyTensors(
  optimizer: string,
  groups: readonly Target[],
  { settings, tensors }: OptimizerState,
  shapeOf: (param: Tensor) => Shape,
): Map<string, Tensor>[] {
  expectEqual('optimizer', optimizer, settings.optimizer);
  const sizes = (of: readonly number[]) => `${of.length} groups of ${of.join(', ')} parameters`;
  expectEqual(
    'groups',
    sizes(groups.map((g) => g.params.length)),
    sizes(settings.groups.map((g) => g.params)),
  );
  const params = groups.flatMap((group) => group.params);
  expectEqual('steps', `${params.length} numbers`, `${settings.steps.length} numbers`);
  for (const [name, tensor] of tensors) {
    const param = params[Number.parseInt(name, 10)];
    expectEqual(name, param === undefined ? 'no such parameter' : text(shapeOf(param)), text(tensor.shape));
  }
  return params.map((param, index) => copiesOf(param, `${index}.`, tensors));
}

function copiesOf(param: Tensor, prefix: string, tensors: OptimizerState['tensors']): Map<string, Tensor> {
  const mine = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(mine.map(([name, tensor]) => [name.slice(prefix.length), copyBeside(param, tensor)]));
}

function copyBeside(param: Tensor, tensor: Tensor): Tensor {
  return keep(scope(() => noGrad(() => tensor.to(param.device, tensor.dtype).clone())));
}

const text = (shape: Shape): string => `[${shape.join(', ')}]`;

function expectEqual(where: string, expected: string, received: string): void {
  if (expected === received) return;
  throw kinoraError('optim/state', `optimizer state, ${where}`, expected, received, {
    hint: 'the state must come from the same optimizer on the same network',
  });
}

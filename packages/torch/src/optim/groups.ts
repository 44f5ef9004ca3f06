/** Groups of parameters and the settings they are updated by. */
import { KinoraError } from '../error.js';
import type { Tensor } from '../tensor/tensor.js';

export interface GroupSettings {
  /** Learning rate now; schedules write it. */
  lr: number;
  weightDecay: number;
}

/** Parameters that are updated alike. `S` are the settings of the algorithm. */
export type ParamGroup<S extends GroupSettings> = S & {
  readonly params: readonly Tensor[];
  /** The rate that schedules start from. */
  initialLr: number;
};

/** Parameters, or groups of them whose settings differ from the optimizer's. */
export type Params<S extends GroupSettings> =
  | readonly Tensor[]
  | readonly (Partial<S> & { params: readonly Tensor[] })[];

type GroupInput<S extends GroupSettings> = Partial<S> & { params: readonly Tensor[] };

/** One group of all, if the caller made none. @throws KinoraError `optim/settings` */
export function toGroups<S extends GroupSettings>(params: Params<S>): readonly GroupInput<S>[] {
  if (!Array.isArray(params)) throw notParameters(params);
  const first = params[0];
  if (typeof first === 'object' && 'params' in first) return params as readonly GroupInput<S>[];
  return [{ params: params as readonly Tensor[] } as GroupInput<S>];
}

const notParameters = (received: unknown): KinoraError =>
  new KinoraError({
    code: 'optim/settings',
    where: 'params',
    expected: 'an array of tensors, or of groups of them',
    received: received instanceof Map ? 'a Map' : `a ${typeof received}`,
    hint: 'for example network.parameters()',
  });

/** @throws KinoraError `optim/settings` */
export function checkDistinct(params: readonly Tensor[]): void {
  if (params.length > 0 && new Set(params).size === params.length) return;
  throw new KinoraError({
    code: 'optim/settings',
    where: 'params',
    expected: 'at least one parameter, each once',
    received: params.length === 0 ? 'none' : 'one of them twice',
  });
}

/** @throws KinoraError `optim/settings` */
export function checkRange(name: string, value: number, low: number, below = Number.POSITIVE_INFINITY): void {
  if (value >= low && value < below) return;
  const expected = below === Number.POSITIVE_INFINITY ? `a number >= ${low}` : `${low} <= ${name} < ${below}`;
  throw new KinoraError({ code: 'optim/settings', where: name, expected, received: String(value) });
}

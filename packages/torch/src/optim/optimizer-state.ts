/** The saved form of an optimizer: tensors by name, for a tensor file, and the rest as plain JSON. */

import { keep, scope } from '../engine/scope.js';
import { KinoraError } from '../error.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';

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
 * @throws KinoraError `optim/state` when the state is another optimizer's or another network's
 */
export function copyTensors(
  optimizer: string,
  groups: readonly Target[],
  { settings, tensors }: OptimizerState,
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
  for (const [name, tensor] of tensors)
    expectEqual(name, text(params[Number.parseInt(name, 10)]), text(tensor));
  return params.map((param, index) => copiesOf(param, `${index}.`, tensors));
}

function copiesOf(param: Tensor, prefix: string, tensors: OptimizerState['tensors']): Map<string, Tensor> {
  const mine = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(mine.map(([name, tensor]) => [name.slice(prefix.length), copyBeside(param, tensor)]));
}

function copyBeside(param: Tensor, tensor: Tensor): Tensor {
  return keep(scope(() => noGrad(() => tensor.to(param.device, tensor.dtype).clone())));
}

function text(tensor: Tensor | undefined): string {
  return tensor === undefined ? 'no such parameter' : `[${tensor.shape.join(', ')}]`;
}

function expectEqual(where: string, expected: string, received: string): void {
  if (expected === received) return;
  throw new KinoraError({
    code: 'optim/state',
    where: `optimizer state, ${where}`,
    expected,
    received,
    hint: 'the state must come from the same optimizer on the same network',
  });
}

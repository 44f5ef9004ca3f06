/** The table: what each of libtorch's operators becomes in ONNX. To support another one, add it to its family. */
import type { Operator } from '../call.js';
import { convolutions } from './convolution.js';
import { elementwise } from './elementwise.js';
import { normalisation } from './normalisation.js';
import { pooling } from './pooling.js';
import { recurrents } from './recurrent.js';
import { reductions } from './reduction.js';
import { shapes } from './shape.js';

const table: Readonly<Record<string, Operator>> = {
  ...convolutions,
  ...pooling,
  ...elementwise,
  ...normalisation,
  ...shapes,
  ...reductions,
  ...recurrents,
};

export interface Translation {
  readonly operator: Operator;
  /** It overwrites its first argument, as `aten::relu_` does. */
  readonly inPlace: boolean;
}

/** How an operator is translated; undefined where it is not. */
export const translationOf = (name: string): Translation | undefined => entryOf(table, name);

/** An operator's entry in a table of operators; `aten::relu_` has that of `aten::relu`. */
export function entryOf<T>(
  entries: Readonly<Record<string, T>>,
  name: string,
): { operator: T; inPlace: boolean } | undefined {
  const operator = entries[name];
  if (operator !== undefined) return { operator, inPlace: false };
  const plain = name.endsWith('_') ? entries[name.slice(0, -1)] : undefined;
  return plain && { operator: plain, inPlace: true };
}

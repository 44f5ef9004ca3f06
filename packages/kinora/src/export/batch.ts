/**
 * A network as a list of operator calls whose sizes know the batch. Sizes that a network reads from a shape are plain
 * numbers in a trace, so two traces, at two batch sizes, are laid over each other: what differs must scale with the batch.
 */
import {
  type KinoraError,
  kinoraError,
  type Trace,
  type TracedCall,
  type TracedModule,
  type TracedTensor,
  type TracedValue,
} from '@kinora/torch';

/** A size that is this many times the batch. */
export interface PerClip {
  readonly perClip: number;
}
/** In elements. */
export type Size = number | PerClip;

export interface TensorRef {
  /** Equal numbers are the same tensor. */
  readonly tensor: number;
  readonly shape: readonly Size[];
  readonly dtype: TracedTensor['dtype'];
}
/** An argument or a result, as TracedValue, with sizes that know the batch. */
export type Value = TensorRef | PerClip | number | bigint | boolean | string | null | readonly Value[];

export interface BatchCall {
  /** `aten::conv3d` */
  readonly operator: string;
  readonly overload: string;
  readonly module: string;
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: readonly Value[];
}

export interface ModuleOutput {
  readonly path: string;
  readonly output: TensorRef;
}

/** The batch sizes to trace at. Larger than 1, which broadcasting treats apart. */
export const BATCHES = [2, 3] as const;

export const isPerClip = (value: unknown): value is PerClip =>
  typeof value === 'object' && value !== null && 'perClip' in value;

export const isTensor = (value: unknown): value is TensorRef =>
  typeof value === 'object' && value !== null && 'tensor' in value;

/** All tensors in arguments or results, those in lists included. */
export function tensorsIn(values: readonly Value[]): TensorRef[] {
  return values.flatMap((value) =>
    isTensor(value) ? [value] : Array.isArray(value) ? tensorsIn(value as readonly Value[]) : [],
  );
}

/** Lays traces at the batch sizes `BATCHES` over each other. Throws `export/batch` naming the module that differs. */
export function mergeCalls(small: Trace<unknown>, large: Trace<unknown>): BatchCall[] {
  const length = Math.max(small.calls.length, large.calls.length);
  return Array.from({ length }, (_, i) => mergeCall(small.calls[i], large.calls[i]));
}

/** The tensors that modules gave out, in the order in which the modules finished. */
export function mergeModules(small: Trace<unknown>, large: Trace<unknown>): ModuleOutput[] {
  return small.modules.map(({ path, output }, i) => ({
    path,
    output: merge(output, (large.modules[i] as TracedModule).output, path) as TensorRef,
  }));
}

function mergeCall(a: TracedCall | undefined, b: TracedCall | undefined): BatchCall {
  if (a === undefined || b === undefined || a.operator !== b.operator || a.overload !== b.overload) {
    const [there, here] = [a?.operator ?? 'nothing', b?.operator ?? 'nothing'];
    throw differs((a ?? b)!.module, there, here);
  }
  const { operator, overload, module } = a;
  const where = module === '' ? operator : `${module}, ${operator}`;
  return {
    operator,
    overload,
    module,
    inputs: new Map([...a.inputs].map(([name, value]) => [name, merge(value, b.inputs.get(name)!, where)])),
    outputs: a.outputs.map((value, i) => merge(value, b.outputs[i]!, where)),
  };
}

function merge(a: TracedValue, b: TracedValue, where: string): Value {
  if (typeof a === 'number' && typeof b === 'number') return mergeSize(a, b, where);
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return a.map((value, i) => merge(value, b[i], where));
  if (isTraced(a) && isTraced(b) && a.tensor === b.tensor && a.dtype === b.dtype)
    return { ...a, shape: merge(a.shape, b.shape, where) as Size[] };
  if (a === b && !isTraced(a)) return a as Value;
  throw differs(where, describe(a), describe(b));
}

function mergeSize(a: number, b: number, where: string): Size {
  if (Object.is(a, b)) return a;
  const perClip = a / BATCHES[0];
  if (Number.isInteger(perClip) && perClip * BATCHES[1] === b) return { perClip };
  throw differs(where, String(a), String(b));
}

const isTraced = (value: TracedValue): value is TracedTensor =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const describe = (value: TracedValue): string =>
  isTraced(value) ? `a tensor [${value.shape.join(', ')}]` : String(value);

function differs(where: string, small: string, large: string): KinoraError {
  return kinoraError('export/batch', where === '' ? 'the network' : where, {
    expected: 'sizes that are constant or scale with the number of clips',
    received: `${small} for ${BATCHES[0]} clips and ${large} for ${BATCHES[1]}`,
  });
}

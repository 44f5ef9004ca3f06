/**
 * Copies a state_dict into the tensors of a module. If anything does not fit, it copies nothing and throws one error
 * that lists all problems.
 */
import { type KinoraError, kinoraError } from '../error.js';
import { noGrad } from '../tensor/grad.js';
import type { Tensor } from '../tensor/tensor.js';

export type StateDict = ReadonlyMap<string, Tensor>;

export interface LoadOptions {
  /** Names must match exactly (default). If false, missing and unexpected names are only reported. */
  strict?: boolean;
}

export interface LoadReport {
  missing: string[];
  unexpected: string[];
}

interface Comparison extends LoadReport {
  /** `name [2, 3] instead of [4, 3]` */
  wrongShape: string[];
}

/** Files written before PyTorch 0.4.1 have no such counter; as in `_NormBase._load_from_state_dict` it then starts at 0. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/** @throws KinoraError `nn/state-dict` */
export function copyState(
  owner: string,
  target: StateDict,
  source: StateDict,
  options: LoadOptions,
): LoadReport {
  if (!(source instanceof Map)) throw notAMap(owner, source);
  const found = compare(target, source);
  const { wrongShape, ...report } = found;
  const wrongNames = report.missing.length + report.unexpected.length > 0;
  if (wrongShape.length > 0 || (wrongNames && options.strict !== false)) throw mismatch(owner, target, found);
  noGrad(() => {
    for (const [name, tensor] of target) {
      const value = source.get(name);
      if (value !== undefined) tensor.copy_(value);
      else if (COUNTER.test(name)) tensor.zero_();
    }
  });
  return report;
}

const notAMap = (owner: string, received: unknown): KinoraError =>
  kinoraError('nn/state-dict', `state_dict of ${owner}`, {
    expected: 'a Map of names to tensors',
    received: received === null ? 'null' : `a ${typeof received}`,
    hint: 'stateDict() and the readers of serialize return one; for an object, use new Map(Object.entries(object))',
  });

function compare(target: StateDict, source: StateDict): Comparison {
  const common = [...target].filter(([name]) => source.has(name));
  return {
    missing: [...target.keys()].filter((name) => !source.has(name) && !COUNTER.test(name)),
    unexpected: [...source.keys()].filter((name) => !target.has(name)),
    wrongShape: common
      .map(([name, tensor]) => [name, text(source.get(name)!), text(tensor)] as const)
      .filter(([, received, expected]) => received !== expected)
      .map(([name, received, expected]) => `${name} ${received} instead of ${expected}`),
  };
}

function mismatch(owner: string, target: StateDict, found: Comparison): KinoraError {
  const lists = { missing: found.missing, unexpected: found.unexpected, 'wrong shape': found.wrongShape };
  return kinoraError('nn/state-dict', `state_dict of ${owner}`, {
    expected: `the ${target.size} tensors of this network`,
    received: Object.entries(lists)
      .filter(([, names]) => names.length > 0)
      .map(([kind, names]) => `${kind}: ${names.join(', ')}`)
      .join('; '),
    hint: advice(found),
  });
}

function advice({ unexpected, wrongShape }: Comparison): string {
  if (unexpected.length > 0 && unexpected.every((name) => name.startsWith('module.')))
    return "the file was saved from DataParallel: remove 'module.' from its names";
  if (wrongShape.length > 0) return 'build the network with the sizes in the file';
  return 'use { strict: false } to load only the names that match';
}

function text(tensor: Tensor): string {
  return `[${tensor.shape.join(', ')}]`;
}

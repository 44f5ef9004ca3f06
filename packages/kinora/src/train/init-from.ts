/**
 * Weights of another training to begin with: safetensors, PyTorch files or run folders. What matches by name and shape is
 * taken; what does not is told, tensor by tensor. Only a classifier of another size may differ in shape: it stays as
 * it was drawn.
 */
import { KinoraError, noGrad, type Tensor } from '@kinora/torch';
import { inflate } from '../model/inflate.js';
import type { Network } from '../model/network.js';
import { readWeights, type Weights } from '../model/weights.js';

/** What became of a network's tensors, by name. */
export interface InitReport {
  readonly taken: readonly string[];
  /** Of those, kernels of a 2D network that were given a time axis (model/inflate.ts). */
  readonly inflated: readonly string[];
  /** Of another number of classes: `fc.weight [27, 64] instead of [5, 64]`. */
  readonly classifier: readonly string[];
  /** In the network, not in the file: left as they were drawn. */
  readonly missing: readonly string[];
  /** In the file, not in the network: not used. */
  readonly unexpected: readonly string[];
}

/**
 * Copies the weights of `file` into a network of `classes` classes. Throws `model/other-weights`, with nothing copied,
 * where a tensor other than the classifier's has another shape or where no name matches.
 */
export function initFrom(network: Network, file: string, classes: number): InitReport {
  const weights = readWeights(file);
  try {
    const inflated = inflate(network.stateDict(), weights);
    return { ...take(network, weights, file, classes), inflated };
  } finally {
    for (const tensor of weights.values()) tensor.dispose();
  }
}

/** The report as lines for a person. */
export function describeInit(report: InitReport, file: string): string[] {
  const { taken, inflated, classifier, missing, unexpected } = report;
  const line = (what: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`  ${what}: ${names.join(', ')}`];
  return [
    `weights from ${file}: ${taken.length} tensors taken`,
    ...line('kernels of a 2D network, inflated along time', inflated),
    ...line('a classifier of another size, left at its initial values', classifier),
    ...line('not in the file, left at their initial values', missing),
    ...line('in the file but not in the network, not used', unexpected),
  ];
}

function take(
  network: Network,
  weights: Weights,
  file: string,
  classes: number,
): Omit<InitReport, 'inflated'> {
  const own = network.stateDict();
  const common = [...own].filter(([name]) => weights.has(name));
  const fitting = common.filter(([name, tensor]) => shape(tensor) === shape(weights.get(name)!));
  const others = common.filter((entry) => !fitting.includes(entry));
  const wrong = others.filter(([name, tensor]) => !isClassifier(tensor, weights.get(name)!, classes));
  const say = ([name, tensor]: [string, Tensor]) =>
    `${name} ${shape(weights.get(name)!)} instead of ${shape(tensor)}`;
  if (wrong.length > 0) throw otherWeights(file, `wrong shape: ${wrong.map(say).join(', ')}`);
  if (fitting.length === 0)
    throw otherWeights(file, `tensors named ${some(weights)} instead of ${some(own)}`);
  noGrad(() => {
    for (const [name, tensor] of fitting) tensor.copy_(weights.get(name)!);
  });
  return {
    taken: fitting.map(([name]) => name),
    classifier: others.map(say),
    missing: [...own.keys()].filter((name) => !weights.has(name) && !name.endsWith('num_batches_tracked')),
    unexpected: [...weights.keys()].filter((name) => !own.has(name)),
  };
}

/** One row a class: shapes that differ in the first size only, which is ours. */
const isClassifier = (own: Tensor, given: Tensor, classes: number): boolean =>
  own.shape[0] === classes && String(own.shape.slice(1)) === String(given.shape.slice(1));

const shape = ({ shape }: Tensor): string => `[${shape.join(', ')}]`;
const some = (weights: ReadonlyMap<string, Tensor>): string =>
  `${[...weights.keys()].slice(0, 3).join(', ')}, ...`;

const otherWeights = (file: string, received: string): KinoraError =>
  new KinoraError({
    code: 'model/other-weights',
    where: file,
    expected: 'weights of the configured network',
    received,
    hint: 'set model to the network that the file belongs to',
  });

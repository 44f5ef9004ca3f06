/**
 * Weights of another training to begin with: safetensors, PyTorch files or run folders. What matches by name and shape is
 * copied; what does not is reported, tensor by tensor. Only a classifier of another size may differ in shape: it keeps
 * its initial values.
 */
import { type KinoraError, kinoraError, noGrad, scope, type Tensor } from '@kinora/torch';
import { inflate } from '../../model/inflate.js';
import type { Network } from '../../model/network.js';
import { networkNameOf, openWeights, type Weights } from '../../model/weights.js';

/** What was done with each tensor of a network, by name. */
export interface InitReport {
  readonly taken: readonly string[];
  /** Of those, kernels of a 2D network that were given a time axis (model/inflate.ts). */
  readonly inflated: readonly string[];
  /** Of another number of classes: `fc.weight [27, 64] instead of [5, 64]`. */
  readonly classifier: readonly string[];
  /** In the network, not in the file: left at their initial values. */
  readonly missing: readonly string[];
  /** In the file, not in the network: not used. */
  readonly unexpected: readonly string[];
}

/** The registry's name of the network that is to take the weights, and its number of classes. */
export interface Target {
  readonly model: string;
  readonly classes: number;
}

/**
 * Copies the weights of `file` into a network. Throws with nothing copied: `model/other-weights` where a tensor other
 * than the classifier's has another shape or where no name matches, `model/not-finite` for a NaN or an infinity.
 */
export function initFrom(network: Network, file: string, { model, classes }: Target): InitReport {
  const { weights, claim } = openWeights(file);
  try {
    const refuse = (received: string): never => {
      const name = networkNameOf(weights, { claim });
      throw otherWeights(file, model, name === undefined ? received : `those of ${name}: ${received}`);
    };
    const inflated = inflate(network.stateDict(), weights);
    const { fitting, classifier } = compare(network, weights, classes, refuse);
    checkFinite(fitting.keys(), weights, file);
    noGrad(() => {
      for (const [name, tensor] of fitting) tensor.copy_(weights.get(name)!);
    });
    return { taken: [...fitting.keys()], inflated, classifier, ...strangers(network, weights) };
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

/** The network's own tensors that have namesakes of their shape, and the classifier's that have others. */
function compare(
  network: Network,
  weights: Weights,
  classes: number,
  refuse: (received: string) => never,
): { fitting: ReadonlyMap<string, Tensor>; classifier: string[] } {
  const own = network.stateDict();
  const common = [...own].filter(([name]) => weights.has(name));
  const fitting = common.filter(([name, tensor]) => shape(tensor) === shape(weights.get(name)!));
  const others = common.filter((entry) => !fitting.includes(entry));
  const wrong = others.filter(([name, tensor]) => !isClassifier(tensor, weights.get(name)!, classes));
  const say = ([name, tensor]: [string, Tensor]) =>
    `${name} ${shape(weights.get(name)!)} instead of ${shape(tensor)}`;
  if (wrong.length > 0) refuse(`wrong shape: ${wrong.map(say).join(', ')}`);
  if (fitting.length === 0) refuse(`tensors named ${some(weights)} instead of ${some(own)}`);
  return { fitting: new Map(fitting), classifier: others.map(say) };
}

/** Names that only one side has. Files from before PyTorch 0.4.1 lack batch norm's counters. */
function strangers(network: Network, weights: Weights): Pick<InitReport, 'missing' | 'unexpected'> {
  const own = network.stateDict();
  return {
    missing: [...own.keys()].filter((name) => !weights.has(name) && !name.endsWith('num_batches_tracked')),
    unexpected: [...weights.keys()].filter((name) => !own.has(name)),
  };
}

/** One row a class: shapes that differ in the first size only, which is ours. */
const isClassifier = (own: Tensor, given: Tensor, classes: number): boolean =>
  own.shape[0] === classes && String(own.shape.slice(1)) === String(given.shape.slice(1));

function checkFinite(names: Iterable<string>, weights: Weights, file: string): void {
  for (const name of names) {
    if (scope(() => weights.get(name)!.isfinite().all().item())) continue;
    throw kinoraError('model/not-finite', file, 'finite weights', `NaN or infinity in ${name}`, {
      hint: 'the training that wrote it has diverged; use one of its earlier checkpoints',
    });
  }
}

const shape = ({ shape }: Tensor): string => `[${shape.join(', ')}]`;
const some = (weights: ReadonlyMap<string, Tensor>): string =>
  `${[...weights.keys()].slice(0, 3).join(', ')}, ...`;

const otherWeights = (file: string, model: string, received: string): KinoraError =>
  kinoraError('model/other-weights', file, `the weights of ${model}, as in the configuration`, received, {
    hint: 'set model to the network that the file belongs to',
  });

/**
 * Weights from files of any kind: safetensors, PyTorch's zip and legacy formats, bare state_dicts and the starting
 * point's checkpoints, with and without DataParallel's prefix. Which network they belong to is read off their names
 * and shapes; what a file says of itself only decides between networks that these fit.
 */
import { KinoraError, serialize, shapesOnly, Tensor } from '@kinora/torch';
import type { Network, NetworkEntry } from './network.js';
import { networks } from './registry.js';

export type Weights = Map<string, Tensor>;

export interface WeightsFile {
  /** By name, without DataParallel's prefix. The caller disposes them. */
  readonly weights: Weights;
  /** What the file calls its network (`model` in our metadata, `arch` in a checkpoint), right or wrong. */
  readonly claim: string | undefined;
}

/** Reads a file of weights. Throws `serialize/*` for a damaged one and `model/no-weights` for one of another kind. */
export function openWeights(file: string): WeightsFile {
  if (file.endsWith('.safetensors')) {
    const claim = serialize.loadSafetensorsMetadata(file).get('model');
    return { weights: bare(serialize.loadSafetensors(file), file), claim };
  }
  const content = serialize.loadTorch(file);
  if (!(content instanceof Map && content.has('state_dict')))
    return { weights: bare(content, file), claim: undefined };
  const arch = content.get('arch');
  return {
    weights: bare(content.get('state_dict'), file),
    claim: typeof arch === 'string' ? arch : undefined,
  };
}

/** The tensors of a state_dict by name. The caller disposes them. */
export const readWeights = (file: string): Weights => openWeights(file).weights;

function bare(state: unknown, file: string): Weights {
  if (!(state instanceof Map) || state.size === 0) throw noWeights(file);
  const weights: Weights = new Map();
  for (const [name, value] of state) {
    if (typeof name !== 'string' || !(value instanceof Tensor)) throw noWeights(file, String(name));
    weights.set(name.replace(/^module\./, ''), value);
  }
  return weights;
}

export interface FoundNetwork {
  readonly name: string;
  readonly network: Network;
  /** Where the file does not say: other networks that have the same names and shapes, and so may be what it holds. */
  readonly alike: readonly string[];
}

/**
 * A network of the registry whose parameters have exactly these names and shapes, with the weights loaded. Of several
 * it is the one that the file claims to hold, else the first one listed: ConvColumn7 and 8, for instance, differ in
 * dropout only, which evaluation does not use.
 * @throws KinoraError `model/unknown-weights` where none fits
 */
export function networkOf(weights: Weights, file: string, claim?: string): FoundNetwork {
  const classes = classCount(weights);
  const claimed = networks.filter(({ name }) => name === claim);
  const fitting = [claimed, networks]
    .map((entries) => entries.filter((entry) => fits(entry, classes, weights)))
    .find(({ length }) => length > 0);
  if (fitting === undefined) throw unknownWeights(weights, file);
  const [found] = fitting as [NetworkEntry];
  const network = found.build(classes);
  network.loadStateDict(weights);
  return {
    name: found.name,
    network,
    alike: fitting.filter((entry) => entry !== found).map(({ name }) => name),
  };
}

/** Builds the entry's network without its values. Files from before PyTorch 0.4.1 lack batch norm's counters. */
function fits({ build }: NetworkEntry, classes: number, weights: Weights): boolean {
  const network = shapesOnly(() => build(classes));
  try {
    const own = [...network.stateDict()].filter(([name]) => !name.endsWith('num_batches_tracked'));
    const given = [...weights.keys()].filter((name) => !name.endsWith('num_batches_tracked'));
    return own.length === given.length && own.every(([name, tensor]) => sameShape(weights.get(name), tensor));
  } finally {
    network.dispose();
  }
}

const sameShape = (a: Tensor | undefined, b: Tensor): boolean => String(a?.shape) === String(b.shape);

/** Rows of the last matrix: the last linear layer's. */
function classCount(weights: Weights): number {
  const matrices = [...weights.values()].filter(({ ndim }) => ndim === 2);
  return matrices.at(-1)?.shape[0] ?? 1;
}

function unknownWeights(weights: Weights, file: string): KinoraError {
  return new KinoraError({
    code: 'model/unknown-weights',
    where: file,
    expected: `the weights of one of ${networks.map(({ name }) => name).join(', ')}`,
    received: `${weights.size} tensors (${[...weights.keys()].slice(0, 3).join(', ')}, ...)`,
    hint: 'kinora models NAME lists the layers of a network',
  });
}

function noWeights(file: string, entry?: string): KinoraError {
  return new KinoraError({
    code: 'model/no-weights',
    where: entry === undefined ? file : `${file}, ${entry}`,
    expected: 'a state_dict: tensors by name',
    received: 'something else',
    hint: 'save it with torch.save(model.state_dict(), file)',
  });
}

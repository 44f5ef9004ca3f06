/**
 * Weights from files of any kind: safetensors, PyTorch's zip and legacy formats, bare state_dicts and the starting
 * point's checkpoints, with and without DataParallel's prefix. Which network they belong to is read off their names
 * and shapes, because what such files say of themselves is not to be trusted.
 */
import { KinoraError, serialize, Tensor } from '@kinora/torch';
import type { Network } from './network.js';
import { networks } from './registry.js';

export type Weights = Map<string, Tensor>;

/** The tensors of a state_dict by name. The caller disposes them. */
export function readWeights(file: string): Weights {
  if (file.endsWith('.safetensors')) return serialize.loadSafetensors(file);
  const content = serialize.loadTorch(file);
  const state = content instanceof Map && content.has('state_dict') ? content.get('state_dict') : content;
  if (!(state instanceof Map) || state.size === 0) throw noWeights(file);
  const weights: Weights = new Map();
  for (const [name, value] of state) {
    if (typeof name !== 'string' || !(value instanceof Tensor)) throw noWeights(file, String(name));
    weights.set(name.replace(/^module\./, ''), value);
  }
  return weights;
}

/** A network of the registry whose parameters have exactly these names and shapes, with the weights loaded. */
export function networkOf(weights: Weights, file: string): { name: string; network: Network } {
  const classes = classCount(weights);
  for (const { name, build } of networks) {
    const network = build(classes);
    if (fits(network, weights)) {
      network.loadStateDict(weights);
      return { name, network };
    }
    network.dispose();
  }
  throw new KinoraError({
    code: 'model/unknown-weights',
    where: file,
    expected: `the weights of one of ${networks.map(({ name }) => name).join(', ')}`,
    received: `${weights.size} tensors (${[...weights.keys()].slice(0, 3).join(', ')}, ...)`,
    hint: 'kinora models NAME lists the layers of a network',
  });
}

/** Files written before PyTorch 0.4.1 lack the counters of batch norm, which nothing needs. */
function fits(network: Network, weights: Weights): boolean {
  const own = [...network.stateDict()].filter(([name]) => !name.endsWith('num_batches_tracked'));
  const given = [...weights.keys()].filter((name) => !name.endsWith('num_batches_tracked'));
  return (
    own.length === given.length &&
    own.every(([name, tensor]) => String(weights.get(name)?.shape) === String(tensor.shape))
  );
}

/** Rows of the last matrix: the last linear layer's. */
function classCount(weights: Weights): number {
  const matrices = [...weights.values()].filter(({ ndim }) => ndim === 2);
  return matrices.at(-1)?.shape[0] ?? 1;
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

/**
 * Reads weights from all kinds of files: safetensors, PyTorch's zip and legacy formats, bare state_dicts and
 * checkpoints that contain one, with or without the prefixes of DataParallel and torch.compile; names of PySlowFast
 * become those of PyTorchVideo. Names and shapes
 * determine the network; the file's own statement only decides among networks that match.
 */
import { createHash } from 'node:crypto';
import { KinoraError, kinoraError, type Shape, scope, serialize, shapesOnly, Tensor } from '@kinora/torch';
import type { Size3 } from './layers.js';
import type { Network, NetworkEntry } from './network.js';
import { networks } from './registry.js';
import { isPySlowFast, toPyTorchVideo } from './slowfast/names.js';

export type Weights = Map<string, Tensor>;

/** A file of weights, opened. */
export interface WeightsFile {
  /** By the names of our networks, without the prefixes of wrappers. The caller disposes them. */
  readonly weights: Weights;
  /** The network's name according to the file (`model` in our metadata, `arch` in a checkpoint); may be wrong. */
  readonly claim: string | undefined;
}

/** Reads a file of weights. Throws `serialize/*` for a damaged one and `model/no-weights` for one of another kind. */
export function openWeights(file: string): WeightsFile {
  if (file.endsWith('.safetensors')) {
    const claim = serialize.loadSafetensorsMetadata(file).get('model');
    return { weights: bare(withoutTrainer(serialize.loadSafetensors(file)), file), claim };
  }
  const content = serialize.loadTorch(file);
  const key = content instanceof Map ? ENVELOPES.find((name) => content.get(name) instanceof Map) : undefined;
  if (!(content instanceof Map) || key === undefined)
    return { weights: bare(content, file), claim: undefined };
  const arch = content.get('arch');
  return { weights: bare(content.get(key), file), claim: typeof arch === 'string' ? arch : undefined };
}

/** Of a training in a page: what @kinora/recognizer's trainer keeps beside the weights to continue, moments above all. */
const TRAINER = /^trainer[.]/;

function withoutTrainer(tensors: Map<string, Tensor>): Map<string, Tensor> {
  for (const [name, tensor] of [...tensors]) {
    if (!TRAINER.test(name)) continue;
    tensors.delete(name);
    tensor.dispose();
  }
  return tensors;
}

/**
 * Keys under which checkpoints store the state_dict: the ImageNet example, PyTorch's tutorial, PyTorchVideo's hub and
 * PySlowFast, torchvision's references.
 */
const ENVELOPES = ['state_dict', 'model_state_dict', 'model_state', 'model'];

/** Prefixes that DataParallel and torch.compile add to every name. */
const WRAPPERS = /^(module\.|_orig_mod\.)+/;

/** The tensors of a state_dict by name, as `openWeights` returns them. */
export const readWeights = (file: string): Weights => openWeights(file).weights;

/** SHA-256 of the tensors' bits, hexadecimal. */
export function fingerprintTensors(tensors: Iterable<Tensor>): string {
  const hash = createHash('sha256');
  for (const tensor of tensors) hash.update(scope(() => tensor.toBytes()));
  return hash.digest('hex');
}

function bare(state: unknown, file: string): Weights {
  if (!(state instanceof Map)) throw noWeights(file, state);
  if (![...state.values()].some((value) => value instanceof Tensor)) throw noWeights(file, state);
  const weights: Weights = new Map();
  for (const [name, value] of state) {
    if (typeof name !== 'string' || !(value instanceof Tensor)) throw noWeights(`${file}, ${name}`, value);
    weights.set(name.replace(WRAPPERS, ''), value);
  }
  return isPySlowFast(weights.keys()) ? toPyTorchVideo(weights) : weights;
}

/** A network with the weights of a file. */
export interface FoundNetwork {
  readonly name: string;
  readonly network: Network;
  /** If the file does not name its network: other networks with the same names and shapes. */
  readonly alike: readonly string[];
}

/** Facts about a file besides its weights. */
export interface Known {
  /** The network that the file claims to contain. */
  readonly claim?: string | undefined;
  /** `[T, H, W]` of its clips. Default: the size that the network was designed for. */
  readonly size?: Size3 | undefined;
}

/**
 * A network of the registry whose parameters have exactly these names and shapes, with the weights loaded. Of several,
 * it is the one that the file claims to contain, otherwise the first one listed: ConvColumn7 and 8, for example, differ
 * only in dropout, which evaluation does not use.
 * @throws KinoraError `model/unknown-weights` if none fits
 */
export function networkOf(weights: Weights, file: string, known: Known = {}): FoundNetwork {
  const [found, ...alike] = matches(weights, known);
  if (found === undefined) throw unknownWeights(weights, file);
  const network = found.entry.build(found.classes, known.size);
  network.loadStateDict(weights);
  return { name: found.entry.name, network, alike: alike.map(({ entry }) => entry.name) };
}

/** The name of the network that `networkOf` would build, without building it; undefined if none fits. */
export const networkNameOf = (weights: Weights, known: Known = {}): string | undefined =>
  matches(weights, known)[0]?.entry.name;

interface Match {
  readonly entry: NetworkEntry;
  readonly classes: number;
}

/** The claimed network if it fits, otherwise every one that does. */
function matches(weights: Weights, { claim, size }: Known): Match[] {
  const claimed = networks.filter(({ name }) => name === claim);
  const fitting = (entries: readonly NetworkEntry[]) =>
    entries.flatMap((entry) => matchOf(entry, weights, size));
  const first = fitting(claimed);
  return first.length > 0 ? first : fitting(networks);
}

/** A number that no layer has as its width, to find the dimensions that equal the number of classes. */
const MARK = 1009;

/** The entry with the number of classes for which its network has these names and shapes; empty if there is none. */
function matchOf(entry: NetworkEntry, weights: Weights, size: Size3 | undefined): Match[] {
  const network = shapesOnly(() => buildAnyhow(entry, size));
  try {
    const own = [...network.stateDict()].filter(isNoCounter);
    if (own.length !== [...weights].filter(isNoCounter).length) return [];
    const found = own.map(([name, { shape }]) => classesIn(shape, weights.get(name)?.shape));
    const [classes, ...others] = new Set(found.flat());
    if (found.includes(null) || typeof classes !== 'number' || others.length > 0) return [];
    return [{ entry, classes }];
  } finally {
    network.dispose();
  }
}

/** If clips of this size do not fit the network but the weights do, the error must be about the size. */
function buildAnyhow({ build }: NetworkEntry, size: Size3 | undefined): Network {
  try {
    return build(MARK, size);
  } catch (error) {
    if (!(error instanceof KinoraError)) throw error;
    return build(MARK);
  }
}

/** Files from before PyTorch 0.4.1 lack batch norm's counters. */
const isNoCounter = ([name]: [string, unknown]): boolean => !name.endsWith('num_batches_tracked');

/** The size of a tensor where the network's has the marker; null if they differ elsewhere. */
function classesIn(own: Shape, given: Shape | undefined): number[] | null {
  const fits =
    own.length === given?.length && own.every((length, i) => length === MARK || length === given[i]);
  return fits ? given.filter((_, i) => own[i] === MARK) : null;
}

function unknownWeights(weights: Weights, file: string): KinoraError {
  return kinoraError('model/unknown-weights', file, {
    expected: `the weights of one of ${networks.map(({ name }) => name).join(', ')}`,
    received: `${weights.size} tensors (${[...weights.keys()].slice(0, 3).join(', ')}, ...)`,
    hint: 'kinora models NAME lists the layers of a network',
  });
}

function noWeights(where: string, received: unknown): KinoraError {
  return kinoraError('model/no-weights', where, {
    expected: `a state_dict (tensors by name), alone or under ${ENVELOPES.join(', ')}`,
    received: contents(received),
    hint: 'save it with torch.save(model.state_dict(), file)',
  });
}

function contents(value: unknown): string {
  if (value instanceof Tensor) return 'one tensor';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!(value instanceof Map)) return `a ${typeof value}`;
  if (value.size === 0) return 'an empty dictionary';
  const names = [...value.keys()].slice(0, 5).map(String);
  return `a dictionary of ${names.join(', ')}${value.size > names.length ? ', ...' : ''}`;
}

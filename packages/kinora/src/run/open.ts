/** Opens a trained network, with the preprocessing it was trained with, from a run, a checkpoint or a file of weights. */
import { clipSize, type PostprocessSpec, type PreprocessSpec, parseSpec } from '@kinora/clip';
import { type Device, type KinoraError, kinoraError, serialize } from '@kinora/torch';
import { ENSEMBLE, type EnsembleSpec, ensembleSchema, newEnsemble } from '../model/ensemble/ensemble.js';
import { foldNorms } from '../model/fold.js';
import type { Network } from '../model/network.js';
import { networkOf, openWeights, type Weights } from '../model/weights.js';
import { weightsFile } from './checkpoint.js';
import { readPostprocess } from './postprocess.js';

/** A trained network with the preprocessing that it was trained with. */
export interface OpenedModel {
  /** In evaluation mode, batch norms folded for inference. The caller disposes it. */
  readonly network: Network;
  /** Registered name of the network. */
  readonly name: string;
  readonly spec: PreprocessSpec;
  /** Temperature and live settings that were fitted for these weights, or the defaults. */
  readonly postprocess: PostprocessSpec;
  /** The file the weights came from. */
  readonly file: string;
  /** For an ensemble: its members, and the list its rule was fitted to. */
  readonly ensemble?: EnsembleSpec;
}

/** Which checkpoint to open, and on which device. */
export interface OpenOptions {
  /** Device of the network. Default: `cpu`. */
  device?: Device;
  /** For files without a spec (PyTorch's): returns the configuration's. Called only for them. */
  spec?: () => PreprocessSpec;
}

/**
 * Opens a run folder (its best checkpoint), a checkpoint folder, a `.safetensors` file or a PyTorch file.
 * Throws `model/*` and `serialize/*` errors that name the file.
 */
export function openModel(path: string, { device = 'cpu', spec }: OpenOptions = {}): OpenedModel {
  const file = weightsFile(path);
  const own = specInside(file) ?? spec?.();
  if (own === undefined) throw noSpec(file);
  const postprocess = readPostprocess(file);
  const members = ensembleInside(file);
  const { weights, claim } = openWeights(file);
  try {
    const { name, network } =
      members === undefined
        ? networkOf(weights, file, { claim, size: clipSize(own) })
        : wholeOf(members, own, weights);
    if (members === undefined) checkLabels(network, own, file);
    network.to({ device }).eval();
    foldNorms(network, clipSize(own));
    return { network, name, spec: own, postprocess, file, ...(members && { ensemble: members }) };
  } finally {
    for (const tensor of weights.values()) tensor.dispose();
  }
}

/** Our own files carry the spec in their metadata. */
export function specInside(file: string): PreprocessSpec | undefined {
  if (!file.endsWith('.safetensors')) return undefined;
  const text = serialize.loadSafetensorsMetadata(file).get('spec');
  return text === undefined ? undefined : parseSpec(parseJson(text), `${file}, spec`);
}

function ensembleInside(file: string): EnsembleSpec | undefined {
  if (!file.endsWith('.safetensors')) return undefined;
  const text = serialize.loadSafetensorsMetadata(file).get('ensemble');
  if (text === undefined) return undefined;
  const result = ensembleSchema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw kinoraError('model/ensemble', [`${file}, ensemble`, ...issue.path].join('.'), {
    expected: issue.message.replace(/^Invalid input: expected /, ''),
    hint: 'save the ensemble again with kinora ensemble',
  });
}

/** Builds the members and the rule and loads their weights. */
function wholeOf(
  members: EnsembleSpec,
  spec: PreprocessSpec,
  weights: Weights,
): { name: string; network: Network } {
  const network = newEnsemble(members, spec.labels.length, clipSize(spec));
  try {
    network.loadStateDict(weights);
    return { name: ENSEMBLE, network };
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** Returns text that is not JSON unchanged, so that parseSpec reports that it expected an object. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function checkLabels(network: Network, spec: PreprocessSpec, file: string): void {
  const outputs = [...network.namedParameters().values()].at(-1)!.shape[0]!;
  if (outputs === spec.labels.length) return;
  network.dispose();
  throw kinoraError('model/classes', file, {
    expected: `a network of ${spec.labels.length} classes, one per label`,
    received: `one of ${outputs}`,
    hint: 'use the labels file that the network was trained with',
  });
}

const noSpec = (file: string): KinoraError =>
  kinoraError('model/no-spec', file, 'the preprocessing of its clips', 'a file without it', {
    hint: 'give its configuration with --config',
  });

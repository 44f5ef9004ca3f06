/** Reads what `kinora export --format onnx-train` wrote: the description of the step, and whether all files belong together. */
import { type KinoraError, kinoraError, type PreprocessSpec } from '@kinora/clip';
import { readMetadata, readModelInfo, readModelWeights } from '../model/model-file.js';
import { product, readSafetensors, type Safetensors } from '../model/safetensors.js';

/** The metadata `training` of the export. */
export interface TrainingSpec {
  readonly version: number;
  readonly optimizer: { readonly optimizer: string } & Readonly<Record<string, unknown>>;
  readonly freeze: readonly string[];
  readonly data: readonly {
    readonly name: string;
    readonly rows: number;
    readonly shape: readonly number[];
  }[];
  readonly classifier?: { readonly weight: string; readonly bias: string | null } | null;
  readonly state: readonly StateTensor[];
}

export interface StateTensor {
  readonly input: string;
  readonly output: string;
  readonly kind: 'parameter' | 'moment' | 'statistic';
  readonly shape: readonly number[];
  readonly initial: 'weights' | 'zeros';
}

export interface Files {
  readonly training: Uint8Array;
  readonly weights: Uint8Array;
  readonly inference: Uint8Array;
  readonly prefix?: Uint8Array | undefined;
}

export interface Export {
  readonly training: TrainingSpec;
  readonly network: string;
  readonly spec: PreprocessSpec;
  readonly weights: Safetensors;
}

/** Bound on what a description may make a page allocate: 1 GiB of float32. */
const MOST_NUMBERS = 2 ** 28;

/** Throws `trainer/model` for files that are not a training export, or not of the same one. `where` names the first. */
export function readExport(files: Files, where: string): Export {
  const training = readTraining(files.training, where);
  const { spec, labels, network } = readModelInfo(files.inference, `${where}, inference`);
  const weights = readSafetensors(files.weights, `${where}, weights`);
  const constants = readModelWeights(files.inference);
  for (const { input, kind, shape } of training.state) {
    if (kind === 'moment') continue;
    for (const [name, own] of [
      ['weights', weights.tensors.get(input)?.shape],
      ['inference', constants.get(input)?.shape],
    ] as const)
      if (own?.join() !== shape.join())
        throw wrong(
          `${where}, ${name}`,
          `${input} of shape [${shape.join(', ')}]`,
          own === undefined ? 'none' : `[${own.join(', ')}]`,
          'use the files of one export',
        );
  }
  if (training.data.some(({ name }) => name === 'flow'))
    throw wrong(
      where,
      'a network that sees frames alone',
      'one that also wants optical flow',
      'train another',
    );
  if (hasPrefix(training) && files.prefix === undefined)
    throw wrong(where, 'the frozen prefix of the export', 'none', 'pass prefix: NAME.train.prefix.onnx');
  return { training, network, spec: { ...spec, labels }, weights };
}

/** The description of a step in its file. Throws `trainer/model` where there is none. */
export function readTraining(file: Uint8Array, where: string): TrainingSpec {
  const metadata = readMetadata(file);
  const text = metadata?.get('training');
  if (text !== undefined) return parse(text, where);
  const received = metadata?.has('spec') ? 'a model for recognition' : 'another file';
  throw wrong(where, 'a training graph', received);
}

/** Whether the step takes something else than clips: what frozen layers make of them. */
export const hasPrefix = ({ data }: TrainingSpec): boolean => data.some(({ name }) => name !== 'clips');

function parse(text: string, where: string): TrainingSpec {
  let value: TrainingSpec;
  try {
    value = JSON.parse(text) as TrainingSpec;
  } catch {
    throw wrong(where, 'metadata in JSON', JSON.stringify(text.slice(0, 40)));
  }
  if (value.version !== 1)
    throw wrong(
      where,
      'a training graph of version 1',
      `version ${value.version}`,
      'update @kinora/recognizer',
    );
  const sizes = [...(value.state ?? []), ...(value.data ?? [])].map(({ shape }) => product(shape));
  const total = sizes.reduce((a, b) => a + b, 0);
  if (!(sizes.length > 1 && total <= MOST_NUMBERS))
    throw wrong(where, `a state of at most ${MOST_NUMBERS} numbers`, `${total}`);
  return value;
}

export const wrong = (
  where: string,
  expected: string,
  received: string,
  hint = 'make one with kinora export RUN --format onnx-train',
): KinoraError => kinoraError('trainer/model', where, expected, received, { hint });

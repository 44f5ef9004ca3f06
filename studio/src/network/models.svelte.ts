/** The network that Explain, Live and Teach run: the site's, or the reader's own. The chapters always use the site's. */
import { type ModelInfo, readModelInfo } from '@kinora/recognizer';
import { type KinoraError, kinoraError } from '@kinora/torch/error';
import { tick } from 'svelte';
import { site } from '../site/open.js';
import { closeNetwork, type Model } from './open.js';

interface OwnModel {
  readonly info: ModelInfo;
  /** The same file twice if there is only one. */
  readonly plain: File;
  /** The file with layer maps, if one has them. */
  readonly explain: File;
}

let own = $state.raw<OwnModel>();

export const models = {
  get own(): OwnModel | undefined {
    return own;
  },
  /** For predictions. */
  get plain(): Model {
    return own?.plain ?? site().run;
  },
  /** For explanations. */
  get explain(): Model {
    return own?.explain ?? site().run;
  },
  /** Takes an exported model, its explain variant, or both. Throws `recognizer/model` and `studio/models`. */
  async take(files: readonly File[]): Promise<void> {
    await replace(await readOwn(files));
  },
  reset: (): Promise<void> => replace(undefined),
};

async function replace(next: OwnModel | undefined): Promise<void> {
  const before = own;
  own = next;
  await tick(); // until the rooms have released the previous one
  for (const file of new Set([before?.plain, before?.explain])) if (file) await closeNetwork(file);
}

async function readOwn(files: readonly File[]): Promise<OwnModel> {
  const read = await Promise.all(files.map(async (file) => ({ file, info: await infoOf(file) })));
  const plain = read.find(({ info }) => info.layers === undefined) ?? read[0]!;
  const explain = read.find(({ info }) => info.layers !== undefined) ?? read[0]!;
  const isPair = plain !== explain && sameAnswers(plain.info, explain.info);
  if (read.length > 1 && !(read.length === 2 && isPair)) throw noPair(read.map(({ file }) => file.name));
  return { info: explain.info, plain: plain.file, explain: explain.file };
}

const infoOf = async (file: File): Promise<ModelInfo> =>
  readModelInfo(new Uint8Array(await file.arrayBuffer()), file.name);

const sameAnswers = (a: ModelInfo, b: ModelInfo): boolean =>
  a.network === b.network && JSON.stringify(a.spec) === JSON.stringify(b.spec);

const noPair = (names: readonly string[]): KinoraError =>
  kinoraError('studio/models', names.join(' and '), {
    expected: 'one model, or a model and its explain variant',
    received: `${names.length} unrelated files`,
    hint: 'choose one of them, or export both from the same run',
  });

/** Model files of any program: those of other formats are rejected with a clear error. */
export const isModelFile = ({ name }: File): boolean =>
  /\.(onnx|safetensors|pt|pth|ckpt|h5|tflite|pb)$/i.test(name);

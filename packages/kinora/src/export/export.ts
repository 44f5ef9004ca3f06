/** From a run folder to a file that others can use: which format, under which name, written whole or not at all. */
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { writeWhole } from '../files/record.js';
import { openModel } from '../run/open.js';
import { isPackaged } from '../run/packaged.js';
import { version } from '../version.js';
import { compressWeights, type WeightType } from './compress.js';
import { type OnnxModel, type Translated, toOnnx } from './onnx.js';
import { encodeModel } from './onnx-file.js';
import { recognizerPage } from './page.js';
import { type TrainingOptions, toTrainingOnnx } from './training/graph.js';
import { savePyTorch, saveSafetensors } from './weights.js';

export const FORMATS = ['onnx', 'onnx-train', 'safetensors', 'pt', 'page'] as const;
export type Format = (typeof FORMATS)[number];

/** Format and file of an export. */
export interface ExportOptions extends TrainingOptions {
  /**
   * `onnx` for onnxruntime and the recognizer, `onnx-train` for training in onnxruntime, `safetensors` for Kinora, `pt` for
   * `torch.load`, `page` for a single HTML file that recognises gestures by the camera. The settings of training (`freeze`, `optimizer`, `amsgrad`, `momentum`, `weightDecay`) are for
   * `onnx-train` alone, and mean what they mean in a configuration.
   */
  readonly format: Format;
  /** The file. Default: the run's name and the format's extension, in the run folder. */
  readonly out?: string;
  /**
   * `onnx` only: how weights are stored, of which files of a half and a quarter of the size come. Calculations stay float32.
   * Default: `float32`.
   */
  readonly weights?: WeightType;
  /** `onnx` only: further outputs with the maps of every layer. Default: false. */
  readonly explain?: boolean;
}

/** The file that was written, and what is in it. */
export interface Exported {
  readonly file: string;
  readonly bytes: number;
  /** What belongs to it: of `onnx-train` the weights that training starts from, the network for recognition, and the frozen prefix. */
  readonly others: readonly string[];
  readonly network: string;
  readonly labels: readonly string[];
}

/**
 * Exports a run's best checkpoint, or any other weights that `openModel` opens. Throws `export/*`, `config/*`, `model/*` and
 * `file/*` errors; an earlier file at `out` is left intact then.
 */
export function exportModel(
  path: string,
  { format, out, explain = false, weights = 'float32', ...training }: ExportOptions,
): Exported {
  if (explain && format !== 'onnx') throw onlyFor('onnx', 'to give out the maps of every layer', format);
  if (weights !== 'float32' && format !== 'onnx') throw onlyFor('onnx', `for ${weights} weights`, format);
  const [setting] = Object.entries(training).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (setting !== undefined && format !== 'onnx-train') throw onlyFor('onnx-train', `for ${setting}`, format);
  const model = openModel(path);
  try {
    const file = out ?? join(folderOf(path), defaultName(path, format, { explain, weights }));
    checkOther(file, path);
    const others = write[format](model, file, { explain, weights, training, source: path });
    return { file, bytes: statSync(file).size, others, network: model.name, labels: model.spec.labels };
  } finally {
    model.network.dispose();
  }
}

interface WriterOptions {
  readonly explain: boolean;
  readonly weights: WeightType;
  readonly training: TrainingOptions;
  /** What was opened, which nothing may be written over. */
  readonly source: string;
}

/** Writes the file, and returns the names of others that it wrote. */
type Writer = (model: OnnxModel, file: string, options: WriterOptions) => string[];

const write: Record<Format, Writer> = {
  onnx: (model, file, { explain, weights }) => {
    const translated = toOnnx(model, version(), { explain });
    compressWeights(translated.graph, weights);
    writeOnnx(file, translated);
    return [];
  },
  'onnx-train': writeTraining,
  safetensors: (model, file) => {
    saveSafetensors(model, file);
    return [];
  },
  pt: (model, file) => {
    savePyTorch(model, file);
    return [];
  },
  page: (model, file, { source }) => {
    const { graph, header } = toOnnx(model, version());
    writeWhole(
      file,
      recognizerPage(encodeModel(graph, header), model.spec.labels, basename(resolve(source))),
    );
    return [];
  },
};

const writeOnnx = (file: string, { graph, header }: Translated): void =>
  writeWhole(file, encodeModel(graph, header));

/** The step, and beside it, under the same name, the weights, the network for recognition, and the prefix. */
function writeTraining(model: OnnxModel, file: string, { training, source }: WriterOptions): string[] {
  const { step, prefix } = toTrainingOnnx(model, version(), training);
  const name = file.replace(/\.onnx$/, '');
  const [weights, inference] = [`${name}.safetensors`, `${name}.inference.onnx`] as const;
  checkOther(weights, source);
  writeOnnx(inference, toOnnx(model, version(), { foldNorms: false }));
  if (prefix !== null) writeOnnx(`${name}.prefix.onnx`, prefix);
  saveSafetensors(model, weights);
  writeOnnx(file, step);
  return [weights, inference, ...(prefix === null ? [] : [`${name}.prefix.onnx`])];
}

const EXTENSIONS: Record<Format, string> = {
  onnx: 'onnx',
  'onnx-train': 'train.onnx',
  safetensors: 'safetensors',
  pt: 'pt',
  page: 'html',
};

/** The run folder; the folder of the weights where a file was given; for a package the working directory. */
const folderOf = (path: string): string =>
  isPackaged(path) ? '.' : statSync(path).isDirectory() ? path : join(path, '..');

/** `demo.onnx` of `runs/demo` */
function defaultName(
  path: string,
  format: Format,
  { explain, weights }: Pick<WriterOptions, 'explain' | 'weights'>,
): string {
  const stem = basename(resolve(path)).replace(/\.(safetensors|pt|pth|pth\.tar)$/, '');
  const variant = `${explain ? '.explain' : ''}${weights === 'float32' ? '' : `.${weights}`}`;
  return `${stem}${variant}.${EXTENSIONS[format]}`;
}

function checkOther(file: string, source: string): void {
  if (resolve(file) !== resolve(source)) return;
  throw kinoraError('export/same-file', file, {
    expected: 'another file than the weights themselves',
    received: existsSync(file) ? 'the same one' : 'nothing',
    hint: 'name it with --out',
  });
}

const onlyFor = (format: Format, purpose: string, received: Format): KinoraError =>
  kinoraError('export/format', undefined, `format ${format} ${purpose}`, received);

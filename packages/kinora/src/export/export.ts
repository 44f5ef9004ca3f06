/** From a run folder to a file that others can use: which format, under which name, written whole or not at all. */
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type KinoraError, kinoraError } from '@kinora/torch';
import { writeWhole } from '../files/record.js';
import { openModel } from '../predict/open.js';
import { version } from '../version.js';
import { type OnnxModel, toOnnx } from './onnx.js';
import { encodeModel } from './onnx-file.js';
import { savePyTorch, saveSafetensors } from './weights.js';

export const FORMATS = ['onnx', 'safetensors', 'pt'] as const;
export type Format = (typeof FORMATS)[number];

export interface ExportOptions {
  /** `onnx` for onnxruntime and the recognizer, `safetensors` for Kinora, `pt` for `torch.load`. */
  readonly format: Format;
  /** The file. Default: the run's name and the format's extension, in the run folder. */
  readonly out?: string;
  /** ONNX only: further outputs with the maps of every layer. Default: false. */
  readonly explain?: boolean;
}

export interface Exported {
  readonly file: string;
  readonly bytes: number;
  readonly network: string;
  readonly labels: readonly string[];
}

/**
 * Exports a run's best checkpoint, or any other weights that `openModel` opens. Throws `export/*`, `model/*` and
 * `file/*` errors; an earlier file at `out` is left intact then.
 */
export function exportModel(path: string, options: ExportOptions): Exported {
  const { format, explain = false } = options;
  if (explain && format !== 'onnx') throw onlyOnnx(format);
  const model = openModel(path);
  try {
    const file = options.out ?? defaultFile(path, format, explain);
    write[format](model, file, explain);
    return { file, bytes: statSync(file).size, network: model.name, labels: model.spec.labels };
  } finally {
    model.network.dispose();
  }
}

type Writer = (model: OnnxModel, file: string, explain: boolean) => void;

const write: Record<Format, Writer> = {
  onnx: (model, file, explain) => {
    const { graph, header } = toOnnx(model, version(), { explain });
    const bytes = encodeModel(graph, header);
    writeWhole(file, bytes);
  },
  safetensors: saveSafetensors,
  pt: savePyTorch,
};

/** `runs/demo/demo.onnx`; beside the weights where a file was given. */
function defaultFile(path: string, format: Format, explain: boolean): string {
  const name = `${basename(resolve(path)).replace(/\.(safetensors|pt|pth|pth\.tar)$/, '')}${explain ? '.explain' : ''}.${format}`;
  const file = statSync(path).isDirectory() ? join(path, name) : join(path, '..', name);
  if (resolve(file) !== resolve(path)) return file;
  throw kinoraError('export/same-file', file, {
    expected: 'another file than the weights themselves',
    received: existsSync(file) ? 'the same one' : 'nothing',
    hint: 'name it with --out',
  });
}

const onlyOnnx = (format: Format): KinoraError =>
  kinoraError('export/explain', undefined, 'format onnx to give out the maps of every layer', format);

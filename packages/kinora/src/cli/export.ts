/** `kinora export`: a trained network as a file for other programs. */

import { nearest } from '@kinora/clip';
import { KinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { exportModel, FORMATS, type Format } from '../export/export.js';
import { FormerRunOption, RUN } from './terminal/run-argument.js';

interface ExportFlags {
  format: Format;
  out?: string;
  explain?: boolean;
}

export function exportCommand(): Command {
  return new Command('export')
    .description("Write a run's best network for other programs: ONNX, safetensors or PyTorch.")
    .argument('<RUN>', RUN)
    .addOption(new FormerRunOption('--run'))
    .option('--format <format>', `one of ${FORMATS.join(', ')}`, parseFormat, 'onnx')
    .option('--out <file>', 'file to write; left out: in the run folder, by its name')
    .option('--explain', 'ONNX: also give out the maps of every layer')
    .addHelpText('after', '\nExample:\n  $ kinora export runs/demo --format onnx --out demo.onnx')
    .action(run);
}

function run(path: string, flags: ExportFlags): void {
  const { file, bytes, network, labels } = exportModel(path, flags);
  process.stdout.write(`${file}: ${network}, ${labels.length} labels, ${(bytes / 1e6).toFixed(2)} MB\n`);
}

function parseFormat(text: string): Format {
  const found = FORMATS.find((format) => format === text);
  if (found !== undefined) return found;
  throw new KinoraError({
    code: 'usage/format',
    where: '--format',
    expected: `one of ${FORMATS.join(', ')}`,
    received: JSON.stringify(text),
    hint: `the nearest is ${nearest(text, FORMATS)}`,
  });
}

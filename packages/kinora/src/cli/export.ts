/** `kinora export`: a trained network as a file that other programs read. */
import { nearest } from '@kinora/clip';
import { kinoraError } from '@kinora/torch/error';
import { Command, Option } from 'commander';
import { exportModel, FORMATS, type Format } from '../export/export.js';
import { FormerRunOption } from './terminal/options.js';
import { RUN } from './terminal/run-argument.js';

interface ExportFlags {
  format: Format;
  out?: string;
  explain?: boolean;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('Export a trained network to ONNX, safetensors or PyTorch.')
    .argument('<RUN>', RUN)
    .addOption(new FormerRunOption('--run'))
    .addOption(
      new Option('--format <format>', 'file format').choices(FORMATS).argParser(parseFormat).default('onnx'),
    )
    .option('--out <file>', 'file to write (default: named after the run, in its folder)')
    .option('--explain', 'ONNX: also output the feature maps of every layer')
    .addHelpText(
      'after',
      '\nExamples:\n  $ kinora export runs/demo --format onnx\n  $ kinora export runs/demo --format safetensors --out demo.safetensors',
    )
    .action(run);
}

function run(path: string, flags: ExportFlags): void {
  const { file, bytes, network, labels } = exportModel(path, flags);
  process.stdout.write(`${file}: ${network}, ${labels.length} labels, ${(bytes / 1e6).toFixed(2)} MB\n`);
}

function parseFormat(text: string): Format {
  const found = FORMATS.find((format) => format === text);
  if (found !== undefined) return found;
  throw kinoraError('usage/format', '--format', `one of ${FORMATS.join(', ')}`, JSON.stringify(text), {
    hint: `the nearest is ${nearest(text, FORMATS)}`,
  });
}

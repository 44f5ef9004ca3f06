/** `kinora export`: a trained network as a file that other programs read. */
import { nearest } from '@kinora/clip';
import { kinoraError } from '@kinora/torch/error';
import { Command, Option } from 'commander';
import { WEIGHT_TYPES } from '../export/compress.js';
import { type ExportOptions, exportModel, FORMATS, type Format } from '../export/export.js';
import { BooleanOption, collect, FormerRunOption, finiteNumber } from './terminal/options.js';
import { RUN } from './terminal/run-argument.js';

export function exportCommand(): Command {
  return new Command('export')
    .description(
      'Export a trained network to ONNX, safetensors or PyTorch, or as a web page that recognises gestures.',
    )
    .argument('<RUN>', RUN)
    .addOption(new FormerRunOption('--run'))
    .addOption(
      new Option('--format <format>', 'file format').choices(FORMATS).argParser(parseFormat).default('onnx'),
    )
    .option('--out <file>', 'file to write (default: named after the run, in its folder)')
    .addOption(
      new Option('--weights <type>', 'onnx: how weights are stored (default: float32)').choices(WEIGHT_TYPES),
    )
    .option('--explain', 'onnx: also output the feature maps of every layer')
    .option(
      '--freeze <pattern>',
      'onnx-train: exclude this layer from training; repeatable (freeze)',
      collect,
    )
    .option('--optimizer <name>', 'onnx-train: adam, adamw or sgd (optimizer; default: adam)')
    .addOption(
      new BooleanOption(
        '--amsgrad',
        'onnx-train: AMSGrad variant of adam and adamw (amsgrad; default: true)',
      ),
    )
    .addOption(
      new Option('--momentum <number>', 'onnx-train: momentum of sgd (momentum; default: 0.9)').argParser(
        finiteNumber,
      ),
    )
    .addOption(
      new Option(
        '--weight-decay <number>',
        'onnx-train: weight decay (weightDecay; default: 0.00001)',
      ).argParser(finiteNumber),
    )
    .addHelpText('after', EXAMPLES)
    .action(run);
}

const EXAMPLES = `
onnx-train writes one training step (loss, gradients, update) for onnxruntime, and beside it the weights to start from
and, with --freeze, the frozen layers as a graph of their own: docs/browser-training.md.

Examples:
  $ kinora export runs/demo --format onnx
  $ kinora export runs/demo --weights int8 --out demo-small.onnx
  $ kinora export runs/demo --format safetensors --out demo.safetensors
  $ kinora export runs/demo --format page    # one HTML file for the camera
  $ kinora export runs/demo --format onnx-train --freeze conv_layer1 --freeze conv_layer2 --optimizer sgd`;

function run(path: string, flags: ExportOptions): void {
  const { file, bytes, others, network, labels } = exportModel(path, flags);
  const lines = [
    `${file}: ${network}, ${labels.length} labels, ${(bytes / 1e6).toFixed(2)} MB`,
    ...others.map((other) => `with ${other}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function parseFormat(text: string): Format {
  const found = FORMATS.find((format) => format === text);
  if (found !== undefined) return found;
  throw kinoraError('usage/format', '--format', `one of ${FORMATS.join(', ')}`, JSON.stringify(text), {
    hint: `the nearest is ${nearest(text, FORMATS)}`,
  });
}

// The comparisons: what is measured, against which peer, and the target ratio. To add a comparison, add an entry.
import { existsSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('./compare.mjs').Case} Case
 * @typedef {import('./side.mjs').Command} Command
 * @typedef {import('./prepare.mjs').Prepared} Prepared
 */

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/** Makes glibc keep large blocks instead of returning them to the kernel, as the engine's block cache does on our side. */
const KEEP_MEMORY = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '17179869184',
  MALLOC_TOP_PAD_: '67108864',
};

/** @param {Prepared} prepared @returns {readonly Case[]} */
export function cases({ python, tfjs, data, onnx, libtorch }) {
  /** @type {(name: string, ...args: string[]) => Command} */
  const ours = (name, ...args) => ({ program: process.execPath, args: [here(`ours/${name}.mjs`), ...args] });
  /** @type {(name: string, ...args: string[]) => Command} */
  const py = (name, ...args) => ({ program: python ?? '', args: [here(`peers/${name}.py`), ...args] });
  const tuned = (/** @type {Command} */ command) => ({ ...command, env: KEEP_MEMORY });
  const lists = [`${data}/clips`, `${data}/train.csv`, `${data}/labels.csv`];
  return [
    {
      name: 'training step',
      what: 'ConvColumn6, 8 clips of 18x84x84 in memory, 2 threads',
      unit: 'clips/s',
      better: 'more',
      ours: ours('train-step'),
      peers: [
        { name: 'PyTorch as written', side: python && py('train_step', 'plain'), target: 1.5 },
        { name: 'PyTorch tuned', side: python && tuned(py('train_step', 'tuned')), target: 1 },
      ],
    },
    {
      name: 'mobile step',
      what: 'training step of MobileNet3DSmall, whose convolutions are depthwise, 8 clips of 18x84x84 in memory, 2 threads',
      unit: 'clips/s',
      better: 'more',
      ours: ours('train-step', 'mobile'),
      peers: [
        { name: 'PyTorch as written', side: python && py('train_step', 'plain', 'mobile'), target: 4 },
        { name: 'PyTorch tuned', side: python && tuned(py('train_step', 'tuned', 'mobile')), target: 4 },
      ],
    },
    {
      name: 'peak memory of a training step',
      what: 'the same step, one process per round',
      fresh: true,
      unit: 'MiB',
      better: 'less',
      ours: ours('train-step', 'memory'),
      peers: [
        { name: 'PyTorch tuned', side: python && tuned(py('train_step', 'tuned', 'memory')), target: 0.91 },
      ],
    },
    {
      name: 'inference',
      what: 'ConvColumn6, one clip of 18x84x84, 2 threads',
      unit: 'ms',
      better: 'less',
      ours: ours('inference'),
      peers: [
        { name: 'PyTorch tuned, eager', side: python && tuned(py('inference', 'tuned')), target: 1.5 },
        {
          name: 'onnxruntime-node',
          side: { program: process.execPath, args: [here('peers/onnx.mjs'), onnx] },
          target: 1,
        },
      ],
    },
    {
      name: 'input path',
      what: "JPEG folders to augmented batches by the full demo's recipe, one core",
      unit: 'clips/s',
      better: 'more',
      ours: oneCore(ours('input-path', data)),
      peers: [
        { name: 'PIL and torchvision', side: python && oneCore(py('input_path', ...lists)), target: 4 },
      ],
    },
    {
      name: 'epoch',
      what: "the full demo's network and recipe from JPEG folders to updated weights, all cores",
      unit: 'clips/s',
      better: 'more',
      ours: ours('epoch', data),
      peers: [{ name: 'PyTorch as written', side: python && py('epoch', ...lists), target: 2 }],
    },
    {
      name: 'operator call',
      what: '`a.add_(b)` on two one-element tensors',
      unit: 'us',
      better: 'less',
      ours: ours('operator-call'),
      peers: [{ name: 'PyTorch', side: python && py('operator_call'), target: 1 }],
    },
    ...['conv3d', 'max_pool3d', 'matmul'].map(
      (name) =>
        /** @type {const} */ ({
          name: `operator ${name}`,
          what: "on the shapes of ConvColumn6's first layer (matmul: 512x512), 2 threads",
          unit: 'ms',
          better: 'less',
          ours: ours('operators', name),
          peers: [
            {
              name: 'TensorFlow.js',
              side: tfjs && { program: process.execPath, args: [here('tfjs/operators.mjs'), name] },
            },
          ],
        }),
    ),
    ...starts(ours, libtorch),
  ];
}

/** Start time with Kinora minus start time of bare Node. */
const starts = (
  /** @type {(name: string, ...args: string[]) => Command} */ ours,
  /** @type {string} */ libtorch,
) =>
  /** @type {const} */ ([
    { what: "`import 'kinora'`, without loading the engine", of: ['import'], limit: 150 },
    { what: '`kinora --help`', of: ['help'], limit: 200 },
    { what: 'the engine', of: ['engine'] },
    { what: 'libtorch alone, which is part of the engine', of: ['libtorch', libtorch] },
  ]).map(({ what, of, ...rest }) => ({
    name: `start ${of[0]}`,
    what,
    unit: 'ms',
    better: /** @type {const} */ ('less'),
    ours: ours('start', ...of),
    peers: [],
    ...rest,
  }));

/**
 * The same comparisons with another checkout of Kinora as the only peer, to measure the effect of a change.
 * @param {readonly Case[]} all @param {string} checkout its folder, set up
 * @returns {readonly Case[]}
 */
export const against = (all, checkout) =>
  all
    .filter(({ ours }) => !ours.args.includes('libtorch')) // the same library on both sides
    .map((one) => ({ ...one, peers: [{ name: basename(checkout), side: elsewhere(one.ours, checkout) }] }));

/** @param {Command} command @param {string} checkout @returns {Command} */
const elsewhere = ({ args, ...command }, checkout) => ({
  ...command,
  args: args.map((word) =>
    word.startsWith(here('ours/')) ? join(checkout, 'bench', relative(here('.'), word)) : word,
  ),
});

/** Both sides on the same core. @param {Command} command @returns {Command} */
const oneCore = (command) =>
  existsSync('/usr/bin/taskset')
    ? { ...command, program: 'taskset', args: ['-c', '0', command.program, ...command.args] }
    : command;

// What is compared with what, on what, and with which target. To add a comparison, add an entry.
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('./compare.mjs').Case} Case
 * @typedef {import('./side.mjs').Command} Command
 * @typedef {{ python: string, data: string, onnx: string }} Prepared what prepare.mjs found or made
 */

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/** glibc keeps large blocks instead of giving them back to the kernel: what the engine's addon sets at load. */
const KEEP_MEMORY = {
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: '17179869184',
  MALLOC_TOP_PAD_: '67108864',
};

/** @param {Prepared} prepared @returns {readonly Case[]} */
export function cases({ python, data, onnx }) {
  /** @type {(name: string, ...args: string[]) => Command} */
  const ours = (name, ...args) => ({ program: process.execPath, args: [here(`ours/${name}.mjs`), ...args] });
  /** @type {(name: string, ...args: string[]) => Command} */
  const py = (name, ...args) => ({ program: python, args: [here(`peers/${name}.py`), ...args] });
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
        { name: 'PyTorch as written', side: py('train_step', 'plain'), target: 1.5 },
        { name: 'PyTorch tuned', side: tuned(py('train_step', 'tuned')), target: 1 },
      ],
    },
    {
      name: 'peak memory of a training step',
      what: 'the same step',
      unit: 'MiB',
      better: 'less',
      ours: ours('train-step', 'memory'),
      peers: [{ name: 'PyTorch tuned', side: tuned(py('train_step', 'tuned', 'memory')), target: 0.91 }],
    },
    {
      name: 'inference',
      what: 'ConvColumn6, one clip of 18x84x84, 2 threads',
      unit: 'ms',
      better: 'less',
      ours: ours('inference'),
      peers: [
        { name: 'PyTorch tuned, eager', side: tuned(py('inference', 'tuned')), target: 1.5 },
        {
          name: 'onnxruntime-node',
          side: { program: process.execPath, args: [here('peers/onnx.mjs'), onnx] },
          target: 1,
        },
      ],
    },
    {
      name: 'input path',
      what: "JPEG folders to augmented batches by the demo's recipe, one core",
      unit: 'clips/s',
      better: 'more',
      ours: ours('input-path', data),
      peers: [{ name: 'PIL and torchvision', side: py('input_path', ...lists), target: 4 }],
    },
    {
      name: 'epoch',
      what: "the demo's network and recipe from JPEG folders to updated weights, all cores",
      unit: 'clips/s',
      better: 'more',
      ours: ours('epoch', data),
      peers: [{ name: 'PyTorch as written', side: py('epoch', ...lists), target: 2 }],
    },
    {
      name: 'operator call',
      what: '`a.add_(b)` of two tensors of one element',
      unit: 'us',
      better: 'less',
      ours: ours('operator-call'),
      peers: [{ name: 'PyTorch', side: py('operator_call'), target: 1 }],
    },
  ];
}

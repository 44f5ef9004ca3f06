// How fast onnxruntime computes the gradients of a 3D convolution in the forms that they can be written in as a graph for
// inference: `node bench/gradient-forms.mjs [--clips 4] [--threads 1] [--web]`. The chosen ones are in
// packages/kinora/src/export/training/rules/convolution.ts.
import { Command } from 'commander';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { Call } from '../packages/kinora/dist/export/call.js';
import { Graph } from '../packages/kinora/dist/export/graph.js';
import { encodeModel } from '../packages/kinora/dist/export/onnx-file.js';
import { translationOf } from '../packages/kinora/dist/export/operators/table.js';
import {
  byFlippedKernels,
  byPhases,
  byTransposedConvolution,
  convolutionOf,
  convolvedWeightGradient,
} from '../packages/kinora/dist/export/training/rules/convolution.js';
import { flagsOf } from './flags.mjs';

const command = new Command('bench/gradient-forms.mjs')
  .description('Time the gradients of convolutions in every form, in onnxruntime.')
  .option('--clips <number>', 'in a batch', positiveInt, 4)
  .option('--threads <number>', 'of onnxruntime', positiveInt, 1)
  .option('--web', 'the WebAssembly build that browsers run, instead of the native one');
const { options } = await flagsOf(command);
const runtime = await import(options.web ? 'onnxruntime-web' : 'onnxruntime-node');
const { InferenceSession, Tensor, env } = runtime;
if (options.web) env.wasm.numThreads = options.threads;

const ROUNDS = 15;

/**
 * @typedef {import('../packages/kinora/dist/export/training/rules/convolution.js').Convolution} Convolution
 * @typedef {{
 *   kind: string, channels: [number, number], size: number[], kernel: number[], stride: number[], groups: number
 * }} Layer
 */

/** Layers of ConvColumnSmall and MobileNet3DSmall. @type {Layer[]} */
const LAYERS = [
  layer([16, 32], [16, 21, 21], [2, 1, 1]),
  layer([32, 64], [8, 21, 21], [1, 2, 2]),
  layer([64, 64], [8, 11, 11], [1, 1, 1]),
  layer([64, 128], [8, 11, 11], [2, 2, 2]),
  layer([128, 128], [4, 6, 6], [1, 1, 1]),
  layer([48, 48], [8, 21, 21], [1, 1, 1], 48),
  layer([48, 48], [16, 21, 21], [2, 2, 2], 48),
];

/**
 * @param {[number, number]} channels @param {number[]} size @param {number[]} stride @param {number} groups
 * @returns {Layer}
 */
function layer(channels, size, stride, groups = 1) {
  const kind = groups === 1 ? '3x3x3' : '3x3x3, one filter a channel';
  return { kind, channels, size, kernel: [3, 3, 3], stride, groups };
}

/**
 * For which layers a form is possible, and the nodes that compute it.
 * @type {Record<string, [possible: (layer: Layer) => boolean, form: (convolution: Convolution, gradient: string) => string]>}
 */
const FORMS = {
  forward: [() => true, forward],
  'weight: convolution': [() => true, convolvedWeightGradient],
  'weight: products': [({ groups }) => groups === 1, productOfEachElement],
  'input: flipped kernels': [({ stride }) => stride.every((step) => step === 1), byFlippedKernels],
  'input: phases': [({ stride }) => stride.some((step) => step > 1), byPhases],
  'input: ConvTranspose': [() => true, byTransposedConvolution],
};

const columns = Object.keys(FORMS);
console.log(`| layer | ${columns.join(' | ')} |\n|---|${columns.map(() => '---:').join('|')}|`);
for (const one of LAYERS) {
  const rates = await ratesOf(one);
  const { kind, channels, size, stride } = one;
  const text = `${kind}, ${channels.join(' to ')} channels, ${size.join('x')}, stride ${stride.join('x')}`;
  console.log(`| ${text} | ${columns.map((name) => rates.get(name)?.toFixed(1) ?? '').join(' | ')} |`);
}

/**
 * GFLOP/s of each form, by the operations of the convolution itself, whatever the form makes of them. The forms take turns, and
 * the fastest run counts, so that what else the machine does weighs least.
 * @param {Layer} layer
 */
async function ratesOf(layer) {
  const graphs = Object.entries(FORMS).flatMap(([name, [possible, form]]) =>
    possible(layer) ? [{ name, ...graphOf(layer, name, form) }] : [],
  );
  const running = await Promise.all(
    graphs.map(async ({ name, bytes, operations, shapes }) => {
      const session = await InferenceSession.create(bytes, { intraOpNumThreads: options.threads });
      const feeds = Object.fromEntries(
        session.inputNames.map((/** @type {string} */ input) => [input, random(shapes[input] ?? [])]),
      );
      return { name, session, feeds, operations, seconds: Number.POSITIVE_INFINITY };
    }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const one of running) {
      const start = performance.now();
      await one.session.run(one.feeds);
      one.seconds = Math.min(one.seconds, (performance.now() - start) / 1000);
    }
  }
  for (const { session } of running) await session.release();
  return new Map(running.map(({ name, operations, seconds }) => [name, operations / seconds / 1e9]));
}

/** @param {number[]} shape */
function random(shape) {
  const values = Float32Array.from({ length: product(shape) }, () => Math.random() - 0.5);
  return new Tensor('float32', values, shape);
}

/**
 * A file that computes one form.
 * @param {Layer} layer @param {string} name
 * @param {(convolution: Convolution, gradient: string) => string} form
 */
function graphOf({ channels: [input, output], size, kernel, stride, groups }, name, form) {
  const padding = kernel.map((length) => (length - 1) / 2);
  const result = size.map((length, i) => Math.floor((length + 2 * padding[i] - kernel[i]) / stride[i]) + 1);
  const dtype = /** @type {const} */ ('float32');
  const [maps, weight, gradient] = [
    [options.clips, input, ...size],
    [output, input / groups, ...kernel],
    [options.clips, output, ...result],
  ].map((shape, tensor) => ({ tensor, shape, dtype }));
  const tensors = { input: maps, weight, gradient };
  const graph = new Graph();
  const read = { forward: ['input', 'weight'], weight: ['input', 'gradient'], input: ['weight', 'gradient'] };
  const kind = /** @type {keyof typeof read} */ (name.split(':')[0]);
  for (const own of /** @type {(keyof typeof tensors)[]} */ (read[kind]))
    graph.inputs.push({ name: graph.name(own), shape: tensors[own].shape, dtype });
  const names = Object.keys(tensors);
  const inputs = { input: maps, weight, bias: null, stride, padding, groups, dilation: [1, 1, 1] };
  const call = { operator: 'aten::conv3d', overload: '', module: '', outputs: [gradient] };
  const convolution = convolutionOf(
    new Call({ ...call, inputs: new Map(Object.entries(inputs)) }, graph, ({ tensor }) => names[tensor]),
  );
  const made = form(convolution, 'gradient');
  graph.output('result', made, kind === 'forward' ? gradient : tensors[kind]);
  graph.prune();
  return {
    bytes: encodeModel(graph, { name: 'form', version: '0', metadata: {} }),
    operations: (2 * options.clips * output * input * product(kernel) * product(result)) / groups,
    shapes: /** @type {Record<string, number[]>} */ ({
      input: maps.shape,
      weight: weight.shape,
      gradient: gradient.shape,
    }),
  };
}

/** @param {readonly number[]} values */
function product(values) {
  return values.reduce((a, b) => a * b, 1);
}

/** @param {Convolution} convolution */
function forward({ call }) {
  return /** @type {string} */ (translationOf('aten::conv3d')?.operator(call));
}

/**
 * The weight gradient as a product of matrices for each element of the kernel.
 * @param {Convolution} convolution @param {string} gradient
 */
function productOfEachElement({ call, input, kernel, result, stride, before, channels }, gradient) {
  const padded = call.node('Pad', [input, call.int64s([0, 0, ...before, 0, 0, ...before]), call.scalar(0)]);
  const rows = (/** @type {string} */ value, /** @type {number} */ count) =>
    call.node('Reshape', [
      call.node('Transpose', [value], { perm: { ints: [1, 0, 2, 3, 4] } }),
      call.int64s([count, -1]),
    ]);
  const given = rows(gradient, channels[1]);
  const parts = Array.from({ length: product(kernel) }, (_, i) => {
    const place = kernel.map((length, axis) => Math.floor(i / product(kernel.slice(axis + 1))) % length);
    const end = place.map((start, axis) => start + (result[axis] - 1) * stride[axis] + 1);
    const bounds = [place, end, [2, 3, 4], stride].map((values) => call.int64s(values));
    const matrix = call.node('Gemm', [given, rows(call.node('Slice', [padded, ...bounds]), channels[0])], {
      transB: { int: 1 },
    });
    return call.reshape(matrix, [channels[1], channels[0], 1]);
  });
  return call.reshape(call.node('Concat', parts, { axis: { int: 2 } }), [
    channels[1],
    channels[0],
    ...kernel,
  ]);
}

/**
 * The graphs that onnxruntime runs: one training step, in the form of `kinora export --format onnx-train`, and the forward
 * pass with the maps of every layer. Gradients are written as convolutions (docs/browser-training.md says which forms).
 */
import { type Architecture, type Convolution, convolutions, parameters, SIDE } from './network.js';
import { OnnxGraph } from './onnx-graph.js';

/** Adam's, PyTorch's defaults. */
const BETAS = [0.9, 0.999] as const;
const EPS = 1e-8;

/** Adam's two running means of a parameter, by PyTorch's names. */
export const MOMENTS = ['exp_avg', 'exp_avg_sq'] as const;

interface Forward {
  /** Results of the layers after ReLU, `[N, C, T, H, W]`. */
  readonly maps: readonly string[];
  readonly pooled: string;
  readonly logits: string;
}

/**
 * One step. Inputs: `clips` float32 `[N, 1, T, 24, 24]`, `targets` `[N, classes]`, `learning_rate` float32 scalar, `step` int32
 * scalar from 1, every parameter and its two moments. Outputs: `loss`, `logits` before the update, `next.` and the name of
 * each of them after it, `gradient.` and the name of each parameter, and `error.conv1` `[N, C, T, H, W]`, the gradient of the
 * first layer's sums, before ReLU.
 */
export function stepGraph(architecture: Architecture): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const { classes, frames } = architecture;
  const clips = graph.input('clips', ['N', 1, frames, SIDE, SIDE]);
  const targets = graph.input('targets', ['N', classes]);
  const learningRate = graph.input('learning_rate', []);
  const step = graph.input('step', [], 'int32');
  for (const { name, shape } of parameters(architecture)) {
    graph.input(name, shape);
    for (const moment of MOMENTS) graph.input(`${name}.${moment}`, shape);
  }
  const forward = addForward(graph, architecture, clips);
  const { loss, gradient } = crossEntropy(graph, forward.logits, targets);
  graph.output('loss', loss, []);
  graph.output('logits', forward.logits, ['N', classes]);
  const { gradients, errors } = addBackward(graph, architecture, clips, forward, gradient);
  const first = convolutions(architecture)[0]!;
  graph.output('error.conv1', errors[0]!, ['N', first.outputs, ...first.result]);
  const update = adam(graph, learningRate, step);
  for (const { name, shape } of parameters(architecture)) {
    const slope = gradients.get(name)!;
    const [next, ...moments] = update(name, slope);
    graph.output(`gradient.${name}`, slope, shape);
    graph.output(`next.${name}`, next!, shape);
    for (const [i, moment] of MOMENTS.entries()) graph.output(`next.${name}.${moment}`, moments[i]!, shape);
  }
  return graph.bytes('step');
}

/**
 * The forward pass. Inputs: `clips` and every parameter. Outputs: `logits` `[N, classes]`, each layer's maps under its name,
 * `[N, C, T, H, W]` after ReLU, and their means `responses.` and the name, `[N, C]`.
 */
export function forwardGraph(architecture: Architecture): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const clips = graph.input('clips', ['N', 1, architecture.frames, SIDE, SIDE]);
  for (const { name, shape } of parameters(architecture)) graph.input(name, shape);
  const { maps, logits } = addForward(graph, architecture, clips);
  graph.output('logits', logits, ['N', architecture.classes]);
  for (const [i, { name, outputs, result }] of convolutions(architecture).entries()) {
    graph.output(name, maps[i]!, ['N', outputs, ...result]);
    graph.output(`responses.${name}`, meanOfMaps(graph, maps[i]!), ['N', outputs]);
  }
  return graph.bytes('forward');
}

function addForward(graph: OnnxGraph, architecture: Architecture, clips: string): Forward {
  let input = clips;
  const maps = convolutions(architecture).map(({ name, kernel, stride, padding }) => {
    const sums = graph.node('Conv', [input, `${name}.weight`, `${name}.bias`], {
      kernel_shape: kernel,
      strides: stride,
      pads: [...padding, ...padding],
    });
    input = graph.node('Relu', [sums]);
    return input;
  });
  const pooled = meanOfMaps(graph, input);
  const logits = graph.node('Gemm', [pooled, 'linear.weight', 'linear.bias'], { transB: 1 });
  return { maps, pooled, logits };
}

const meanOfMaps = (graph: OnnxGraph, maps: string): string =>
  graph.node('ReduceMean', [maps], { axes: [2, 3, 4], keepdims: 0 });

/** Softmax cross-entropy, the mean over the clips, and its gradient at the logits. */
function crossEntropy(graph: OnnxGraph, logits: string, targets: string): { loss: string; gradient: string } {
  const logs = graph.node('LogSoftmax', [logits], { axis: 1 });
  const ofClips = graph.node('Neg', [sum(graph, graph.node('Mul', [targets, logs]), 1)]);
  const loss = graph.node('ReduceMean', [ofClips], { axes: [0], keepdims: 0 });
  const difference = graph.node('Sub', [graph.node('Softmax', [logits], { axis: 1 }), targets]);
  const count = graph.castTo('float32', graph.node('Shape', [logits], { start: 0, end: 1 }));
  return { loss, gradient: graph.node('Div', [difference, count]) };
}

const sum = (graph: OnnxGraph, value: string, ...axes: number[]): string =>
  graph.node('ReduceSum', [value, graph.int64s(...axes)], { keepdims: 0 });

function addBackward(
  graph: OnnxGraph,
  architecture: Architecture,
  clips: string,
  { maps, pooled }: Forward,
  ofLogits: string,
): { gradients: ReadonlyMap<string, string>; errors: readonly string[] } {
  const layers = convolutions(architecture);
  const gradients = new Map([
    ['linear.weight', graph.node('Gemm', [ofLogits, pooled], { transA: 1 })],
    ['linear.bias', sum(graph, ofLogits, 0)],
  ]);
  const errors: string[] = [];
  /** Of the maps above, broadcast over time and space where it is the mean's. */
  let arriving = throughMean(graph, graph.node('MatMul', [ofLogits, 'linear.weight']), layers.at(-1)!);
  for (const [i, layer] of [...layers.entries()].reverse()) {
    const passes = graph.node('Greater', [maps[i]!, graph.float(0)]);
    const error = graph.node('Where', [passes, arriving, graph.float(0)]);
    errors.unshift(error);
    gradients.set(`${layer.name}.weight`, weightGradient(graph, layer, maps[i - 1] ?? clips, error));
    gradients.set(`${layer.name}.bias`, sum(graph, error, 0, 2, 3, 4));
    if (i > 0) arriving = inputGradient(graph, layer, error);
  }
  return { gradients, errors };
}

/** The gradient of a mean over all cells goes to each of them in equal shares: `[N, C]` to `[N, C, 1, 1, 1]`. */
function throughMean(graph: OnnxGraph, gradient: string, { result: [t, h, w] }: Convolution): string {
  const share = graph.node('Mul', [gradient, graph.float(1 / (t * h * w))]);
  return graph.node('Unsqueeze', [share, graph.int64s(2, 3, 4)]);
}

/** How far the windows reach beyond the end of the input, padding included. */
const ends = ({ kernel, stride, padding, size, result }: Convolution): number[] =>
  size.map((length, i) => (result[i]! - 1) * stride[i]! + kernel[i]! - length - padding[i]!);

/** The input with clips and channels exchanged, convolved with the error as its kernels; stride becomes dilation. */
function weightGradient(graph: OnnxGraph, layer: Convolution, input: string, error: string): string {
  const swapped = (value: string): string => graph.node('Transpose', [value], { perm: [1, 0, 2, 3, 4] });
  const correlation = graph.node('Conv', [swapped(input), swapped(error)], {
    kernel_shape: layer.result,
    dilations: layer.stride,
    pads: [...layer.padding, ...ends(layer)],
  });
  return swapped(correlation);
}

function inputGradient(graph: OnnxGraph, layer: Convolution, error: string): string {
  return graph.node('ConvTranspose', [error, `${layer.name}.weight`], {
    kernel_shape: layer.kernel,
    strides: layer.stride,
    pads: [...layer.padding, ...ends(layer)],
  });
}

/** The update of one parameter by Adam: the new parameter and its new moments. */
function adam(
  graph: OnnxGraph,
  learningRate: string,
  step: string,
): (name: string, slope: string) => string[] {
  const node = (op: string, ...operands: (string | number)[]): string =>
    graph.node(
      op,
      operands.map((one) => (typeof one === 'number' ? graph.float(one) : one)),
    );
  const exponent = graph.castTo('float64', step);
  const [first, second] = BETAS.map((beta) =>
    node('Sub', graph.double(1), node('Pow', graph.double(beta), exponent)),
  ) as [string, string];
  const rate = graph.castTo('float32', node('Div', graph.castTo('float64', learningRate), first));
  const correction = graph.castTo('float32', node('Sqrt', second));
  return (name, slope) => {
    const moved = (moment: string, value: string, beta: number): string =>
      node('Add', node('Mul', `${name}.${moment}`, beta), node('Mul', value, 1 - beta));
    const mean = moved('exp_avg', slope, BETAS[0]);
    const square = moved('exp_avg_sq', node('Mul', slope, slope), BETAS[1]);
    const root = node('Add', node('Div', node('Sqrt', square), correction), EPS);
    return [node('Sub', name, node('Div', node('Mul', mean, rate), root)), mean, square];
  };
}

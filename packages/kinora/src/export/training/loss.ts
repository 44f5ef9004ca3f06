/** Softmax cross-entropy with soft targets, and its gradient. */
import { type Graph, int64s } from '../graph.js';
import { dataType } from '../onnx-file.js';

/**
 * The mean over clips of -sum(target log softmax(logits)), in nats, as torch.nn.functional.cross_entropy of probabilities:
 * float32 scalar, and its gradient `[N, classes]` by the logits. Targets `[N, classes]` need not add up to 1.
 */
export function crossEntropy(
  graph: Graph,
  logits: string,
  targets: string,
): { readonly loss: string; readonly gradient: string } {
  const node = (op: string, inputs: string[], attributes = {}): string =>
    graph.node(op, inputs, attributes, 'loss')[0]!;
  const axis = graph.constant('axis', int64s([1]));
  const sum = (value: string, keepdims: 0 | 1): string =>
    node('ReduceSum', [value, axis], { keepdims: { int: keepdims } });
  const logs = node('LogSoftmax', [logits], { axis: { int: 1 } });
  const ofClips = node('Neg', [sum(node('Mul', [targets, logs]), 0)]);
  const loss = node('ReduceMean', [ofClips], { axes: { ints: [0] }, keepdims: { int: 0 } });
  // Not the exponential of `logs`, whose rounding is the same for all classes and adds up in sums over them.
  const probabilities = node('Softmax', [logits], { axis: { int: 1 } });
  const predicted = node('Mul', [probabilities, sum(targets, 1)]);
  const clips = node('Cast', [graph.sizes([{ perClip: 1 }], 'loss')], { to: { int: dataType('float32') } });
  return { loss, gradient: node('Div', [node('Sub', [predicted, targets]), clips]) };
}

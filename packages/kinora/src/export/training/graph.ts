/**
 * A network as an ONNX graph that computes one training step: the traced forward pass, the loss, the gradients and the
 * optimizer's update. Any runtime for inference runs it; what a step changes goes in as inputs and comes out as outputs.
 */
import { type DType, type KinoraError, kinoraError, nn, noGrad, scope, type Tensor } from '@kinora/torch';
import { effectiveConfig } from '../../config/index.js';
import type { Network } from '../../model/network.js';
import { freeze, trainMode } from '../../train/recipe/parameters.js';
import { isTensor, type Size, type TensorRef, tensorsIn, type Value } from '../batch.js';
import { foldPadding } from '../fold-padding.js';
import { type Forward, traceForward } from '../forward.js';
import { floats, Graph, type Port } from '../graph.js';
import { type OnnxModel, type Translated, withHeader } from '../onnx.js';
import { Translator } from '../translate.js';
import { crossEntropy } from './loss.js';
import { momentNames, type OptimizerSettings, optimizerOf, type StepInputs } from './optimizer.js';
import { Prefix } from './prefix.js';
import { Randomness } from './random.js';
import type { Classifier, StateTensor, TrainingSpec } from './spec.js';
import { Tape } from './tape.js';

export interface TrainingOptions extends Partial<OptimizerSettings> {
  /**
   * Patterns of layers that stay as they are, as the key `freeze` of a configuration. Layers before the first one that is
   * trained become the prefix. Default: none.
   */
  readonly freeze?: readonly string[];
}

export interface TrainingModel {
  readonly step: Translated;
  /** The frozen layers that the clips pass first; null where nothing is frozen there. */
  readonly prefix: Translated | null;
  readonly spec: TrainingSpec;
}

/**
 * The network's training step as ONNX (opset 17). Inputs: `targets` float32 `[N, classes]`, `learning_rate` float32 scalar,
 * `step` int32 scalar (1 in the first step), `seed` int32 scalar (of dropout), the clips or the prefix's outputs, and the
 * state: trainable tensors, moments, running statistics. Outputs: `loss` float32 scalar, `logits` `[N, classes]` and
 * `features` `[N, F]` before the update, and the state after it. `spec` describes all of them. The network stays as it is.
 * Throws `export/*` naming module and operator where it has no ONNX form or no gradient, and `config/*` for patterns of
 * `freeze` that mean nothing or everything.
 * @param version of this library, for the metadata
 */
export function toTrainingOnnx(
  model: OnnxModel,
  version: string,
  { freeze: patterns = [], ...settings }: TrainingOptions = {},
): TrainingModel {
  const built = scope(() =>
    noGrad(() => inTraining(model.network, patterns, () => build(model, complete(settings), patterns))),
  );
  const { graph, prefix, spec } = built;
  const step = withHeader(graph, model, version, { training: JSON.stringify(spec) });
  const data = { prefix: JSON.stringify(spec.data) };
  return { step, spec, prefix: prefix && withHeader(prefix, model, version, data) };
}

/** Checked, and with a configuration's defaults. */
function complete(settings: Partial<OptimizerSettings>): OptimizerSettings {
  const { optimizer, amsgrad, momentum, weightDecay } = effectiveConfig(settings);
  return { optimizer, amsgrad, momentum, weightDecay };
}

/** Runs `run` on the network as training has it; afterwards modes, gradients and buffers are what they were. */
function inTraining<T>(network: Network, patterns: readonly string[], run: () => T): T {
  const modes = [...network.namedModules().values()].map((module) => [module, module.training] as const);
  const learning = network.parameters().map((one) => [one, one.requiresGrad] as const);
  const buffers = [...network.namedBuffers().values()].map((one) => [one, one.clone()] as const);
  try {
    freeze(network, patterns);
    trainMode(network, patterns);
    return run();
  } finally {
    for (const [module, training] of modes) module.training = training;
    for (const [parameter, requiresGrad] of learning) parameter.requiresGrad = requiresGrad;
    for (const [buffer, before] of buffers) buffer.copy_(before);
  }
}

interface Built {
  readonly graph: Graph;
  readonly prefix: Graph | null;
  readonly spec: TrainingSpec;
}

function build(
  { network, spec }: OnnxModel,
  settings: OptimizerSettings,
  patterns: readonly string[],
): Built {
  const cumulative = learningNorms(network).find(([, { momentum }]) => momentum === null);
  if (cumulative !== undefined) throw noMomentum(cumulative[0]);
  const forward = traceForward(network, spec);
  const { logits } = forward.output;
  const graph = new Graph();
  const port = (name: string, dtype: DType, shape: readonly Size[]): string => {
    graph.inputs.push({ name: graph.name(name), dtype, shape });
    return name;
  };
  const targets = port('targets', 'float32', [{ perClip: 1 }, logits.shape[1]!]);
  const inputs: StepInputs = {
    learningRate: port('learning_rate', 'float32', []),
    step: port('step', 'int32', []),
  };
  const randomness = new Randomness(graph, port('seed', 'int32', []), inputs.step);
  const { parameters, statistics } = learnt(network, forward);
  const tape = new Tape(graph, randomness, parameters.keys());
  const translator = new Translator(graph, forward.traces, network.stateDict(), tape.translationOf);
  for (const [name, ref] of [...parameters, ...statistics]) translator.input(name, ref);
  const cut = new Prefix(
    forward.traces,
    network.stateDict(),
    translator,
    [...parameters.values(), ...statistics.values()],
    forward.inputs,
  );
  for (const call of forward.calls) if (patterns.length === 0 || !cut.take(call)) cut.handOver(call);
  for (const ref of resultsOf(forward)) cut.read(ref);
  const { data, prefix } = cut.finish();
  const gradients = backward(graph, forward, translator, tape, targets);
  const state = [
    ...update(graph, settings, inputs, parameters, gradients),
    ...follow(graph, statistics, tape.updates),
  ];
  graph.prune();
  foldPadding(graph);
  graph.prune();
  const classifier = classifierOf(forward, parameters);
  if (classifier !== null) leaveClassesOpen(graph, classifier);
  return {
    graph,
    prefix,
    spec: { version: 1, optimizer: settings, freeze: patterns, data, classifier, state },
  };
}

type Refs = ReadonlyMap<string, TensorRef>;

/** The layer that makes the logits, if it is linear, trained, and used for nothing else. */
function classifierOf(
  { calls, output: { logits, streams }, result }: Forward,
  parameters: Refs,
): Classifier | null {
  const { tensor } = result(logits);
  const last = calls.find(({ outputs }) => tensorsIn(outputs).some((one) => one.tensor === tensor));
  if (last?.operator !== 'aten::linear' || streams !== undefined) return null;
  const nameOf = (value: Value | undefined): string | undefined =>
    [...parameters].find(([, ref]) => isTensor(value) && value.tensor === ref.tensor)?.[0];
  const weight = nameOf(last.inputs.get('weight'));
  const bias = last.inputs.get('bias') ?? null;
  const biasName = bias === null ? null : nameOf(bias);
  if (weight === undefined || biasName === undefined) return null;
  const own = [weight, biasName].map((name) => parameters.get(name ?? '')?.tensor);
  const elsewhere = calls.some(
    (call) => call !== last && tensorsIn([...call.inputs.values()]).some((one) => own.includes(one.tensor)),
  );
  return elsewhere ? null : { weight, bias: biasName };
}

/** Names the number of classes instead of stating it: no node of the graph depends on it. */
function leaveClassesOpen(graph: Graph, { weight, bias }: Classifier): void {
  const ofLayer = (name: string): boolean =>
    [weight, bias].some((own) => own !== null && (name === own || name.startsWith(`${own}.`)));
  const open = (port: Port): Port => {
    const name = port.name.replace(/^next\./, '');
    if (ofLayer(name)) return { ...port, shape: [CLASSES, ...port.shape.slice(1)] };
    return name === 'targets' || name === 'logits' ? { ...port, shape: [port.shape[0]!, CLASSES] } : port;
  };
  for (const ports of [graph.inputs, graph.outputs]) ports.splice(0, ports.length, ...ports.map(open));
}

const CLASSES = 'classes';

/** Batch norms in training, by path. */
const learningNorms = (network: Network): [string, nn.BatchNormNd][] =>
  [...network.namedModules()].filter(
    (entry): entry is [string, nn.BatchNormNd] => entry[1] instanceof nn.BatchNormNd && entry[1].training,
  );

/** What a step changes: parameters that are trained, and statistics of batch norms in training; those that took part. */
function learnt(network: Network, { traces: [{ idOf }] }: Forward): { parameters: Refs; statistics: Refs } {
  const refs = (tensors: readonly (readonly [string, Tensor | null])[]): Refs =>
    new Map(
      tensors.flatMap(([name, tensor]) => {
        const id = tensor === null ? undefined : idOf(tensor);
        return id === undefined ? [] : [[name, { tensor: id, dtype: tensor!.dtype, shape: tensor!.shape }]];
      }),
    );
  const norms = learningNorms(network);
  return {
    parameters: refs([...network.namedParameters()].filter(([, { requiresGrad }]) => requiresGrad)),
    statistics: refs(
      norms.flatMap(([path, norm]) => [
        [`${path}.running_mean`, norm.running_mean],
        [`${path}.running_var`, norm.running_var],
      ]),
    ),
  };
}

const resultsOf = ({ output: { logits, features, streams = [] }, result }: Forward): TensorRef[] =>
  [logits, features, ...streams].map(result);

/** Adds loss, outputs of the forward pass and gradients; gives the gradients of the parameters by name. */
function backward(
  graph: Graph,
  { output: { logits, features, streams = [logits] }, result }: Forward,
  translator: Translator,
  tape: Tape,
  targets: string,
): ReadonlyMap<string, string> {
  const parts = streams.map((stream) => {
    const value = translator.nameOf(result(stream));
    return { value, ...crossEntropy(graph, value, targets) };
  });
  const share = graph.constant('streams', floats([1 / parts.length], []));
  const shared = (value: string): string =>
    parts.length === 1 ? value : graph.node('Mul', [value, share], {}, 'loss')[0]!;
  const sum =
    parts.length === 1
      ? parts[0]!.loss
      : graph.node(
          'Sum',
          parts.map(({ loss }) => loss),
          {},
          'loss',
        )[0]!;
  graph.output('loss', shared(sum), { dtype: 'float32', shape: [] });
  for (const [name, tensor] of Object.entries({ logits, features })) {
    const ref = result(tensor);
    graph.output(name, translator.nameOf(ref), ref);
  }
  return tape.backward(new Map(parts.map(({ value, gradient }) => [value, shared(gradient)])));
}

/** The parameters and what the optimizer remembers of them. */
function update(
  graph: Graph,
  settings: OptimizerSettings,
  inputs: StepInputs,
  parameters: Refs,
  gradients: ReadonlyMap<string, string>,
): StateTensor[] {
  const step = optimizerOf(settings, graph, inputs);
  return [...parameters].flatMap(([parameter, { shape, dtype }]) => {
    const gradient = gradients.get(parameter) ?? unreached(parameter);
    const moments = momentNames(settings).map((name) => {
      const input = graph.name(`${parameter}.${name}`);
      graph.inputs.push({ name: input, dtype, shape });
      return input;
    });
    const updated = step({ parameter, gradient, moments });
    const next = (input: string, value: string, kind: StateTensor['kind']): StateTensor => ({
      input,
      output: graph.output(`next.${input}`, value, { dtype, shape }),
      kind,
      shape: shape as number[],
      initial: kind === 'moment' ? 'zeros' : 'weights',
    });
    return [
      next(parameter, updated.parameter, 'parameter'),
      ...moments.map((moment, i) => next(moment, updated.moments[i]!, 'moment')),
    ];
  });
}

/** The running statistics. */
function follow(graph: Graph, statistics: Refs, updates: ReadonlyMap<string, string>): StateTensor[] {
  return [...statistics].map(([input, { dtype, shape }]) => ({
    input,
    output: graph.output(`next.${input}`, updates.get(input) ?? input, { dtype, shape }),
    kind: 'statistic',
    shape: shape as number[],
    initial: 'weights',
  }));
}

const unreached = (parameter: string): never => {
  throw kinoraError('export/gradient', parameter, {
    expected: 'a parameter that the loss depends on',
    received: 'one that no gradient reaches',
    hint: `exclude it from training: --freeze ${parameter}`,
  });
};

const noMomentum = (path: string): KinoraError =>
  kinoraError('export/gradient', path, {
    expected: 'a batch norm whose running statistics have a momentum',
    received: 'momentum null: the average over all batches',
    hint: 'give it a momentum, or freeze it',
  });

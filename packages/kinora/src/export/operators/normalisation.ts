/** Batch, layer, group and instance normalisation with fixed statistics or those of each clip. */
import { isPerClip } from '../batch.js';
import type { Call, Operator } from '../call.js';
import { floats } from '../graph.js';

/** A parameter `[channels]`, or what stands for one that was left out. */
const parameter = (call: Call, name: string, channels: number, neutral: number): string =>
  call.optional(name) || call.constant(floats(new Float32Array(channels).fill(neutral)));

const channelsOf = (call: Call, axis = 1): number => call.tensor('input').shape[axis] as number;

const batchNorm: Operator = (call) => {
  if (call.flag('training')) call.fail('statistics of training', 'those of the batch');
  const channels = channelsOf(call);
  const inputs = [
    call.input('input'),
    parameter(call, 'weight', channels, 1),
    parameter(call, 'bias', channels, 0),
    call.input('running_mean'),
    call.input('running_var'),
  ];
  return call.node('BatchNormalization', inputs, { epsilon: { float: call.number('eps') } });
};

const layerNorm: Operator = (call) => {
  const sizes = call.numbers('normalized_shape');
  const elements = sizes.reduce((a, b) => a * b, 1);
  const filled = (name: string, neutral: number): string =>
    call.optional(name) || call.constant(floats(new Float32Array(elements).fill(neutral), sizes));
  return call.node('LayerNormalization', [call.input('input'), filled('weight', 1), filled('bias', 0)], {
    axis: { int: -sizes.length },
    epsilon: { float: call.number('eps') },
  });
};

/** Groups become the channels of an instance normalisation. */
const groupNorm: Operator = (call) => {
  const groups = call.number('num_groups');
  const { shape } = call.tensor('input');
  const channels = channelsOf(call);
  const elements = shape.slice(1).reduce<number>((a, b) => a * (isPerClip(b) ? Number.NaN : b), 1);
  const grouped = call.reshape(call.input('input'), [shape[0]!, groups, elements / groups]);
  const ones = call.constant(floats(new Float32Array(groups).fill(1)));
  const zeros = call.constant(floats(new Float32Array(groups)));
  const normal = call.node('InstanceNormalization', [grouped, ones, zeros], {
    epsilon: { float: call.number('eps') },
  });
  const perChannel = (name: string, neutral: number): string =>
    call.reshape(parameter(call, name, channels, neutral), [channels, ...shape.slice(2).map(() => 1)]);
  const scaled = call.node('Mul', [call.reshape(normal, shape), perChannel('weight', 1)]);
  return call.node('Add', [scaled, perChannel('bias', 0)]);
};

const instanceNorm: Operator = (call) => {
  if (!call.flag('use_input_stats')) call.fail('statistics of the input', 'running ones');
  const channels = channelsOf(call);
  const inputs = [
    call.input('input'),
    parameter(call, 'weight', channels, 1),
    parameter(call, 'bias', channels, 0),
  ];
  return call.node('InstanceNormalization', inputs, { epsilon: { float: call.number('eps') } });
};

/** Dropout passes everything once training is over. */
const dropout: Operator = (call) => {
  if (call.flag('train')) call.fail('a network in evaluation mode', 'dropout in training');
  return call.input('input');
};

export const normalisation: Readonly<Record<string, Operator>> = {
  'aten::batch_norm': batchNorm,
  'aten::layer_norm': layerNorm,
  'aten::group_norm': groupNorm,
  'aten::instance_norm': instanceNorm,
  'aten::dropout': dropout,
  'aten::feature_dropout': dropout,
};

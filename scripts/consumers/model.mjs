// Exports a network of random weights, as a model that a user of the recognizer has got from elsewhere.
import { rmSync } from 'node:fs';
import { serialize } from '@kinora/torch';
import { defaultSpec, exportModel, findNetwork } from 'kinora';

const out = process.argv[2] ?? 'model.onnx';
const labels = ['Swiping Left', 'Swiping Right'];
const { build, input } = findNetwork('ConvColumnSmall');
const [frames, height, width] = input;
const spec = { ...defaultSpec(labels), frames, crop: { height, width } };
const weights = `${out}.safetensors`;
serialize.saveSafetensors(weights, build(labels.length, input).stateDict(), { spec: JSON.stringify(spec) });
exportModel(weights, { format: 'onnx', out });
rmSync(weights);

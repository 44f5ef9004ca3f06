/** Training graphs are valid ONNX, by the reference checker with strict shape inference, and run in Python's onnxruntime. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed } from '@kinora/torch';
import { expect, test } from 'vitest';
import type { Size3 } from '../../model/layers.js';
import { findNetwork } from '../../model/registry.js';
import { specFor } from '../agreement.test.util.js';
import { encodeModel } from '../onnx-file.js';
import { type TrainingOptions, toTrainingOnnx } from './graph.js';

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import onnx, onnxruntime'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Checks both files, then runs a step on random data and prints the loss. */
const SCRIPT = `
import sys
import numpy as np, onnx, onnxruntime
for file in sys.argv[1:]:
    onnx.checker.check_model(onnx.load(file), full_check=True)
session = onnxruntime.InferenceSession(sys.argv[1])
random = np.random.default_rng(0)
def value(port):
    shape = [4 if isinstance(size, str) else size for size in port.shape]
    if port.type == 'tensor(int32)':
        return np.ones(shape, np.int32)
    return np.asarray(np.abs(random.standard_normal(shape)) * 0.1, np.float32)
print(session.run(['loss'], {port.name: value(port) for port in session.get_inputs()})[0])
`;

const SIZE: Size3 = [8, 48, 48];

test.skipIf(python === undefined).each<[name: string, options: TrainingOptions]>([
  ['ConvColumnSmall', {}],
  ['ConvColumnSmall', { freeze: ['conv_layer1', 'conv_layer2'], optimizer: 'sgd' }],
  ['R2Plus1DSmall', { optimizer: 'sgd' }],
  ['MobileNet3DSmall', { optimizer: 'adamw', amsgrad: false }],
  ['ResNet3DSmall', { freeze: ['conv1', 'bn1', 'layer1'] }],
  ['CausalMobile3DSmall', {}],
])('%s with %j passes the checker of ONNX (needs Python with onnx and onnxruntime)', (name, options) => {
  manualSeed(2);
  const folder = mkdtempSync(join(tmpdir(), 'kinora-checker-'));
  using network = findNetwork(name).build(3, SIZE);
  try {
    const { step, prefix } = toTrainingOnnx({ network, name, spec: specFor(SIZE, 3) }, '0', options);
    expect(prefix !== null).toBe(options.freeze !== undefined);
    const files = [step, ...(prefix === null ? [] : [prefix])].map(({ graph, header }, i) => {
      const file = join(folder, `${i}.onnx`);
      writeFileSync(file, encodeModel(graph, header));
      return file;
    });
    const loss = Number(execFileSync(python!, ['-c', SCRIPT, ...files], { encoding: 'utf8' }));
    expect(loss).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import { readFileSync } from 'node:fs';
import { serialize } from '@kinora/torch';
import { afterAll, describe, expect, test } from 'vitest';
import { exportTestModel, LABELS } from './model.test.util.js';
import { readModelInfo, readModelWeights } from './model-file.js';

const model = exportTestModel('SingleFrameSmall', true);
afterAll(() => model.remove());
const file = new Uint8Array(readFileSync(model.onnx));

/** A top-level metadata field of an ONNX file. */
function metadata(key: string, value: string): Uint8Array {
  const field = (number: number, bytes: Uint8Array): Uint8Array =>
    Uint8Array.of(
      (number << 3) | 2,
      ...(bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]),
      ...bytes,
    );
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  return field(14, Uint8Array.of(...field(1, encode(key)), ...field(2, encode(value))));
}

describe('what a model says of itself', () => {
  test('is what the exporter wrote', () => {
    const info = readModelInfo(file, 'model.onnx');
    expect(info).toMatchObject({ network: 'SingleFrameSmall', labels: LABELS, groupedConv3d: false });
    expect(info.spec).toEqual(model.spec);
    expect(info.layers?.[0]).toMatchObject({ path: expect.any(String), shape: expect.any(Array) });
  });

  test.each([
    ['an empty file', new Uint8Array(), /^x: expected .*received an empty file|without that/],
    [
      'text',
      new TextEncoder().encode('root:x:0:0'),
      /^x: expected an ONNX file, received 10 bytes that begin with "root/,
    ],
    ['a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10), /^x: expected an ONNX file/],
    ['a file cut short', file.subarray(0, 3000), /^x: expected an ONNX file/],
    [
      'another ONNX file',
      metadata('author', 'someone'),
      /^x: expected a model that says how clips become its input/,
    ],
    [
      'damaged metadata',
      metadata('spec', '{"frames":'),
      /^x: expected metadata in JSON, received "\{"frames":"/,
    ],
    [
      'a spec of the future',
      metadata('spec', '{"frames":16,"sampling":"by mood"}'),
      /export it again, or update/,
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => readModelInfo(bytes, 'x')).toThrow(message);
  });
});

test("a model's weights are the network's", () => {
  const saved = serialize.loadSafetensors(model.weights);
  const weights = readModelWeights(file);
  for (const [name, { shape, data }] of weights) {
    const own = saved.get(name)!;
    expect(shape, name).toEqual(own.shape);
    expect(data, name).toEqual(own.toTypedArray());
  }
  expect(weights.size).toBeGreaterThan(10);
});

import { readFileSync } from 'node:fs';
import { KinoraError } from '@kinora/clip';
import { serialize } from '@kinora/torch';
import { randomStream } from 'kinora';
import { afterAll, describe, expect, test } from 'vitest';
import { exportTestModel, LABELS } from '../model.test.util.js';
import { readModelInfo, readModelWeights } from './model-file.js';

const model = exportTestModel('SingleFrameSmall', true);
afterAll(() => model.remove());
const file = new Uint8Array(readFileSync(model.onnx));

/** The file with other metadata: of several of one key the last counts. */
function withMetadata(key: string, value: unknown): Uint8Array {
  const field = metadata(key, typeof value === 'string' ? value : JSON.stringify(value));
  return Buffer.concat([file, field]);
}

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

  test('older than `mirrored` is given the pictures of cameras as they are', () => {
    const { mirrored: _, ...older } = model.spec;
    expect(readModelInfo(withMetadata('spec', older), 'model.onnx').spec.mirrored).toBe(false);
    const mirrored = { ...older, mirrored: true };
    expect(readModelInfo(withMetadata('spec', mirrored), 'model.onnx').spec.mirrored).toBe(true);
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

describe('a size that does not fit the graph is refused', () => {
  const { spec } = model;
  test.each([
    [
      'more frames',
      { spec: { ...spec, frames: 17 } },
      /x: expected a spec of the network's input, \[3, .*received one of \[3, 17/,
    ],
    [
      'another crop',
      { spec: { ...spec, crop: { height: 512, width: 512 } } },
      /received one of \[3, \d+, 512, 512\]/,
    ],
    [
      'a clip beyond memory',
      { spec: { ...spec, crop: { height: 8192, width: 8192 } } },
      /x: expected clips of at most 67108864 numbers .*, received \d+ x 3 x 8192 x 8192/,
    ],
    ['more clips', { spec: { ...spec, clips: 5 } }, /x: expected a spec of the network's input/],
    [
      'an endless clip',
      { spec: { ...spec, sampling: 'dense', stride: 256, frames: spec.frames, frameRate: 1e9 } },
      /frameRate: expected a number/,
    ],
    [
      'a huge picture',
      { spec: { ...spec, resize: { rule: 'exact', height: 8192, width: 8192 } } },
      /x: expected a resized height of at most 4096, received 8192/,
    ],
    [
      'fewer labels',
      { labels: ['a'] },
      /x: expected as many labels as the network has logits, 5, received 1/,
    ],
    ['labels of another kind', { labels: [1, 2, 3, 4, 5] }, /x: expected 1 to 10000 labels, received \[1,2/],
    ['layers of another kind', { layers: [{ path: 'a' }] }, /x: expected a list of layers/],
    ['layers that are none', { layers: null }, /x: expected a list of layers/],
  ])('%s', (_, changes, message) => {
    const [[key, value]] = Object.entries(changes) as [[string, unknown]];
    expect(() => readModelInfo(withMetadata(key, value), 'x')).toThrow(message);
  });

  test('without weights, too', () => {
    const cut = metadata('spec', JSON.stringify(spec));
    const labels = metadata('labels', JSON.stringify(LABELS));
    expect(() => readModelInfo(Uint8Array.from([...cut, ...labels]), 'x')).toThrow(
      /a port clips in the graph, received none/,
    );
  });
});

describe('weights in other files', () => {
  const field = (number: number, bytes: Uint8Array): Buffer =>
    Buffer.concat([Uint8Array.of((number << 3) | 2, bytes.length), bytes]);
  /** With a number of two bytes. */
  const longField = (number: number, bytes: Uint8Array): Buffer =>
    Buffer.concat([Uint8Array.of(((number << 3) & 127) | 130, number >> 4, bytes.length), bytes]);
  const external = field(
    13,
    Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from('other.bin'))]),
  );
  test.each([
    ['an initializer', field(7, field(5, external))],
    ['an initializer by its location alone', field(7, field(5, Uint8Array.of(14 << 3, 1)))],
    ['a constant', field(7, field(1, field(5, field(5, external))))],
    ['a constant in a branch', field(7, field(1, field(5, field(6, field(5, external)))))],
    ['a function', longField(25, field(7, field(5, field(5, external))))],
  ])('%s', (_, part) => {
    expect(() => readModelInfo(Buffer.concat([file, part]), 'x')).toThrow(
      'x: expected a model whose weights are in its file, received one that reads other files',
    );
  });
});

test('two hundred mutated files are read or refused in one line', () => {
  const random = randomStream(5, 0, 0, 0);
  const text = JSON.stringify(model.spec);
  const values = ['-1', '0', '1e9', '2147483648', 'null', '[]', '{}', '"x"', '1e308', '0.5', 'true', '4'];
  let [read, refused] = [0, 0];
  for (let i = 0; i < 200; i++) {
    let bytes: Uint8Array;
    if (i % 2 === 0) {
      const numbers = [...text.matchAll(/-?\d+(\.\d+)?|"[^"]*"(?=[,}\]])/g)];
      const { index, 0: old } = numbers[random.below(numbers.length)]!;
      const value = values[random.below(values.length)]!;
      bytes = withMetadata('spec', text.slice(0, index) + value + text.slice(index + old.length));
    } else {
      bytes = file.slice(0, random.below(4) === 0 ? random.below(file.length) : file.length);
      for (let n = 0; n < 8 && bytes.length > 0; n++)
        bytes[random.below(Math.min(bytes.length, 6000))] = random.below(256);
    }
    try {
      expect(readModelInfo(bytes, 'x').spec.frames).toBe(model.spec.frames);
      readModelWeights(bytes);
      read++;
    } catch (error) {
      expect(error).toBeInstanceOf(KinoraError);
      expect((error as Error).message).toMatch(/^[^\p{Cc}]+$/u);
      refused++;
    }
  }
  expect(Math.min(read, refused)).toBeGreaterThan(20);
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

import { expect, it, test } from 'vitest';
import { type Head, lossGradient, predictHead, trainHead } from './head.js';
import { fingerprint, readHead, writeHead } from './head-file.js';

/** A repeatable spread around a centre. */
const cloud = (centre: readonly number[], count: number, seed: number): Float32Array[] =>
  Array.from({ length: count }, (_, i) =>
    Float32Array.from(centre, (value, f) => value + Math.sin((i + 1) * (f + 2) * 12.9898 + seed)),
  );
const CENTRES = [
  [4, 0, 0, 10],
  [0, 4, 0, 10],
  [0, 0, 4, 10],
] as const;
const classes = CENTRES.map((centre, k) => ({ label: 'abc'[k]!, examples: cloud(centre, 12, k) }));

it('distinguishes the taught classes on new examples', async () => {
  const head = await trainHead(classes);
  for (const [k, centre] of CENTRES.entries())
    for (const x of cloud(centre, 20, 40 + k)) {
      const scores = predictHead(head, x);
      expect(scores.indexOf(Math.max(...scores))).toBe(k);
      expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
});

test('the weights minimise the loss: the gradient is zero there and nowhere else', async () => {
  const head = await trainHead(classes);
  const rows = classes.flatMap(({ examples }, label) =>
    examples.map((x) => ({
      label,
      share: 1 / 36,
      x: x.map((v, f) => (v - head.mean[f]!) / head.deviation[f]!),
    })),
  );
  const slope = (point: Float64Array): number => {
    const gradient = new Float64Array(point.length);
    lossGradient(point, rows, 3, 4, gradient);
    return Math.hypot(...gradient);
  };
  const point = Float64Array.from([...head.weights, ...head.bias]);
  expect(slope(point)).toBeLessThan(2e-4);
  expect(slope(point.map((value) => value * 1.5))).toBeGreaterThan(0.005);
});

it('weights classes equally, whatever their number of examples', async () => {
  const few = [{ label: 'a', examples: classes[0]!.examples.slice(0, 2) }, classes[1]!];
  const head = await trainHead(few);
  expect(predictHead(head, Float32Array.of(4, 0, 0, 10))[0]).toBeGreaterThan(0.8);
});

const base = { network: 'N', fingerprint: 'f', features: 4 };
it('is unchanged after saving and reading', async () => {
  const head = await trainHead(classes);
  expect(readHead(writeHead(head, base), 'h.json', base)).toEqual(head);
});

const good = (changes: object = {}): string => {
  const head: Head = {
    labels: ['a', 'b'],
    mean: new Float32Array(4),
    deviation: new Float32Array(4).fill(1),
    weights: new Float32Array(8),
    bias: new Float32Array(2),
  };
  return JSON.stringify({ ...JSON.parse(writeHead(head, base)), ...changes });
};
test.each([
  ['{', /h\.json: expected a head in JSON, received "{"; choose a file/],
  ['3', /expected a head in JSON, received 3/],
  ['{}', /expected a head saved by Teach/],
  [good({ version: 2 }), /expected version 1, received version 2/],
  [good({ network: 'M' }), /expected a head for this model \(network N\), received network "M"/],
  [good({ fingerprint: 'g' }), /fingerprint f\), received fingerprint "g"; teach the gestures again/],
  [good({ labels: ['a', 'a'] }), /h\.json: labels: expected two or more different names/],
  [good({ weights: [1] }), /h\.json: weights: expected 8 numbers, received 1 values/],
  [good({ bias: [1, null] }), /h\.json: bias: expected 2 numbers/],
  [good({ deviation: [0, 1, 1, 1] }), /deviation: expected positive numbers/],
])('%s is rejected', (text, message) => {
  expect(() => readHead(text, 'h.json', base)).toThrow(message);
});

test('fingerprints differ if a byte differs', () => {
  const bytes = new Uint8Array(1000);
  const other = bytes.with(700, 1);
  expect(fingerprint(other)).not.toBe(fingerprint(bytes));
  expect(fingerprint(bytes)).toBe(fingerprint(bytes.slice()));
});

import { encodeBackground } from '@kinora/clip';
import { describe, expect, it, test } from 'vitest';
import { fingerprint } from '../model/model-file.js';
import { NOTHING, predictHead, type TaughtClass, thresholdOf, trainHead } from './head.js';
import { readHead, writeHead } from './head-file.js';
import { type Check, leaveOneOut } from './leave-one-out.js';
import { cholesky, inverse, place, spaceOf } from './space.js';

const SIZE = 6;
/** A repeatable spread around a centre; wide along the last axis, which says nothing of what a clip shows. */
const cloud = (centre: readonly number[], count: number, seed: number, wide = 3): Float32Array[] =>
  Array.from({ length: count }, (_, i) =>
    Float32Array.from(
      centre,
      (value, f) => value + (f === SIZE - 1 ? wide : 0.3) * Math.sin((i + 1) * (f + 2) * 12.9898 + seed),
    ),
  );
const axis = (which: number, length = 2): number[] =>
  Array.from({ length: SIZE }, (_, f) => 5 + (f === which ? length : 0));

/** Movements along the other axes. */
const OTHERS = [axis(2), axis(3), axis(4), axis(2, -2)];
const background = encodeBackground(
  OTHERS.flatMap((centre, k) => cloud(centre, 12, k + 50)),
  OTHERS.flatMap((_, k) => Array.from({ length: 12 }, () => k)),
);
const taught = (takes: number, seed = 0): TaughtClass[] =>
  [axis(0), axis(1)].map((centre, k) => ({
    label: 'ab'[k]!,
    takes: cloud(centre, takes, seed + k).map((features) => [features]),
  }));
const answer = (head: ReturnType<typeof trainHead>, features: Float32Array): string => {
  const scores = predictHead(head, features);
  expect(scores.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  return head.labels[scores.indexOf(Math.max(...scores))]!;
};

describe.each([1, 3, 10])('taught by %d takes each', (takes) => {
  const head = trainHead(taught(takes), { background });
  it('recognises new examples of the gestures', () => {
    for (const [k, centre] of [axis(0), axis(1)].entries())
      for (const features of cloud(centre, 20, 90 + k)) expect(answer(head, features)).toBe('ab'[k]);
  });
  it('counts other movements as nothing, though none was taught', () => {
    for (const features of [...cloud(axis(3), 20, 7), ...cloud(axis(4), 20, 8)])
      expect(answer(head, features)).toBe(NOTHING);
  });
});

it('learns a single gesture', () => {
  const head = trainHead(taught(3).slice(0, 1), { background });
  expect(head.labels).toEqual(['a', NOTHING]);
  expect(answer(head, cloud(axis(0), 1, 3)[0]!)).toBe('a');
  expect(answer(head, cloud(axis(3), 1, 3)[0]!)).toBe(NOTHING);
});

it('takes recordings of nothing for nothing, even near a gesture', () => {
  const near = axis(0).map((value, f) => value + (f === 1 ? 1.3 : 0));
  const [example] = cloud(near, 1, 5, 0);
  const without = trainHead(taught(3), { background });
  const nothing = { label: NOTHING, takes: cloud(near, 4, 6, 0).map((features) => [features]) };
  const withThem = trainHead([...taught(3), nothing], { background });
  const gestureOf = (head: typeof without): number => 1 - predictHead(head, example!).at(-1)!;
  expect(gestureOf(withThem)).toBeLessThan(gestureOf(without) / 2);
});

it('without a background the gestures are still told apart', () => {
  const head = trainHead(taught(5));
  for (const [k, centre] of [axis(0), axis(1)].entries())
    for (const features of cloud(centre, 10, 90 + k, 0.3)) {
      const scores = predictHead(head, features).subarray(0, 2);
      expect(scores.indexOf(Math.max(...scores))).toBe(k);
    }
});

test('the space makes directions small in which clips of a movement differ', () => {
  const space = spaceOf(background);
  const along = (f: number): number => {
    const [a, b] = [-1, 1].map((sign) =>
      place(
        space,
        space.centre.map((v, i) => v + (i === f ? sign : 0) + (i === 0 ? 1 : 0)),
      ),
    );
    return Math.hypot(...a!.map((value, i) => value - b![i]!));
  };
  expect(along(SIZE - 1)).toBeLessThan(along(1) / 2);
});

test('a matrix times its inverse is the identity, and the factor times its transpose the matrix', () => {
  const matrix = Float64Array.of(4, 1, 0.5, 1, 3, -0.2, 0.5, -0.2, 2);
  const times = (a: Float64Array, b: (i: number, j: number) => number): number[] =>
    Array.from({ length: 9 }, (_, n) =>
      [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(n / 3) + k]! * b(k, n % 3), 0),
    );
  const turned = inverse(matrix, 3);
  for (const [n, value] of times(matrix, (i, j) => turned[3 * i + j]!).entries())
    expect(value).toBeCloseTo(n % 4 === 0 ? 1 : 0, 10);
  const lower = cholesky(matrix, 3);
  for (const [n, value] of times(lower, (i, j) => lower[3 * j + i]!).entries())
    expect(value).toBeCloseTo(matrix[n]!, 10);
});

test('the threshold follows the recordings, the more the more there are', () => {
  const usual = thresholdOf([]);
  const high = (count: number): number => thresholdOf(Array.from({ length: count }, () => 0.9));
  expect(high(2)).toBeGreaterThan(usual);
  expect(high(40)).toBeGreaterThan(high(2));
});

const checked = async (classes: readonly TaughtClass[]): Promise<Check | undefined> => {
  let last: Check | undefined;
  for await (const check of leaveOneOut(classes, { background })) last = check;
  return last;
};

test('leave-one-out holds out every recording, and names what is taken for what', async () => {
  const good = (await checked(taught(5)))!;
  expect([good.of, good.total, good.right]).toEqual([10, 10, 10]);
  expect(good.interval[0]).toBeCloseTo(0.722, 2);
  const [a, b] = taught(5) as [TaughtClass, TaughtClass];
  const odd = { label: 'b', takes: [...b.takes, a.takes[0]!.map((x) => x.map((v) => v + 0.01))] };
  const confused = (await checked([a, odd]))!;
  expect(confused.confusions).toContainEqual({ taught: 'b', answered: 'a', takes: 1 });
  const nothing = {
    label: NOTHING,
    takes: [...cloud(axis(3), 3, 4), ...cloud(axis(0), 1, 9)].map((x) => [x]),
  };
  expect((await checked([...taught(5), nothing]))!.nothing).toEqual({ of: 4, alarms: 1 });
  expect(await checked(taught(1))).toBeUndefined();
});

const base = { network: 'N', fingerprint: 'f', features: SIZE };
it('is unchanged after saving and reading', () => {
  for (const options of [{}, { background }]) {
    const head = trainHead(taught(2), options);
    expect(readHead(writeHead(head, base), 'h.json', base)).toEqual(head);
  }
});

const good = (changes: object = {}): string =>
  JSON.stringify({ ...JSON.parse(writeHead(trainHead(taught(2)), base)), ...changes });
const NAN = btoa(String.fromCharCode(...new Uint8Array(new Float32Array(SIZE).fill(Number.NaN).buffer)));
test.each([
  ['{', /h\.json: expected a head in JSON, received "{"; choose a file/],
  ['3', /expected a head in JSON, received 3/],
  ['{}', /expected a head saved by Teach/],
  [good({ version: 1 }), /expected version 2, received version 1/],
  [good({ network: 'M' }), /expected a head for this model \(network N\), received network "M"/],
  [good({ fingerprint: 'g' }), /fingerprint f\), received fingerprint "g"; teach the gestures again/],
  [good({ labels: ['a', 'a'] }), /h\.json: labels: expected two or more different names/],
  [good({ owners: [0, 7] }), /h\.json: owners: expected the index of a label/],
  [good({ owners: [0] }), /h\.json: owners: expected the index of a label/],
  [good({ threshold: 3 }), /h\.json: threshold: expected a cosine, received 3/],
  [good({ centre: 'AAAA' }), /h\.json: centre: expected 6 numbers in base64, 32 letters, received 4 letters/],
  [good({ prototypes: null }), /prototypes: expected 12 numbers in base64, 64 letters, received null/],
  [good({ centre: NAN }), /h\.json: centre: expected finite numbers/],
])('%s is rejected', (text, message) => {
  expect(() => readHead(text, 'h.json', base)).toThrow(message);
});

test('fingerprints differ if a byte differs', () => {
  const bytes = new Uint8Array(1000);
  const other = bytes.with(700, 1);
  expect(fingerprint(other)).not.toBe(fingerprint(bytes));
  expect(fingerprint(bytes)).toBe(fingerprint(bytes.slice()));
});

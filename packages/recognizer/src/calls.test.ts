/** What an app calls beside `predict` and `attach`, in Node: frames one by one, signals, taught gestures, closing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportTestModel, picture, writeClip } from './model.test.util.js';
import {
  createRecognizer,
  type Head,
  type NodeRecognizer,
  predictHead,
  type RgbaImage,
  writeHead,
} from './node.js';

const model = exportTestModel('ConvColumnSmall');
const clip = writeClip(join(model.folder, 'clip'), 40, 100, 150, 1);
let recognizer: NodeRecognizer;
beforeAll(async () => {
  recognizer = await createRecognizer({ model: model.onnx, threads: 1 });
});
afterAll(async () => {
  await recognizer.close();
  model.remove();
});

const rgb = (t: number) => ({ data: picture(100, 150, t, 1), height: 100, width: 150 });
function rgba(t: number): RgbaImage {
  const { data, height, width } = rgb(t);
  const pixels = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let i = 0; i < height * width; i++) pixels.set(data.subarray(i * 3, i * 3 + 3), i * 4);
  return { data: pixels, height, width };
}

describe('predict takes', () => {
  test('pictures, which are frames at the rate of the spec', async () => {
    const data = new Uint8Array(40 * 100 * 150 * 3);
    for (let t = 0; t < 40; t++) data.set(rgb(t).data, t * 100 * 150 * 3);
    const expected = await recognizer.predict({ data, count: 40, height: 100, width: 150 });
    const actual = await recognizer.predict(Array.from({ length: 40 }, (_, t) => rgba(t)));
    expect([...actual.probabilities]).toEqual([...expected.probabilities]);
  });

  test('a file: address', async () => {
    const [byPath, byAddress] = await Promise.all([
      recognizer.predict(clip),
      recognizer.predict(pathToFileURL(clip)),
    ]);
    expect([...byAddress.probabilities]).toEqual([...byPath.probabilities]);
  });

  test.each([
    [[], /frames: expected at least one frame, received 0/],
    [[rgba(0), { ...rgba(1), width: 10 }], /pictures: expected all 150 x 100, received 10 x 100/],
    [[{ ...rgb(0) }], /picture 0: expected 60000 bytes, RGBA of 150 x 100, received 45000/],
  ])('no other pictures %#', async (pictures, message) => {
    await expect(recognizer.predict(pictures)).rejects.toThrow(message);
  });
});

describe('recognizeFor', () => {
  test('returns at once, and in time what attach finds', async () => {
    const attached: number[][] = [];
    let off = recognizer.on('prediction', ({ probabilities }) => attached.push([...probabilities]));
    const frames = Array.from({ length: 90 }, (_, t) => ({ ...rgb(t / 2), time: t / 30 }));
    await recognizer.attach(frames).ended;
    off();

    const seen: number[][] = [];
    off = recognizer.on('prediction', ({ probabilities }) => seen.push([...probabilities]));
    expect(recognizer.recognizeFor(rgb(0), 0)).toEqual({ top: [] });
    for (const [t, frame] of frames.entries()) {
      if (t === 0) continue;
      const { data } = frame;
      recognizer.recognizeFor(frame, frame.time * 1000);
      recognizer.recognizeFor(rgba(t + 1000), frame.time * 1000); // of the same time: ignored
      data.fill(0); // its memory is the caller's again
      await new Promise((later) => setTimeout(later, 20));
    }
    await expect.poll(() => seen.length).toBeGreaterThanOrEqual(attached.length - 1);
    off();
    expect(seen).toEqual(attached.slice(0, seen.length));
    const { top, prediction } = recognizer.recognizeFor(rgb(0), 3000);
    expect(top[0]!.score).toBe(Math.max(...prediction!.smoothed));
  });

  test('tells of the gesture that lasts', async () => {
    await recognizer.attach([]).ended; // forgets what came before
    recognizer.configure({ threshold: 0.01, ignored: [], window: 0 });
    let seen = recognizer.recognizeFor(rgb(0), 0);
    for (let t = 1; seen.gesture === undefined && t < 1000; t++) {
      seen = recognizer.recognizeFor(rgb(t), t * 40);
      await new Promise((later) => setTimeout(later, 20));
    }
    recognizer.configure({ threshold: 0.6, ignored: ['No gesture'], window: 0.5 });
    expect(seen.gesture).toMatchObject({ phase: 'started', ended: null, label: seen.top[0]!.label });
  });

  test('refuses frames and times that are none', () => {
    expect(() => recognizer.recognizeFor(rgb(0), Number.NaN)).toThrow(
      /recognizeFor\(\): expected a time in milliseconds, received NaN; pass performance.now\(\)/,
    );
    expect(() => recognizer.recognizeFor({ ...rgb(0), height: 99 }, 1e6)).toThrow(
      /picture 0: expected 59400 bytes/,
    );
  });
});

describe('a signal', () => {
  const reason = new Error('enough');
  const aborted = AbortSignal.abort(reason);

  test('that was aborted before rejects everything with its reason', async () => {
    const signal = aborted;
    await expect(createRecognizer({ model: model.onnx, signal })).rejects.toBe(reason);
    await expect(recognizer.predict(clip, { signal })).rejects.toBe(reason);
    await expect(recognizer.prepare(clip, { signal })).rejects.toBe(reason);
    await expect(recognizer.useGestures('none.json', { signal })).rejects.toBe(reason);
    expect(() => recognizer.attach([], { signal })).toThrow(reason);
  });

  test('ends what waits, and leaves the rest alone', async () => {
    const giveUp = new AbortController();
    const kept = recognizer.predict(clip);
    const left = recognizer.predict(clip, { signal: giveUp.signal });
    giveUp.abort(reason);
    await expect(left).rejects.toBe(reason);
    expect((await kept).filled).toBe(1);
  });

  test('gives up the opening of a model', async () => {
    const giveUp = new AbortController();
    const opening = createRecognizer({ model: model.onnx, signal: giveUp.signal });
    giveUp.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  test('detaches from a camera that gives no frame, and removes listeners', async () => {
    const giveUp = new AbortController();
    const statuses: string[] = [];
    recognizer.on('status', ({ state }) => statuses.push(state), { signal: giveUp.signal });
    let returned = false;
    const silent = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          returned = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const { ended } = recognizer.attach(silent, { signal: giveUp.signal });
    await new Promise((later) => setTimeout(later, 20));
    giveUp.abort();
    await ended;
    expect([returned, statuses]).toEqual([true, []]);
  });
});

describe('useGestures', () => {
  /** Two gestures along the first two features, and nothing where neither is. */
  const head = (): Head => ({
    labels: ['wave', 'snap', 'Nothing'],
    centre: new Float32Array(128),
    whitening: new Float32Array(),
    prototypes: Float32Array.from({ length: 256 }, (_, i) => (i === 0 || i === 129 ? 1 : 0)),
    owners: [0, 1],
    threshold: -1,
  });
  const file = (): string => join(model.folder, 'gestures.json');
  afterAll(() => recognizer.useGestures(null));

  test('names clips by what was taught, from a file, its address, a Blob or the head', async () => {
    const { features } = await recognizer.predict(clip);
    writeFileSync(file(), writeHead(head(), recognizer.info));
    const expected = predictHead(head(), features)[1]!;
    const text = new Blob([writeHead(head(), recognizer.info)]);
    for (const gestures of [file(), pathToFileURL(file()), text, head()]) {
      await recognizer.useGestures(null);
      expect(recognizer.labels).toEqual(recognizer.info.labels);
      await recognizer.useGestures(gestures);
      expect(recognizer.labels).toEqual(['wave', 'snap', 'Nothing']);
      const { probabilities, top } = await recognizer.predict(clip);
      expect(probabilities[1]).toBeCloseTo(expected, 5);
      expect(top.map(({ label }) => label).sort()).toEqual(['Nothing', 'snap', 'wave']);
    }
  });

  test('finds them in a running source, once the clip is almost full', async () => {
    await recognizer.useGestures(head());
    recognizer.configure({ threshold: 0.3 });
    const gestures: string[] = [];
    const first: number[] = [];
    let filled = 0;
    const offs = [
      recognizer.on('prediction', (prediction) => {
        filled = prediction.filled;
      }),
      recognizer.on('gesture', ({ phase, label }) => {
        gestures.push(`${phase} ${label}`);
        if (phase === 'started') first.push(filled);
      }),
    ];
    await recognizer.attach(Array.from({ length: 120 }, (_, t) => ({ ...rgb(t), time: t / 30 }))).ended;
    for (const off of offs) off();
    recognizer.configure({ threshold: 0.6 });
    expect(gestures[0]).toMatch(/^started (wave|snap)$/);
    expect(gestures.at(-1)).toMatch(/^ended/);
    expect(first[0]).toBeGreaterThanOrEqual(0.75);
  });

  test('refuses what is no such file, and gestures of another model', async () => {
    const other = writeHead(head(), { ...recognizer.info, fingerprint: 'another' });
    await expect(recognizer.useGestures(new File([other], 'g.json'))).rejects.toThrow(
      /^g.json: expected a head for this model \(fingerprint [\da-f]+-\d+\), received fingerprint "another"; teach/,
    );
    await expect(recognizer.useGestures('/no/such.json')).rejects.toThrow(
      /^\/no\/such.json: expected a file saved by Teach, received no such file/,
    );
    await expect(recognizer.useGestures({ ...head(), centre: new Float32Array(1) })).rejects.toThrow(
      /gestures: centre: expected 128 numbers, received 1/,
    );
    mkdirSync(join(model.folder, 'empty'));
    await expect(recognizer.useGestures(join(model.folder, 'empty'))).rejects.toThrow(
      /expected a file saved/,
    );
  });
});

describe('close', () => {
  const closed = /: expected an open recognizer, received one that was closed; open another/;

  test('waits for predictions that were asked for, twice is once, and everything later says so', async () => {
    const own = await createRecognizer({ model: model.onnx, threads: 1 });
    const camera = own.attach(Array.from({ length: 500 }, (_, t) => ({ ...rgb(t), time: t / 30 })));
    const prepared = await own.prepare(clip);
    const asked = [own.predictPrepared(prepared), own.predictPrepared(prepared)];
    await Promise.all([own.close(), own.close()]);
    await own.close();
    await camera.ended;
    expect((await Promise.all(asked)).length).toBe(2);
    await expect(own.predict(clip)).rejects.toThrow(closed);
    await expect(own.prepare(clip)).rejects.toThrow(closed);
    await expect(own.predictPrepared(prepared)).rejects.toThrow(closed);
    await expect(own.useGestures(null)).rejects.toThrow(closed);
    expect(() => own.attach([])).toThrow(closed);
    expect(() => own.configure({})).toThrow(closed);
    expect(() => own.recognizeFor(rgb(0), 0)).toThrow(closed);
  });

  test('while frames are fed one by one', async () => {
    const own = await createRecognizer({ model: model.onnx, threads: 1 });
    const errors: Error[] = [];
    own.on('error', (error) => errors.push(error));
    for (let t = 0; t < 20; t++) own.recognizeFor(rgb(t), t * 100);
    await own.close();
    expect(errors).toEqual([]);
  });
});

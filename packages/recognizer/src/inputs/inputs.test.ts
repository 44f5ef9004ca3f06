/** What a page hands to `predict` and `recognizeFor`, in Chromium: files, addresses, elements, pictures, canvases. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeY4m } from '../camera.test.util.js';
import {
  buildSite,
  callInPage,
  chromiumPath,
  launch,
  needsChromium,
  openPage,
  type Site,
} from '../chromium.test.util.js';
import { exportTestModel, picture } from '../model.test.util.js';
import { createRecognizer, writeHead } from '../node.js';

/** Hands one clip in many forms to the recognizer, and gives out the prepared pixels as base64. */
const SCRIPT = `
import { createRecognizer } from '@kinora/recognizer';
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
window.opening = async () => {
  window.recognizer = await createRecognizer({ model: 'model.onnx', backend: 'wasm', threads: 1 });
};
const forms = {
  address: async () => 'clip.webm',
  url: async () => new URL('clip.webm', document.baseURI),
  blob: async () => (await fetch('clip.webm')).blob(),
  file: async () => new File([await (await fetch('clip.webm')).blob()], 'clip.webm'),
  element: async () => Object.assign(document.createElement('video'), { src: 'clip.webm' }),
  text: async () => new File(['no video'], 'notes.txt'),
  missing: async () => 'none.webm',
  empty: async () => document.createElement('video'),
  pictures: async () => Array.from({ length: 40 }, (_, t) => frame(t).getImageData(0, 0, 160, 120)),
};
const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
const context = canvas.getContext('2d', { willReadFrequently: true });
function frame(t) {
  context.fillStyle = 'rgb(20 60 90)';
  context.fillRect(0, 0, 160, 120);
  context.fillStyle = 'rgb(240 180 30)';
  context.fillRect(3 * t, 2 * t, 40, 40);
  return context;
}
window.preparing = async (form) => base64(await recognizer.prepare(await forms[form]()));
window.watching = async () => {
  frame(0);
  const video = document.querySelector('video');
  video.srcObject = canvas.captureStream(30);
  let t = 0;
  const drawing = setInterval(() => frame(++t % 40), 50);
  await video.play();
  const began = performance.now();
  const clip = await recognizer.prepare(video);
  clearInterval(drawing);
  return { seconds: (performance.now() - began) / 1000, kinds: new Set(clip).size, bytes: clip.length };
};
/** Whether the right half is the brighter one: of what the network sees of a camera with light on its right, by options. */
window.mirroring = async (options) => {
  const draw = () => {
    context.fillStyle = 'rgb(0 0 0)';
    context.fillRect(0, 0, 160, 120);
    context.fillStyle = 'rgb(255 255 255)';
    context.fillRect(80, 0, 80, 120);
  };
  draw();
  // A stream has a frame for every drawing.
  const drawing = setInterval(draw, 50);
  const video = document.querySelector('video');
  video.srcObject = canvas.captureStream(30);
  await video.play();
  const camera = await createRecognizer({ model: 'mirrored.onnx', backend: 'wasm', threads: 1 });
  const { width } = camera.info.spec.crop;
  const rightIsBright = (clip) => clip[3 * (width - 1)] > clip[0];
  const prepared = await Promise.all(options.map((one) => camera.prepare(video, one)));
  const pictures = Array.from({ length: 36 }, () => context.getImageData(0, 0, 160, 120));
  const followed = async (one) => {
    const seen = [];
    const off = camera.on('prediction', (prediction) => seen.push(prediction));
    const { detach } = camera.attach(video, { ...one, clips: true });
    // The first may still be of the source before.
    while (seen.length < 4) await new Promise(requestAnimationFrame);
    const { probabilities, clip } = seen.at(-1);
    detach();
    off();
    return { probabilities: [...probabilities], bright: rightIsBright(clip) };
  };
  const [plain] = await camera.predictPrepared(await camera.prepare(pictures));
  const [turned] = await camera.predictPrepared(await camera.prepare(pictures, { mirror: true }));
  const far = (a, b) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
  const isMirrored = (answer) => far(answer, turned.probabilities) < far(answer, plain.probabilities);
  let recognized;
  for (let t = 0; recognized === undefined; t += 50) {
    recognized = camera.recognizeFor(video, t).prediction;
    await new Promise(requestAnimationFrame);
  }
  const [unasked, unmirrored] = [await followed({}), await followed({ mirror: false })];
  const answers = [unasked.probabilities, unmirrored.probabilities, [...recognized.probabilities]].map(isMirrored);
  await camera.close();
  clearInterval(drawing);
  video.srcObject = null;
  return { prepared: prepared.map(rightIsBright), pictures: rightIsBright(await recognizer.prepare(pictures)), answers, clips: [unasked.bright, unmirrored.bright] };
};
/**
 * How many predictions come after another source, which shows nothing, was attached: right after the third frame was handed
 * over, after the fourth, and so on, so that after some of them a prediction is due.
 */
window.reattaching = async () => {
  const drawing = setInterval(() => {
    context.fillStyle = 'rgb(' + (performance.now() % 255) + ' 0 0)';
    context.fillRect(0, 0, 160, 120);
  }, 30);
  const video = document.querySelector('video');
  video.srcObject = canvas.captureStream(30);
  await video.play();
  const clip = await recognizer.prepare('clip.webm');
  const { postMessage } = Worker.prototype;
  const handedOver = (count) => new Promise((enough) => {
    Worker.prototype.postMessage = function (message, ...rest) {
      postMessage.call(this, message, ...rest);
      if (message.name === 'frame' && --count === 0) enough();
    };
  });
  let [made, late] = [0, 0];
  for (let count = 3; count < 15; count++) {
    const off = recognizer.on('prediction', () => made++);
    const enough = handedOver(count);
    recognizer.attach(video);
    await enough;
    off();
    const offLate = recognizer.on('prediction', () => late++);
    const { detach } = recognizer.attach(document.createElement('video'));
    // Answers come in the order of the questions.
    await recognizer.predictPrepared(clip);
    offLate();
    detach();
  }
  Worker.prototype.postMessage = postMessage;
  clearInterval(drawing);
  video.srcObject = null;
  return { made, late };
};
window.looping = async () => {
  const seen = [];
  for (let t = 0; seen.length < 4; t++) {
    const { top, prediction } = recognizer.recognizeFor(frame(t).canvas, t * 50);
    if (prediction !== undefined && prediction.time !== seen.at(-1)?.time)
      seen.push({ time: prediction.time, score: top[0].score, most: Math.max(...prediction.smoothed) });
    await new Promise(requestAnimationFrame);
  }
  return seen;
};
window.aborting = async () => {
  const reason = new Error('enough');
  const caught = (promise) => promise.then(() => 'nothing', (error) => error === reason ? 'reason' : String(error));
  const giveUp = new AbortController();
  const answers = [
    recognizer.predict('clip.webm', { signal: giveUp.signal }),
    createRecognizer({ model: 'model.onnx', signal: giveUp.signal }),
    recognizer.useGestures('gestures.json', { signal: giveUp.signal }),
  ].map(caught);
  giveUp.abort(reason);
  return Promise.all([...answers, recognizer.predict('clip.webm').then(({ filled }) => filled)]);
};
window.using = async (file) => {
  await recognizer.useGestures(file);
  const { labels } = recognizer;
  await recognizer.useGestures(null);
  return labels;
};
window.closing = async () => {
  const caught = (promise) => promise.then(() => 'answered', ({ message }) => message);
  const clip = await recognizer.prepare('clip.webm');
  const asked = [recognizer.predictPrepared(clip), recognizer.predictPrepared(clip)].map(caught);
  const closed = [recognizer.close(), recognizer.close()].map(caught);
  return Promise.all([...asked, ...closed, caught(recognizer.predict('clip.webm')), caught(recognizer.close())]);
};`;

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

/** Mean distance of two clips, 0 to 255. */
const distance = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const needs = hasFfmpeg ? needsChromium : ' (skipped: no ffmpeg here)';

describe.skipIf(chromiumPath === undefined || !hasFfmpeg)(`a page's clips${needs}`, () => {
  const model = exportTestModel();
  let site: Site;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let inNode: Uint8Array;

  beforeAll(async () => {
    site = await buildSite(SCRIPT);
    copyFileSync(model.onnx, join(site.folder, 'model.onnx'));
    const mirrored = exportTestModel('ConvColumnSmall', false, 600, { mirrored: true });
    copyFileSync(mirrored.onnx, join(site.folder, 'mirrored.onnx'));
    mirrored.remove();
    const film = join(model.folder, 'film.y4m');
    const size = { height: 120, width: 160 };
    writeY4m(
      film,
      size,
      25,
      Array.from({ length: 75 }, (_, t) => picture(120, 160, t / 2, 1)),
    );
    const video = join(site.folder, 'clip.webm');
    const options = ['-c:v', 'libvpx', '-b:v', '4M', '-pix_fmt', 'yuv420p'];
    spawnSync('ffmpeg', ['-loglevel', 'error', '-y', '-i', film, ...options, video]);
    const node = await createRecognizer({ model: model.onnx, threads: 1 });
    inNode = await node.prepare(video);
    const numbers = (count: number): Float32Array => new Float32Array(count).fill(1);
    const head = { labels: ['wave', 'snap', 'Nothing'], owners: [0, 1], threshold: 0.4 };
    const space = { centre: numbers(128), whitening: numbers(0), prototypes: numbers(256) };
    const text = writeHead({ ...head, ...space }, node.info);
    writeFileSync(join(site.folder, 'gestures.json'), text);
    await node.close();
    browser = await launch();
    ({ page, problems } = await openPage(browser, site.address(false)));
    await callInPage(page, 'opening', {});
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    model.remove();
  });
  const preparing = (form: string): Promise<string> => callInPage(page, 'preparing', form);

  test('of a file, its address and its element are the frames that Node takes', async () => {
    const size = inNode.length / model.spec.frames;
    const frames = (bytes: Uint8Array): Uint8Array[] =>
      Array.from({ length: model.spec.frames }, (_, t) => bytes.subarray(t * size, (t + 1) * size));
    for (const form of ['file', 'blob', 'address', 'url', 'element']) {
      const clip = bytesOf(await preparing(form));
      // Browsers and ffmpeg turn YUV into RGB each in its own way; another frame would be much farther away.
      const nearest = frames(clip).map((own) => {
        const distances = frames(inNode).map((other) => distance(own, other));
        return distances.indexOf(Math.min(...distances));
      });
      expect(nearest, form).toEqual(nearest.map((_, t) => t));
      expect(distance(clip, inNode), form).toBeLessThan(4);
    }
  });

  test('of pictures are prepared as Node does', async () => {
    const clip = bytesOf(await preparing('pictures'));
    expect(clip.length).toBe(inNode.length);
    expect(new Set(clip).size).toBeGreaterThan(5);
  });

  test('of a camera are its next seconds', async () => {
    const { seconds, kinds, bytes } = await callInPage<Record<string, number>>(page, 'watching', {});
    const { frames, stride, frameRate } = model.spec;
    expect(seconds).toBeGreaterThan(((frames - 1) * stride) / frameRate);
    expect(bytes).toBe(inNode.length);
    expect(kinds).toBeGreaterThan(2);
  });

  test('of a camera are mirrored for a network that knows mirrored people, and otherwise only if asked', async () => {
    const options = [{}, { mirror: false }, { mirror: true }];
    expect(await callInPage(page, 'mirroring', options)).toEqual({
      prepared: [false, true, false],
      pictures: true,
      answers: [true, false, true],
      clips: [false, true],
    });
  });

  test('of a source that was left are not predicted any more, even those that the worker had already', async () => {
    const { made, late } = await callInPage<Record<string, number>>(page, 'reattaching', {});
    expect(made).toBeGreaterThan(0);
    expect(late).toBe(0);
  });

  test.each([
    ['text', /notes\.txt: expected a video that this browser plays, received/],
    ['missing', /none\.webm: expected a video that can be fetched, received status 404/],
    ['empty', /predict\(\): expected a <video> with a source, received one without; set its src/],
  ])('of %s are refused', async (form, message) => {
    await expect(preparing(form)).rejects.toThrow(message);
  });

  test('come frame by frame, with an answer at once', async () => {
    const seen = await callInPage<{ time: number; score: number; most: number }[]>(page, 'looping', {});
    for (const { score, most } of seen) expect(score).toBe(most);
    const times = seen.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('are given up with the reason of a signal', async () => {
    expect(await callInPage(page, 'aborting', {})).toEqual(['reason', 'reason', 'reason', 1]);
  });

  test('are named by taught gestures', async () => {
    expect(await callInPage(page, 'using', 'gestures.json')).toEqual(['wave', 'snap', 'Nothing']);
    await expect(callInPage(page, 'using', 'none.json')).rejects.toThrow(/none\.json: expected a file saved/);
  });

  test('are answered before it closes, and refused afterwards', async () => {
    const closed = /expected an open recognizer, received one that was closed/;
    expect(await callInPage(page, 'closing', {})).toEqual([
      ...['answered', 'answered', 'answered', 'answered'],
      expect.stringMatching(closed),
      'answered',
    ]);
    expect(problems.filter((text) => !text.includes('404'))).toEqual([]);
  });
});

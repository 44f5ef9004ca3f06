import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openClip, openModel, predictClip } from 'kinora';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildSite,
  callInPage,
  chromiumPath,
  launch,
  needsChromium,
  openPage,
  type Site,
} from './chromium.test.util.js';
import { exportTestModel, writeClip } from './model.test.util.js';
import { createRecognizer } from './node.js';

/** What the page offers to the test: it opens models, and predicts frames that come as base64. */
const SCRIPT = `
import { createRecognizer } from '@kinora/recognizer';
window.opening = async (options) => {
  window.recognizer = await createRecognizer(options);
  return { backend: recognizer.backend, network: recognizer.info.network };
};
window.predicting = async ({ base64, ...frames }) => {
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const { probabilities } = await recognizer.predict({ ...frames, data });
  return { probabilities: [...probabilities] };
};`;

interface Opened {
  readonly backend: { readonly name: string; readonly threads: number; readonly reason: string };
}
interface Predicted {
  readonly probabilities: number[];
}
const opening = (page: Page, options: object): Promise<Opened> => callInPage(page, 'opening', options);

describe.skipIf(chromiumPath === undefined)(`in Chromium${needsChromium}`, () => {
  const model = exportTestModel();
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    site = await buildSite(SCRIPT);
    copyFileSync(model.onnx, join(site.folder, 'model.onnx'));
    copyFileSync(model.weights, join(site.folder, 'weights.onnx'));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    model.remove();
  });

  test('trainer, Node and browser, with and without threads, agree on the same decoded frames', async () => {
    // Higher than the spec's 100 pixels, so that all of them resize and crop.
    const folder = writeClip(join(model.folder, 'clip'), 40, 240, 320, 2);
    const trained = openModel(model.weights);
    const expected = await predictClip(trained, folder);
    trained.network.dispose();
    const spread = expected[0]!.probability;
    expect(spread).toBeGreaterThan(0.3);
    expect(spread).toBeLessThan(0.999);

    const source = await openClip(folder);
    const frames = await source.read(Array.from({ length: source.count }, (_, i) => i));
    const node = await createRecognizer({ model: model.onnx, threads: 1 });
    const inNode = await node.predict(frames);
    const { labels } = node.info;
    await node.close();
    const distance = (probabilities: ArrayLike<number>): number =>
      Math.max(
        ...expected.map(({ label, probability }) =>
          Math.abs(probabilities[labels.indexOf(label)]! - probability),
        ),
      );
    expect(distance(inNode.probabilities)).toBeLessThan(1e-3);

    const { data, ...size } = frames;
    for (const isolated of [false, true]) {
      const { page, problems } = await openPage(browser, site.address(isolated));
      const { backend } = await opening(page, { model: 'model.onnx', threads: 2, backend: 'wasm' });
      expect(backend).toMatchObject({ name: 'wasm', threads: isolated ? 2 : 1 });
      if (!isolated)
        expect(backend.reason).toMatch(/one thread, because the page is not cross-origin isolated/);
      const answer = await callInPage<Predicted>(page, 'predicting', {
        ...size,
        base64: Buffer.from(data).toString('base64'),
      });
      expect(distance(answer.probabilities)).toBeLessThan(1e-3);
      expect(problems).toEqual([]);
      await page.close();
    }
  });

  test('says which backend it chose, and why', async () => {
    const { page } = await openPage(browser, site.address(true));
    const { backend } = await opening(page, { model: 'model.onnx' });
    expect(backend.name).toBe('wasm');
    expect(backend.reason).toMatch(/WebGPU/);
    await page.close();
  });

  test.each([
    [{ model: 'none.onnx' }, /none\.onnx: expected an ONNX file that can be fetched, received status 404/],
    [{ model: 'weights.onnx' }, /weights\.onnx: expected an ONNX file/],
    [{ model: 'model.onnx', backend: 'webgpu' }, /expected a network that WebGPU runs, received/],
    [{ model: 'model.onnx', settings: { stride: -1 } }, /settings\.stride: expected a number/],
  ])('%j is refused', async (options, message) => {
    const { page } = await openPage(browser, site.address(true));
    await expect(opening(page, options)).rejects.toThrow(message);
    await page.close();
  });
});

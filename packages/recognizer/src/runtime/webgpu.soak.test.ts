import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { createRecognizer } from '../node.js';

const SCRIPT = `
import { createRecognizer } from '@kinora/recognizer';
window.predicting = async ({ options, base64, ...frames }) => {
  const recognizer = await createRecognizer(options);
  const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const { probabilities } = await recognizer.predict({ ...frames, data });
  const { backend } = recognizer;
  await recognizer.close();
  return { backend, probabilities: [...probabilities] };
};`;

interface Answer {
  readonly backend: { readonly name: string };
  readonly probabilities: number[];
}

/** WebGPU emulated by Chromium's SwiftShader: slow, and its arithmetic is real. */
const EMULATED = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-webgpu-adapter=swiftshader'];

/** Networks of plain, of grouped and of pooled 3D maps. */
const NETWORKS = ['ConvColumnSmall', 'MobileNet3DSmall', 'ResNet3DSmall'];

describe.skipIf(chromiumPath === undefined)(`WebGPU in Chromium${needsChromium}`, () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    site = await buildSite(SCRIPT);
    browser = await launch(...EMULATED);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  test.each(NETWORKS)('%s: right, or refused with the reason', async (name) => {
    const model = exportTestModel(name);
    copyFileSync(model.onnx, join(site.folder, `${name}.onnx`));
    const data = new Uint8Array(40 * 100 * 132 * 3);
    for (let t = 0; t < 40; t++) data.set(picture(100, 132, t, 1), t * 100 * 132 * 3);
    const frames = { count: 40, height: 100, width: 132 };
    const node = await createRecognizer({ model: model.onnx });
    const expected = await node.predict({ ...frames, data });
    await node.close();

    const { page } = await openPage(browser, site.address(true));
    const ask = {
      ...frames,
      base64: Buffer.from(data).toString('base64'),
      options: { model: `${name}.onnx`, backend: 'webgpu' },
    };
    const answer = await callInPage<Answer>(page, 'predicting', ask).catch((error: Error) => error.message);
    await page.close();
    model.remove();
    console.log(name, typeof answer === 'string' ? answer.split('\n')[0] : answer.backend);
    if (typeof answer === 'string')
      return expect(answer).toMatch(/expected a network that WebGPU runs, received/);
    expect(answer.backend.name).toBe('webgpu');
    const distance = answer.probabilities.map((value, i) => Math.abs(value - expected.probabilities[i]!));
    expect(Math.max(...distance)).toBeLessThan(1e-3);
  });
});

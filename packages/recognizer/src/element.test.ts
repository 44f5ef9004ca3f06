/** `<kinora-recognizer>` in Chromium: built by a bundler, and out of the single file. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeY4m } from './camera.test.util.js';
import {
  buildSite,
  callInPage,
  chromiumPath,
  launch,
  needsChromium,
  openPage,
  type Site,
} from './chromium.test.util.js';
import { exportTestModel, LABELS, picture } from './model.test.util.js';

/** Makes an element of this HTML and keeps what it tells. */
const SCRIPT = `
import '@kinora/recognizer/element';
window.making = async (html) => {
  window.element?.remove();
  window.seen = { ready: 0, prediction: 0, gesture: [], status: [], error: [] };
  const holder = document.createElement('template');
  holder.innerHTML = html;
  const element = window.element = document.importNode(holder.content, true).firstElementChild;
  element.addEventListener('ready', ({ detail }) => { seen.ready += detail === element.recognizer ? 1 : 0; });
  element.addEventListener('prediction', () => seen.prediction++);
  element.addEventListener('gesture', ({ detail }) => seen.gesture.push(detail.phase + ' ' + detail.label));
  element.addEventListener('status', ({ detail }) => seen.status.push(detail.state));
  element.addEventListener('error', ({ detail }) => seen.error.push(detail.message));
  document.body.append(element);
};
window.changing = (attributes) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element.recognizer?.settings;
};
window.leaving = async () => {
  const { recognizer } = element;
  const { srcObject } = element.shadowRoot.querySelector('video');
  element.remove();
  const closed = await recognizer.predictPrepared(new Uint8Array()).catch(({ code }) => code);
  return { closed, tracks: srcObject.getTracks().map(({ readyState }) => readyState) };
};`;

interface InPage {
  seen: { ready: number; prediction: number; gesture: string[]; status: string[]; error: string[] };
}

describe.skipIf(chromiumPath === undefined)(`the element${needsChromium}`, () => {
  const model = exportTestModel();
  let site: Site;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  const seen = (): Promise<InPage['seen']> => page.evaluate(() => (globalThis as never as InPage).seen);
  const making = (html: string): Promise<void> => callInPage(page, 'making', html);

  beforeAll(async () => {
    site = await buildSite(SCRIPT);
    copyFileSync(model.onnx, join(site.folder, 'model.onnx'));
    const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
    copyFileSync(file('./standalone.js'), join(site.folder, 'standalone.js'));
    copyFileSync(file('../example/one-file/index.html'), join(site.folder, 'one-file.html'));
    const film = join(model.folder, 'camera.y4m');
    const frames = Array.from({ length: 60 }, (_, t) => picture(120, 160, t / 4, 1));
    writeY4m(film, { height: 120, width: 160 }, 20, frames);
    browser = await launch(
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    );
    ({ page, problems } = await openPage(browser, site.address(false)));
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    model.remove();
  });

  test('waits for the click, follows the camera and fills the slots of the page', async () => {
    await making(`<kinora-recognizer model="model.onnx" backend="wasm" threads="1" camera threshold="0.05" hysteresis="0.04" window="0">
      <button slot="start">Go</button><h2 slot="label"></h2><i slot="status"></i></kinora-recognizer>`);
    expect((await seen()).ready).toBe(0);
    await page.getByRole('button', { name: 'Go' }).click();
    await expect.poll(async () => (await seen()).gesture.length).toBeGreaterThan(0);
    const label = await page.locator('h2').textContent();
    expect(LABELS).toContain(label);
    expect(await page.locator('i').textContent()).toBe('running: frames arrive');
    expect(await page.getByRole('button', { name: 'Go' }).isVisible()).toBe(false);
    const shown = page.locator('kinora-recognizer [part="video"]');
    const transform = await shown.evaluate((video) => getComputedStyle(video).transform);
    expect(transform, 'the camera, as in a mirror').toBe('matrix(-1, 0, 0, 1, 0, 0)');
    const { ready, error, status } = await seen();
    expect([ready, error, status.at(-1)]).toEqual([1, [], 'running']);
  });

  test('takes other settings while it runs, and refuses impossible ones', async () => {
    expect(await callInPage(page, 'changing', { threshold: '0.9', 'cool-down': '2' })).toMatchObject({
      threshold: 0.9,
      coolDown: 2,
    });
    expect(await callInPage(page, 'changing', { threshold: '7' })).toMatchObject({ threshold: 0.9 });
    expect((await seen()).error).toEqual([expect.stringMatching(/settings\.threshold: expected a number/)]);
  });

  test('frees camera and network when it leaves the page', async () => {
    expect(await callInPage(page, 'leaving', {})).toEqual({ closed: 'recognizer/closed', tracks: ['ended'] });
  });

  test.each([
    ['<kinora-recognizer src="a.webm"></kinora-recognizer>', /expected the attribute model, received none/],
    [
      '<kinora-recognizer model="model.onnx" backend="wasm"></kinora-recognizer>',
      /expected the attribute camera or src/,
    ],
    [
      '<kinora-recognizer model="none.onnx"></kinora-recognizer>',
      /none\.onnx: expected an ONNX file that can/,
    ],
    [
      '<kinora-recognizer model="model.onnx" backend="wasm" gestures="none.json" camera autoplay></kinora-recognizer>',
      /none\.json: expected a file saved/,
    ],
    [
      '<kinora-recognizer model="model.onnx" backend="wasm" mirror="left" camera autoplay></kinora-recognizer>',
      /expected mirror="yes" or mirror="no", received "left"/,
    ],
  ])('%s tells what it lacks', async (html, message) => {
    await making(html);
    await expect.poll(async () => (await seen()).error).toEqual([expect.stringMatching(message)]);
    const text = page.locator('kinora-recognizer [part="status"]');
    expect(await text.textContent()).toMatch(message);
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
  });

  test('runs out of one file, worker and WebAssembly included, as the example is printed', async () => {
    const requests: string[] = [];
    const { page, problems } = await openPage(browser, `${site.address(true)}one-file.html`, (url) =>
      requests.push(url.startsWith('blob:') ? 'blob' : url.replace(/^.*\//, '')),
    );
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByText('running: frames arrive').waitFor();
    const backend = await page.evaluate(async () => {
      const element = document.querySelector('kinora-recognizer') as unknown as {
        recognizer: { backend: object };
      };
      return element.recognizer.backend;
    });
    expect(backend).toEqual({
      name: 'wasm',
      threads: 1,
      reason: 'the single file has WebAssembly only',
    });
    expect(requests.filter((name) => name !== 'blob').sort()).toEqual([
      'model.onnx',
      'one-file.html',
      'standalone.js',
    ]);
    expect(problems).toEqual([]);
    await page.close();
  });
});

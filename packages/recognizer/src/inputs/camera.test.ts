import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeY4m } from '../camera.test.util.js';
import {
  buildSite,
  chromiumPath,
  launch,
  needsChromium,
  openPage,
  type Site,
} from '../chromium.test.util.js';
import { exportTestModel, picture } from '../model.test.util.js';

/** Opens the camera and follows it; keeps what happens. */
const SCRIPT = `
import { createRecognizer } from '@kinora/recognizer';
const video = document.querySelector('video');
window.seen = { predictions: [], gestures: [], states: [], errors: [], longest: 0 };
window.opening = async (settings) => {
  window.recognizer = await createRecognizer({ model: 'model.onnx', backend: 'wasm', threads: 1, settings });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
  }).observe({ type: 'longtask' });
  recognizer.on('prediction', ({ time, filled, latency, top }) => seen.predictions.push({ time, filled, latency, best: top[0] }));
  recognizer.on('gesture', (gesture) => seen.gestures.push(gesture));
  recognizer.on('status', ({ state, reason }) => seen.states.push(state + ': ' + reason));
  recognizer.on('error', (error) => seen.errors.push(String(error)));
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true });
  await video.play();
  window.attachment = recognizer.attach(video);
};`;

interface Seen {
  predictions: { time: number; filled: number; latency: number; best: { label: string; score: number } }[];
  gestures: { phase: string }[];
  states: string[];
  errors: string[];
}
interface InPage {
  opening(settings: object): Promise<void>;
  seen: Seen;
  video: HTMLVideoElement;
  recognizer: { configure(changes: object): void; close(): Promise<void> };
  attachment: { detach(): void; ended: Promise<void> };
}

describe.skipIf(chromiumPath === undefined)(`a camera in Chromium${needsChromium}`, () => {
  const model = exportTestModel();
  let site: Site;
  let browser: Browser;
  let page: Page;
  const look = (): Promise<Seen> => page.evaluate(() => (globalThis as never as InPage).seen);

  beforeAll(async () => {
    site = await buildSite(SCRIPT);
    copyFileSync(model.onnx, join(site.folder, 'model.onnx'));
    const film = join(model.folder, 'camera.y4m');
    const size = { height: 120, width: 160 };
    writeY4m(
      film,
      size,
      20,
      Array.from({ length: 80 }, (_, t) => picture(120, 160, t / 4, 1)),
    );
    browser = await launch(
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    );
    ({ page } = await openPage(browser, site.address(false)));
    await page.evaluate(() =>
      (globalThis as never as InPage).opening({ threshold: 0.05, ignored: [], window: 0 }),
    );
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    model.remove();
  });

  test('is predicted at the pace of the settings, on the clock of the video', async () => {
    await page.waitForFunction(() => (globalThis as never as InPage).seen.predictions.at(-1)?.filled === 1);
    const { predictions, errors, states } = await look();
    expect(errors).toEqual([]);
    expect(states.at(-1)).toBe('running: frames arrive');
    expect(predictions[0]!.filled).toBeLessThan(1);
    const steps = predictions.slice(1).map(({ time }, i) => time - predictions[i]!.time);
    // Two ticks of 1/12 s, or more where this machine lost frames.
    for (const step of steps) expect((step * 12) % 1).toBeCloseTo(Math.round((step * 12) % 1), 3);
    expect(Math.min(...steps)).toBeCloseTo(1 / 6, 3);
  });

  test('starts gestures', async () => {
    await page.waitForFunction(() => (globalThis as never as InPage).seen.gestures.length > 0);
    expect((await look()).gestures[0]!.phase).toBe('started');
  });

  test('that pauses is said to, and goes on', async () => {
    await page.evaluate(() => document.querySelector('video')!.pause());
    await page.waitForFunction(
      () => (globalThis as never as InPage).seen.states.at(-1) === 'paused: the video is paused',
    );
    const before = (await look()).predictions.length;
    await page.evaluate(() => document.querySelector('video')!.play());
    await page.waitForFunction((n) => (globalThis as never as InPage).seen.predictions.length > n, before);
  });

  test('is followed by the example, as it is printed, and without a network once the model is open', async () => {
    const { page, problems } = await openPage(browser, `${site.address(false)}example.html`);
    await page.getByRole('button').click();
    await page.getByText('running: frames arrive (wasm)').waitFor();
    await page.locator('#top meter').nth(2).waitFor();
    await page.context().setOffline(true);
    const shown = (): Promise<string> => page.locator('#top').innerHTML();
    const before = await shown();
    await expect.poll(shown).not.toBe(before);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('is left alone once detached and closed', async () => {
    await page.evaluate(async () => {
      const { attachment, recognizer } = globalThis as never as InPage;
      attachment.detach();
      await attachment.ended;
      await recognizer.close();
    });
    const { length } = (await look()).predictions;
    await page.waitForTimeout(500);
    expect((await look()).predictions.length).toBe(length);
    expect((await look()).errors).toEqual([]);
  });
});

/**
 * What the demo's network has to reach in headless Chromium on two cores: 15 predictions a second with two threads, 10 with
 * one, the first one within 3 seconds of opening a camera, and no task of the page over 50 ms.
 *
 * The clock of a busy machine says little, so processor time is counted: what other programs take from a prediction makes
 * it late, not more work. At 10 a second on a core of its own, one thread may spend 100 ms a prediction; two threads at 15
 * a second may spend 2 x 67 ms together, if that work really is shared: hence a clock is read too, and only the best of
 * several rounds counts, and only where the machine gave the browser the processors that it could use.
 */
import { copyFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
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
import { exportTestModel, picture } from './model.test.util.js';

/** Opens the model and the camera as a page of an app does; predicts one clip again and again. */
const SCRIPT = `
import { createRecognizer } from '@kinora/recognizer';
window.opening = async ({ camera, ...options }) => {
  const began = performance.now();
  const [recognizer, stream] = await Promise.all([
    createRecognizer({ model: 'model.onnx', ...options }),
    camera ? navigator.mediaDevices.getUserMedia({ video: true }) : undefined,
  ]);
  window.recognizer = recognizer;
  if (!camera) return recognizer.backend;
  const first = new Promise((resolve) => recognizer.on('prediction', () => resolve(performance.now() - began)));
  const video = document.querySelector('video');
  video.srcObject = stream;
  await video.play();
  recognizer.attach(video);
  return await first;
};
window.predicting = async (count) => {
  const { frames, crop } = recognizer.info.spec;
  const clip = Uint8Array.from({ length: frames * crop.height * crop.width * 3 }, (_, i) => i % 251);
  const began = performance.now();
  for (let i = 0; i < count; i++) await recognizer.predictPrepared(clip);
  return (performance.now() - began) / count;
};`;

const ROUNDS = 5;
const PREDICTIONS = 20;
/** How much slower than the machine of docs/live.md, where these are the targets, a machine may be that passes. */
const SLOWER = 3;
const isQuiet = (): boolean => loadavg()[0]! < 0.75 * availableParallelism();

describe.skipIf(chromiumPath === undefined)(`ConvColumnSmall in headless Chromium${needsChromium}`, () => {
  const model = exportTestModel();
  let site: Site;
  beforeAll(async () => {
    site = await buildSite(SCRIPT);
    copyFileSync(model.onnx, join(site.folder, 'model.onnx'));
    const film = Array.from({ length: 90 }, (_, t) => picture(240, 320, t / 4, 1));
    writeY4m(join(model.folder, 'camera.y4m'), { height: 240, width: 320 }, 30, film);
  });
  afterAll(async () => {
    await site?.close();
    model.remove();
  });

  async function withPage<T>(
    isolated: boolean,
    use: (page: Page, browser: Browser) => Promise<T>,
  ): Promise<T> {
    const browser = await launch(
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${join(model.folder, 'camera.y4m')}`,
    );
    try {
      return await use((await openPage(browser, site.address(isolated))).page, browser);
    } finally {
      await browser.close();
    }
  }

  test.each([
    [2, 15],
    [1, 10],
  ])('%i threads: at least %i predictions a second', async (threads, least) => {
    const quiet = isQuiet();
    const rounds = await withPage(threads > 1, async (page, browser) => {
      const backend = await callInPage<object>(page, 'opening', { threads, backend: 'wasm' });
      expect(backend).toMatchObject({ name: 'wasm', threads });
      const rounds: { spent: number; took: number }[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const before = await processorTime(browser);
        const took = await callInPage<number>(page, 'predicting', PREDICTIONS);
        rounds.push({ took, spent: ((await processorTime(browser)) - before) / PREDICTIONS });
      }
      return rounds;
    });
    const spent = Math.min(...rounds.map(({ spent }) => spent));
    const took = Math.min(...rounds.map(({ took }) => took));
    console.log(
      `${threads} threads: ${spent.toFixed(0)} ms of processors and ${took.toFixed(0)} ms a prediction`,
    );
    expect(spent).toBeLessThan((SLOWER * threads * 1000) / least);
    if (quiet) expect(took).toBeLessThan((SLOWER * 1000) / least);
  });

  test('first prediction from a camera within 3 seconds, and no task of the page over 50 ms', async () => {
    const quiet = isQuiet();
    const { spent, took, longest } = await withPage(true, async (page, browser) => {
      await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
      const before = await processorTime(browser);
      const took = await callInPage<number>(page, 'opening', { camera: true });
      const spent = (await processorTime(browser)) - before;
      await page.waitForTimeout(4000);
      return { spent, took, longest: longestTask(await browser.stopTracing()) };
    });
    console.log(
      `first after ${took.toFixed(0)} ms, ${spent.toFixed(0)} of processors; longest task ${longest.toFixed(0)} ms of one`,
    );
    expect(spent).toBeLessThan(SLOWER * 3000);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(SLOWER * 50);
    if (quiet) expect(took).toBeLessThan(SLOWER * 3000);
  });
});

/** Milliseconds that all processes of a browser have spent so far. */
async function processorTime(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Milliseconds of processor that the longest task on the main thread of a page took. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const pages = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(thread),
  );
  const tasks = traceEvents.filter((event) => pages.has(thread(event)) && event.tdur !== undefined);
  return Math.max(0, ...tasks.map(({ tdur }) => tdur! / 1000));
}

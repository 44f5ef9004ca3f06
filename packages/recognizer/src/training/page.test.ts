/** Training in Chromium: in a worker, kept in IndexedDB, continued after a tab that was killed, and handed to a recognizer. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTrainer } from '@kinora/recognizer';
import { openModel, predictClip } from 'kinora';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildSite,
  callInPage,
  chromiumPath,
  launch,
  needsChromium,
  type Site,
} from '../chromium.test.util.js';
import { exportTestModel, exportTraining, moving, writeClip } from '../model.test.util.js';

/** What the page offers to the test. */
const SCRIPT = `
import { createRecognizer, createTrainer } from '@kinora/recognizer';
const pixels = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const base64 = (bytes) => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};
const long = [];
new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: 'longtask', buffered: true });
window.longTasks = () => long.splice(0);
window.opening = async (options) => {
  try {
    window.trainer = await createTrainer(options);
    const { info, backend, clips, progress } = trainer;
    return { labels: info.labels, backend, clips, progress };
  } catch (error) {
    return { error: error.message };
  }
};
window.adding = ({ base64, label, heldOut, ...frames }) =>
  trainer.addClip({ ...frames, data: pixels(base64) }, label, { heldOut });
window.fitting = async ({ stop, ...options }) => {
  const steps = [];
  for await (const step of trainer.fit(options)) {
    steps.push(step);
    if (step.step === stop) break;
  }
  return steps;
};
window.fittingOn = (options) => {
  window.seen = 0;
  (async () => { for await (const { step } of trainer.fit(options)) window.seen = step; })();
};
window.evaluating = async () => {
  const { loss, accuracy, clips } = await trainer.evaluate();
  return { loss, accuracy, clips: clips.map((clip) => ({ ...clip, probabilities: [...clip.probabilities] })) };
};
window.saving = async () => base64(await trainer.save());
window.handing = async ({ clip }) => {
  const frames = { ...clip, data: pixels(clip.base64) };
  const recognizer = await createRecognizer({ model: 'net.train.inference.onnx', backend: 'wasm', threads: 1 });
  const before = recognizer.labels;
  const latencies = [];
  let running = true;
  const during = (async () => {
    while (running) {
      const began = performance.now();
      await recognizer.predict(frames);
      latencies.push(performance.now() - began);
    }
  })();
  while (latencies.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  const began = performance.now();
  await trainer.applyTo(recognizer);
  const took = performance.now() - began;
  running = false;
  await during;
  const { probabilities } = await recognizer.predict(frames);
  const { labels } = recognizer;
  await recognizer.close();
  return { before, labels, probabilities: [...probabilities], latencies, took };
};
window.closing = () => trainer.close();
`;

interface Opened {
  readonly error?: string;
  readonly labels: string[];
  readonly backend: { readonly name: string; readonly threads: number; readonly reason: string };
  readonly clips: object[];
  readonly progress: { readonly step: number; readonly epoch: number };
}
type Steps = { step: number; epoch: number; epochEnd: boolean; loss: number; duration: number }[];

describe.skipIf(chromiumPath === undefined)(`in Chromium${needsChromium}`, () => {
  const exported = exportTraining();
  const other = exportTestModel();
  const labels = ['right', 'down'];
  const options = { batchSize: 3, learningRate: 0.003 };
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    site = await buildSite(SCRIPT);
    for (const name of readdirSync(exported.folder).filter((name) => name.startsWith('net.train')))
      copyFileSync(join(exported.folder, name), join(site.folder, name));
    copyFileSync(other.onnx, join(site.folder, 'other.onnx'));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    exported.remove();
    other.remove();
  });

  const visit = async (context: BrowserContext, isolated = false): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(site.address(isolated));
    await page.waitForFunction(() => 'opening' in globalThis);
    return page;
  };
  const opening = (page: Page, more: object = {}): Promise<Opened> =>
    callInPage(page, 'opening', { model: 'net.train.onnx', labels, threads: 1, seed: 4, ...more });
  const asked = (way: number, variant: number): object => {
    const { data, ...size } = moving(way, variant);
    return { ...size, base64: Buffer.from(data).toString('base64') };
  };
  /** Six clips to train on and two held out. */
  const fill = async (page: Page): Promise<void> => {
    for (const [way, label] of labels.entries())
      for (const variant of [0, 1, 2, 0.5])
        await callInPage(page, 'adding', { ...asked(way, variant), label, heldOut: variant === 0.5 });
  };
  const fitting = (page: Page, more: object): Promise<Steps> =>
    callInPage(page, 'fitting', { ...options, ...more });

  test('the steps are those of Node, the page is never blocked, and the command line agrees with the recognizer', async () => {
    const context = await browser.newContext();
    const page = await visit(context);
    const opened = await opening(page);
    expect(opened).toMatchObject({
      labels,
      clips: [],
      backend: { name: 'wasm', threads: 1, reason: 'trains on any processor' },
    });
    await fill(page);
    await callInPage(page, 'longTasks', undefined);
    const steps = await fitting(page, { epochs: 4 });
    const blocked = await callInPage<number[]>(page, 'longTasks', undefined);

    const node = await createTrainer({ model: exported.training, labels, threads: 1, seed: 4 });
    for (const [way, label] of labels.entries())
      for (const variant of [0, 1, 2, 0.5])
        await node.addClip(moving(way, variant), label, { heldOut: variant === 0.5 });
    const expected: Steps = [];
    for await (const step of node.fit({ ...options, epochs: 4 })) expected.push(step);
    await node.close();
    expect(steps.map(({ step, epoch, epochEnd }) => [step, epoch, epochEnd])).toEqual(
      expected.map(({ step, epoch, epochEnd }) => [step, epoch, epochEnd]),
    );
    // Rounding differs between the runtimes and grows from step to step.
    for (const [i, { loss }] of steps.slice(0, 2).entries()) expect(loss).toBeCloseTo(expected[i]!.loss, 2);
    // A page that waited for the steps would be blocked all the time; on a busy machine any task may be late.
    const total = steps.reduce((sum, { duration }) => sum + duration, 0);
    expect(blocked.reduce((a, b) => a + b, 0)).toBeLessThan(total / 10);

    const {
      probabilities,
      before,
      labels: after,
    } = await callInPage<{
      probabilities: number[];
      before: string[];
      labels: string[];
    }>(page, 'handing', { clip: asked(1, 0.5) });
    expect([before, after]).toEqual([['a', 'b', 'c'], labels]);
    const file = join(exported.folder, 'trained.safetensors');
    writeFileSync(file, Buffer.from(await callInPage<string>(page, 'saving', undefined), 'base64'));
    const { network, spec } = openModel(file);
    const judged = await callInPage<{ clips: { probabilities: number[] }[] }>(page, 'evaluating', undefined);
    for (const [i, value] of judged.clips[1]!.probabilities.entries())
      expect(probabilities[i]).toBeCloseTo(value, 5);
    const folder = writeClip(join(exported.folder, 'clip'), 20, 60, 80, 1);
    const predicted = await predictClip({ network, spec }, folder);
    expect(predicted.map(({ label }) => label).sort()).toEqual([...labels].sort());
    network.dispose();
    await context.close();
  });

  test('what was added and learnt survives a tab that is killed, and goes on to the bit', async () => {
    const context = await browser.newContext();
    const through = await visit(context);
    await opening(through);
    await fill(through);
    const expected = await fitting(through, { epochs: 3 });
    const wanted = await callInPage<string>(through, 'saving', undefined);
    await through.close();

    const killed = await visit(context);
    await opening(killed, { store: 'gestures' });
    await fill(killed);
    await callInPage(killed, 'fittingOn', { ...options, epochs: 50 });
    await killed.waitForFunction(() => (globalThis as unknown as { seen: number }).seen >= 3);
    const session = await context.newCDPSession(killed);
    // The renderer dies at once: nothing of the page runs any more.
    const crashed = killed.waitForEvent('crash');
    session.send('Page.crash').catch(() => {}); // never answered
    await crashed;

    const again = await visit(context);
    const { clips, progress } = await opening(again, { store: 'gestures', seed: 0 });
    expect(clips).toHaveLength(8);
    // The epochs that were complete; the one that was not is repeated.
    expect(progress.step).toBe(progress.epoch * 2);
    expect(progress.epoch).toBeGreaterThanOrEqual(1);
    const rest = await fitting(again, { epochs: Math.max(3, progress.epoch + 1) });
    const from = expected.slice(progress.step);
    expect(rest.slice(0, from.length).map(({ loss }) => loss)).toEqual(from.map(({ loss }) => loss));
    if (progress.epoch < 3)
      expect((await callInPage<string>(again, 'saving', undefined)) === wanted).toBe(true);

    expect((await opening(again, { store: 'gestures', labels: ['x', 'y'] })).error).toMatch(
      /gestures: expected a training of this export and these labels, received another; open that one/,
    );
    await context.close();
  });

  test('with threads in an isolated page, with one in others', async () => {
    const context = await browser.newContext();
    const page = await visit(context, true);
    expect((await opening(page, { threads: 2 })).backend).toMatchObject({ name: 'wasm', threads: 2 });
    await fill(page);
    const [first, second] = await fitting(page, { epochs: 1 });
    expect(second!.step).toBe(2);
    expect(first!.loss).toBeGreaterThan(0);
    await callInPage(page, 'closing', undefined);
    const alone = await visit(context, false);
    expect((await opening(alone, { threads: 2 })).backend).toEqual({
      name: 'wasm',
      threads: 1,
      reason:
        'trains on any processor; one thread, because the page is not cross-origin isolated (COOP and COEP headers)',
    });
    await context.close();
  });

  test('a model that is none, and an export whose files are not all there', async () => {
    const context = await browser.newContext();
    const page = await visit(context);
    expect((await opening(page, { model: 'other.onnx' })).error).toMatch(
      /other\.onnx: expected a training graph, received a model for recognition; make one with kinora export RUN --format onnx-train$/,
    );
    expect((await opening(page, { model: 'none.onnx' })).error).toMatch(
      /none\.onnx: expected a file of kinora export --format onnx-train that can be fetched, received status 404/,
    );
    writeFileSync(join(site.folder, 'half.train.onnx'), readFileSync(exported.training));
    expect((await opening(page, { model: 'half.train.onnx' })).error).toMatch(
      /half\.train\.safetensors: .*404/,
    );
    await context.close();
  });
});

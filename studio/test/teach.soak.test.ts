import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StaticServer, serveFolder } from '../../packages/kinora/dist/serve/static-server.js';
import { readFrames, writeY4m } from './camera.js';
import { HOOK, makeSite, type TestSite } from './site.js';
import { cameraFlags, noBrowser, openBrowser, visit } from './visit.js';

/** Labels of the data set that the network was not trained on. */
const TAUGHT = ['Thumb Up', 'Swiping Down'] as const;

describe.skipIf(noBrowser !== undefined)(`Teach with a camera${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let site: TestSite;
  let server: StaticServer;
  let browser: Browser;
  let film: string;
  /** Chromium reads the file when the camera opens, so another file is another scene. */
  const show = async (label: string, split: 'train' | 'validation', index: number): Promise<void> =>
    writeY4m(film, [await readFrames(site.clips(label, split)[index]!)]);
  beforeAll(async () => {
    site = await makeSite();
    film = join(site.scratch, 'camera.y4m');
    await show(TAUGHT[0], 'train', 0);
    browser = await openBrowser(...cameraFlags(film));
    server = await serveFolder(site.folder, 0);
  }, HOOK);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    site?.remove();
  });

  it('tells apart two gestures that were recorded with it', async () => {
    const { page, complaints } = await visit(browser, `${server.url}#/teach`);
    const openCamera = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Use the camera' }).click();
      await page.getByText('Camera, mirrored').waitFor();
    };
    const closeCamera = (): Promise<void> => page.getByRole('button', { name: 'Stop', exact: true }).click();
    for (const [i, label] of TAUGHT.entries()) {
      const card = page.getByRole('list', { name: 'Gestures', exact: true }).locator('> li').nth(i);
      await card.getByRole('textbox').fill(label);
      for (const take of [0, 1, 2]) {
        await show(label, 'train', take);
        await openCamera();
        await card.getByRole('button', { name: 'Record' }).click();
        await card.getByText(take === 0 ? '1 clip' : `${take + 1} clips`).waitFor({ timeout: 30_000 });
        await closeCamera();
      }
    }
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText(/Trained in .* of 6 recognised/).waitFor();
    for (const label of TAUGHT) {
      await show(label, 'validation', 0);
      await openCamera();
      const seen = page.getByRole('list', { name: 'Gesture log' }).getByRole('listitem').first();
      // The camera repeats its film: a busy machine, which predicts seldom, sees the gesture at a later pass.
      await expect.poll(() => seen.innerText(), { timeout: 120_000 }).toContain(label);
      await closeCamera();
    }
    expect(complaints).toEqual([]);
  });
});

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StaticServer, serveFolder } from '../../packages/kinora/dist/serve/static-server.js';
import { readFilm, writeY4m } from './camera.js';
import { HOOK, makeSite, type TestSite } from './site.js';
import { cameraFlags, noBrowser, openPlainBrowser, visit } from './visit.js';

/** Labels of the data set that the network was not trained on. */
const TAUGHT = ['Thumb Up', 'Swiping Down'] as const;

describe.skipIf(noBrowser !== undefined)(`Teach with a camera${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let site: TestSite;
  let server: StaticServer;
  let browser: Browser;
  let film: string;
  /** Chromium reads the file when the camera opens, so another file is another scene. */
  const show = async (label: string, split: 'train' | 'validation', index: number): Promise<void> =>
    writeY4m(film, [await readFilm(site.clips(label, split)[index]!)]);
  beforeAll(async () => {
    site = await makeSite();
    film = join(site.scratch, 'camera.y4m');
    await show(TAUGHT[0], 'train', 0);
    browser = await openPlainBrowser(...cameraFlags(film));
    server = await serveFolder(site.folder, 0);
  }, HOOK);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    site?.remove();
  });

  it('tells apart two gestures that were recorded with it, and learns from a correction', async () => {
    const { page, complaints } = await visit(browser, `${server.url}#/teach`);
    const openCamera = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Use the camera' }).click();
      await page.getByText('Camera, mirrored').waitFor();
    };
    const closeCamera = (): Promise<void> => page.getByRole('button', { name: 'Stop', exact: true }).click();
    const cards = page.getByRole('list', { name: 'Gestures', exact: true }).locator('> li');
    // The film repeats the gesture, so that its pauses are no pauses.
    await page.getByRole('checkbox', { name: /Record the pauses/ }).uncheck();
    for (const [i, label] of TAUGHT.entries()) {
      await cards.nth(i).getByRole('textbox').fill(label);
      for (const take of [0, 1, 2]) {
        await show(label, 'train', take);
        await openCamera();
        // By its key, once; by its button, the other times.
        if (take === 0)
          await page
            .locator('h1')
            .click()
            .then(() => page.keyboard.press(String(i + 1)));
        else await cards.nth(i).getByRole('button', { name: 'Record 1' }).click();
        await cards
          .nth(i)
          .getByText(take === 0 ? '1 take' : `${take + 1} takes`, { exact: true })
          .waitFor({ timeout: 60_000 });
        await closeCamera();
      }
    }
    await page.getByText(/of 6 takes recognised when held out/).waitFor();
    for (const label of TAUGHT) {
      await show(label, 'validation', 0);
      await openCamera();
      const seen = page.getByRole('list', { name: 'Gesture log' }).getByRole('listitem').first();
      // The camera repeats its film: a busy machine, which predicts seldom, sees the gesture at a later pass.
      await expect.poll(() => seen.innerText(), { timeout: 120_000 }).toContain(label);
      await closeCamera();
    }
    await openCamera();
    await page.waitForTimeout(1000); // some frames to correct with
    await page
      .getByRole('group', { name: 'Correct the answer' })
      .getByRole('button', { name: 'Nothing' })
      .click();
    await page.getByText('Added to “Nothing” as a take.').waitFor();
    await cards.last().getByText('1 take', { exact: true }).waitFor();

    await cards.first().getByRole('button', { name: 'Record 3' }).click();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('button', { name: /Stop recording/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Start the test' }).click();
    await page.getByText('0 of 6.').waitFor();
    await page.getByText('1 of 6.').waitFor({ timeout: 30_000 });
    await page.getByRole('group', { name: 'Camera or video' }).getByRole('button', { name: 'Stop' }).click();
    expect(complaints).toEqual([]);
  });
});

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeY4m } from './camera.js';
import { type Engine, gesture, startEngine } from './engine.js';
import { plainServer } from './plain-server.js';
import { cameraFlags, noBrowser, openBrowser, PATIENCE, useCamera, type Visit, visit } from './visit.js';

const GESTURES = ['Swiping Left', 'Thumb Up', 'Stop Sign'] as const;
const PEOPLE = ['anna', 'ben'] as const;
/** What the camera shows in the end. */
const SHOWN = 'Stop Sign';

/** What makes the recipe's network small enough for a test. */
const SMALL = {
  crop: '{"height":42,"width":42}',
  resize: '{"rule":"height","height":48}',
  epochs: '60',
  batchSize: '6',
  augment: '{}',
  patience: 'null',
  threads: '1',
  workers: '0',
};

describe.skipIf(noBrowser !== undefined)(`the workbench${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let engine: Engine;
  let browser: Browser;
  let film: string;
  /**
   * Chromium reads the file when the camera opens, so another file is another scene. Every gesture has a room and clothes of
   * its own: two clips of each are enough to tell those apart, at any phase of the film. They are the same for both people:
   * the validation clips choose the epoch that is kept, and could not if they showed rooms that no training clip shows.
   */
  const show = (label: (typeof GESTURES)[number]): void =>
    writeY4m(film, [gesture(label, GESTURES.indexOf(label), 0)]);
  beforeAll(async () => {
    engine = await startEngine();
    film = join(engine.scratch, 'camera.y4m');
    show(GESTURES[0]);
    browser = await openBrowser(...cameraFlags(film));
  }, 20 * 60_000);
  afterAll(async () => {
    await browser?.close();
    await engine?.close();
  });

  it(
    'leads from an empty folder to a page that recognises the gestures recorded in it',
    async () => {
      const opened: Visit = await visit(browser, engine.link);
      const { page, complaints } = opened;
      await page.getByRole('button', { name: /gestures/ }).click();

      await page.getByRole('link', { name: 'Record', exact: true }).click();
      await page.getByRole('combobox', { name: 'Person in front of the camera' }).waitFor();
      for (const label of GESTURES) {
        await page.getByRole('textbox', { name: 'Name of a new class' }).fill(label);
        await page.getByRole('button', { name: 'Add', exact: true }).click();
        await page.getByRole('radio', { name: label }).waitFor();
      }
      let clips = 0;
      for (const person of PEOPLE)
        for (const label of GESTURES) {
          show(label);
          clips += 2;
          await recordTwo(page, label, person, clips);
        }
      const files = readdirSync(join(engine.project, 'clips'), { recursive: true }).map(String);
      expect(files.filter((file) => /(anna|ben)-\d\.\w+$/.test(file))).toHaveLength(clips);

      await page.getByRole('link', { name: 'Clips', exact: true }).click();
      await expect.poll(() => sizeOf(page, 'Clips'), { timeout: PATIENCE }).toBe(clips);
      await page.getByRole('link', { name: 'Split' }).click();
      await page.getByRole('combobox', { name: 'List of ben' }).selectOption('validation');
      await page.getByRole('combobox', { name: 'List of anna' }).selectOption('train');
      await expect
        .poll(() => existsSync(join(engine.project, 'validation.csv')), { timeout: PATIENCE })
        .toBe(true);

      await page.getByRole('link', { name: 'Train', exact: true }).click();
      await page.getByText('All settings').click();
      for (const [key, value] of Object.entries(SMALL)) {
        await page.locator(`#setting-${key}`).fill(value);
        await page.locator(`#setting-${key}`).blur();
      }
      await page.getByRole('textbox', { name: 'Name of the run' }).fill('first');
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      const queue = page.getByRole('region', { name: 'Queue' });
      await queue.getByText('done', { exact: true }).waitFor({ timeout: 8 * PATIENCE });
      await page.getByText(/Best so far/).waitFor();

      await page.getByRole('link', { name: 'Evaluate it' }).click();
      await page.getByRole('button', { name: 'Evaluate it' }).click();
      const cell = page.getByRole('button', { name: /answered as .* clips?$/ }).first();
      await cell.waitFor({ timeout: 8 * PATIENCE });
      await cell.click();
      const count = Number(await cell.innerText());
      await expect.poll(() => sizeOf(page, 'Clips of the evaluation'), { timeout: PATIENCE }).toBe(count);

      await page.getByRole('link', { name: 'Use', exact: true }).click();
      await page.getByRole('button', { name: 'Prepare it for the camera' }).click();
      show(SHOWN);
      await useCamera(page);
      const log = page.getByRole('list', { name: 'Gesture log' });
      await expect.poll(() => log.innerText(), { timeout: PATIENCE }).toContain(SHOWN);

      await page.getByRole('button', { name: 'Make a page' }).click();
      const download = page.waitForEvent('download');
      await page
        .getByRole('link', { name: /\.html$/ })
        .filter({ hasNotText: 'report' })
        .click();
      await (await download).saveAs(join(engine.scratch, 'page', 'index.html'));
      expect(complaints).toEqual([]);
      await opened.close();
      await expectPageToRecognise(join(engine.scratch, 'page'));
    },
    30 * 60_000,
  );

  /** Opens the exported page from a host that knows nothing of Kinora. */
  async function expectPageToRecognise(folder: string): Promise<void> {
    const host = await plainServer(folder);
    const { page, complaints, close } = await visit(browser, host.url);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await expect.poll(() => page.locator('.label').innerText(), { timeout: PATIENCE }).toContain(SHOWN);
    expect(complaints).toEqual([]);
    await close();
    await host.close();
  }
});

/** Number of clips in a grid, of which only those in view exist. */
const sizeOf = async (page: Page, name: string): Promise<number> =>
  Number(await page.getByRole('listbox', { name }).getByRole('option').first().getAttribute('aria-setsize'));

/** A series of two clips, with the camera opened for it, so that it shows the film of now. */
async function recordTwo(page: Page, label: string, person: string, clips: number): Promise<void> {
  await useCamera(page);
  await page.getByRole('radio', { name: label }).check({ force: true });
  await page.getByRole('combobox', { name: 'Person in front of the camera' }).fill(person);
  await page.getByRole('radio', { name: 'A series' }).check({ force: true });
  await page.getByRole('slider', { name: 'Clips' }).fill('2');
  await page.getByRole('slider', { name: 'Pause between' }).fill('1');
  await page.getByRole('button', { name: 'Start the series' }).click();
  await expect
    .poll(() => page.getByRole('list', { name: 'Recorded now' }).getByRole('listitem').count(), {
      timeout: PATIENCE,
    })
    .toBe(clips);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
}

/** Teach as a reader uses it: with files, by keyboard, across reloads, and by a project file in another browser. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type StaticServer, serveFolder } from '../../packages/kinora/dist/serve/static-server.js';
import { noFfmpeg, readFilm, writeWebm, writeY4m } from './camera.js';
import { fits } from './fits.js';
import { HOOK, makeSite, type TestSite } from './site.js';
import { storedRecords } from './teach-store.js';
import { noBrowser, openPlainBrowser, PATIENCE, type Visit, visit } from './visit.js';

/** Labels of the data set that the network was not trained on. */
const TAUGHT = ['Thumb Up', 'Swiping Down'] as const;

const obstacle = noBrowser ?? noFfmpeg;
describe.skipIf(obstacle !== undefined)(`Teach in Chromium${obstacle ? `: ${obstacle}` : ''}`, () => {
  let site: TestSite;
  let server: StaticServer;
  let browser: Browser;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    [site, browser] = await Promise.all([makeSite(), openPlainBrowser()]);
    server = await serveFolder(site.folder, 0);
  }, HOOK);
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    site?.remove();
  });

  const open = async (): Promise<Visit> => {
    const opened = await visit(browser, `${server.url}#/teach`);
    ends.push(opened.close);
    return opened;
  };
  const film = async (label: string, take: number): Promise<string> => {
    const video = join(site.scratch, `${label} ${take}.webm`);
    if (existsSync(video)) return video;
    const clip = await readFilm(site.clips(label, 'train')[take]!);
    writeY4m(`${video}.y4m`, [clip]);
    writeWebm(video, `${video}.y4m`);
    return video;
  };
  const cards = (page: Page) => page.getByRole('list', { name: 'Gestures', exact: true }).locator('> li');
  /** Two takes of each gesture, as files. */
  const teach = async (page: Page): Promise<void> => {
    for (const [i, label] of TAUGHT.entries()) {
      const card = cards(page).nth(i);
      await card.getByRole('textbox').fill(label);
      for (const [take, count] of ['1 take', '2 takes'].entries()) {
        await card.locator('input[type=file]').setInputFiles(await film(label, take));
        await card.getByText(count, { exact: true }).waitFor();
      }
    }
  };
  const checked = (page: Page) => page.getByText(/of 4 takes recognised when held out/);
  const savedAs = async (page: Page, button: string, name: string): Promise<string> => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: button }).click();
    await (await download).saveAs(join(site.scratch, name));
    return join(site.scratch, name);
  };

  it('learns at once, keeps everything over a reload and another room, and brings back what was removed', async () => {
    const { page, complaints } = await open();
    await page.getByText('Record a gesture, and it is recognised at once.').waitFor();
    await teach(page);
    await checked(page).waitFor();
    for (const label of TAUGHT) {
      await page.getByLabel('Video file').setInputFiles(await film(label, 0));
      // A busy machine, which predicts seldom, sees the gesture at a later pass.
      await page.locator('video').evaluate((video: HTMLVideoElement) => {
        video.loop = true;
      });
      const first = page.getByRole('list', { name: 'Gesture log' }).getByRole('listitem').first();
      await expect.poll(() => first.innerText(), { timeout: PATIENCE }).toContain(label);
    }
    await page.reload();
    await checked(page).waitFor();
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByRole('heading', { name: 'Live', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Teach' }).click();
    await checked(page).waitFor();

    const takes = cards(page).first().getByRole('group');
    await takes.nth(1).getByRole('button', { name: 'Remove take 2 of Thumb Up' }).click();
    await expect.poll(() => takes.count()).toBe(1);
    await cards(page).nth(1).getByRole('button', { name: 'Remove Swiping Down', exact: true }).click();
    await expect.poll(() => cards(page).count()).toBe(2);
    // The cards change before the browser has stored it.
    await expect.poll(() => removedRecords(page)).toBe(2);
    await page.reload();
    await page.getByRole('button', { name: 'Bring back “Swiping Down”' }).click();
    await page.getByRole('button', { name: 'Bring back a take of “Thumb Up”' }).click();
    await checked(page).waitFor();
    await fits(page);
    expect(complaints).toEqual([]);
  });

  it('learns the part of a take that two handles choose, by keyboard, and says what to do next', async () => {
    const { page, complaints } = await open();
    const card = cards(page).first();
    await card.getByRole('textbox').fill('Hello');
    await card.locator('input[type=file]').setInputFiles(await film(TAUGHT[0], 0));
    await card.getByText('1 take', { exact: true }).waitFor();
    await page
      .getByText('Record a second gesture: so far “Hello” can only be told from no gesture')
      .waitFor();
    const trimmer = page.getByRole('group', { name: 'Trim take 1 of Hello' });
    const [start, end] = ['Start', 'End'].map((which) => trimmer.getByLabel(`${which} of take 1 of Hello`));
    await card.getByRole('button', { name: 'Trim take 1 of Hello' }).click();
    const count = Number(await end!.inputValue());
    await start!.focus();
    for (let frame = 0; frame < 3; frame++) await page.keyboard.press('ArrowRight');
    await end!.focus();
    await page.keyboard.press('ArrowLeft');
    const part = { from: 3, until: count - 1 };
    await expect.poll(async () => (await partsStored(page)).takes).toEqual([part]);
    await expect.poll(async () => (await partsStored(page)).learned).toContain(`3-${count - 1}`);
    // At least half a second is left, wherever the handle is dragged.
    await start!.focus();
    await page.keyboard.press('End');
    expect(Number(await start!.inputValue())).toBe(count - 1 - 6);
    await page.keyboard.press('Home');
    // The handle moves before the browser has stored it.
    await expect.poll(async () => (await partsStored(page)).takes).toEqual([{ ...part, from: 0 }]);
    await page.reload();
    await card.getByRole('button', { name: 'Trim take 1 of Hello' }).click();
    expect(await start!.inputValue()).toBe('0');
    await fits(page);
    await trimmer.getByRole('button', { name: 'Whole take' }).click();
    await expect.poll(async () => (await partsStored(page)).takes).toEqual([undefined]);
    expect(await end!.inputValue()).toBe(String(count));
    await trimmer.getByRole('button', { name: 'Done' }).click();
    expect(await trimmer.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('moves a lesson to another browser by its project file, and gestures to an app', async () => {
    const { page, complaints } = await open();
    await teach(page);
    await checked(page).waitFor();
    const project = await savedAs(page, 'Save the project', 'lesson.kinora');
    const gestures = JSON.parse(
      readFileSync(await savedAs(page, 'Save gestures for an app', 'g.json'), 'utf8'),
    );
    expect(gestures.labels).toEqual([...TAUGHT, 'Nothing']);

    const other = await open();
    const cut = join(site.scratch, 'cut.kinora');
    writeFileSync(cut, readFileSync(project).subarray(0, 9999));
    await other.page.getByLabel('Project file').setInputFiles(cut);
    await other.page.getByText(/cut\.kinora: expected a lesson saved by Teach/).waitFor();
    await other.page.getByLabel('Project file').setInputFiles(project);
    await other.page.getByText('4 takes were added from lesson.kinora.').waitFor();
    await checked(other.page).waitFor();
    expect(await cards(other.page).count()).toBe(3);
    // Again, and after more was recorded: what is there stays as it is.
    await other.page.getByLabel('Project file').setInputFiles(project);
    await other.page.getByText('0 takes were added').waitFor();
    expect([...complaints, ...other.complaints]).toEqual([]);
  });
});

/** The parts of takes that are stored as chosen, and those that features are stored of. */
async function partsStored(page: Page): Promise<{ takes: unknown[]; learned: string[] }> {
  const takes = await storedRecords(page, 'takes');
  const features = await storedRecords(page, 'features');
  return {
    takes: takes.map(({ part }) => part),
    learned: features.flatMap(({ id }) => id.split(' ').slice(1)),
  };
}

/** Gestures and takes that are stored as removed. */
async function removedRecords(page: Page): Promise<number> {
  const records = [...(await storedRecords(page, 'gestures')), ...(await storedRecords(page, 'takes'))];
  return records.filter(({ removed }) => removed !== undefined).length;
}

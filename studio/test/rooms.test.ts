import { readdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StaticServer, serveFolder } from '../../packages/kinora/dist/serve/static-server.js';
import { faults } from './faults.js';
import { plainServer } from './plain-server.js';
import { GESTURES, HOOK, makeSite, type TestSite } from './site.js';
import { noBrowser, openBrowser, PATIENCE, type Visit, type VisitOptions, visit } from './visit.js';

/** Where to write the picture of the README: `KINORA_PICTURE=docs/pictures/studio.png npx vitest run studio/test`. */
const PICTURE = process.env.KINORA_PICTURE;

/** Every room, and every chapter. */
const PLACES = [
  'learn',
  'explain',
  'live',
  'teach',
  'data',
  'train',
  'evaluate',
  'use',
  ...readdirSync(new URL('../../docs/tutorial/', import.meta.url))
    .map((file) => file.match(/^\d+-(.+)\.md$/)?.[1])
    .filter((slug) => slug !== undefined)
    .map((slug) => `learn/${slug}`),
];

describe.skipIf(noBrowser !== undefined)(`the studio in Chromium${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  let site: TestSite;
  let server: StaticServer;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([makeSite(), openBrowser()]);
    server = await serveFolder(site.folder, 0);
  }, HOOK);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    site?.remove();
  });

  const open = async (place: string, options?: VisitOptions): Promise<Visit> => {
    const opened = await visit(browser, `${server.url}#/${place}`, options);
    await opened.page.locator('h1').waitFor();
    await opened.page.waitForLoadState('networkidle');
    return opened;
  };

  it.each(PLACES)('%s opens without errors, fits narrow and wide windows, and passes axe', async (place) => {
    const { page, complaints, close } = await open(place);
    for (const [width, dark] of [
      [360, true],
      [1600, false],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${place} at ${width}`).toBe(
        width,
      );
      expect(await faults(page), `${place} at ${width}`).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it('fits labels of sixty letters at any width, for a network with two classes', async () => {
    const other = await serveFolder(site.long, 0);
    const { page, complaints, close } = await visit(browser, other.url, { calm: true });
    for (const place of ['learn/why-time', 'learn/training', 'explain', 'live']) {
      await page.goto(`${other.url}#/${place}`);
      await page.locator('h1').waitFor();
      await page.waitForLoadState('networkidle');
      for (const width of [360, 1024]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${place} at ${width}`).toBe(
          width,
        );
      }
    }
    expect(complaints).toEqual([]);
    await close();
    await other.close();
  });

  it('opens with a clip that the network gets right, and groups the ones that it gets wrong', async () => {
    const { page, complaints, close } = await open('explain', { calm: true });
    const choice = page.getByRole('combobox', { name: 'Clip' });
    const answer = page.getByRole('region', { name: 'Top five' });
    const isRight = async () => {
      const top = await answer.getByRole('listitem').first().innerText();
      return top.startsWith(await answer.locator('b').innerText());
    };
    await answer.waitFor();
    expect(await isRight()).toBe(true);
    const options = await choice.locator('option').evaluateAll((found) =>
      found.map((option) => ({
        value: (option as HTMLOptionElement).value,
        group: (option.parentElement as HTMLOptGroupElement).label,
      })),
    );
    expect(options[0]?.value).toBe(await choice.inputValue());
    for (const { value, group } of options) {
      await choice.selectOption(value);
      await expect.poll(isRight).toBe(group === 'ConvColumnSmall is right');
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(['explain', 'learn/memory-and-cost'])(
    '%s does not shift its layout while it loads',
    async (place) => {
      const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(() => {
        const moved = Object.assign(self, { moved: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) moved.moved += (entry as unknown as { value: number }).value;
        }).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(`${server.url}#/${place}`);
      await page.locator('h2').first().waitFor();
      await page.waitForLoadState('networkidle');
      const moved = await page.evaluate(() => (self as unknown as { moved: number }).moved);
      expect(moved).toBeLessThan(0.1); // what browsers rate as good; a footer that moves out of view would alone exceed it
      await context.close();
    },
  );

  it("writes out a cell of every kind of layer, equal to the network's own value", async () => {
    const { page, complaints, close } = await open('learn/the-whole-network');
    const layers = page.getByRole('combobox', { name: 'Layer' });
    await page.getByText('Sum of the terms').waitFor();
    const count = await layers.locator('option').count();
    expect(count).toBeGreaterThan(20);
    for (let layer = 0; layer < count; layer++) {
      await layers.selectOption({ index: layer });
      const [sum, own] = await page
        .locator('[data-value]')
        .evaluateAll((found) => found.map((element) => Number(element.getAttribute('data-value'))));
      expect(sum, `layer ${layer}`).toSatisfy((value: number) => Math.abs(value - own!) <= 1e-4);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  it('gives a clip and its reverse the same averaged answer in 2D, and different ones in 3D', async () => {
    const { page, complaints, close } = await open('learn/why-time');
    await expect.poll(() => page.locator('.networks ol').count()).toBe(4);
    const [flat, deep, flatBack, deepBack] = await page.locator('.networks ol').allInnerTexts();
    expect(flatBack).toBe(flat);
    expect(deepBack).not.toBe(deep);
    expect(complaints).toEqual([]);
    await close();
  });

  it('replays how the first kernels grew out of noise, and shows runs that overfit', async () => {
    const { page, complaints, close } = await open('learn/training', { calm: true });
    const epoch = page.getByRole('slider', { name: 'After epoch' });
    const slices = page
      .getByRole('figure', { name: 'How the first layer learns what to look for' })
      .locator('canvas');
    await slices.first().waitFor();
    const pixels = () =>
      slices.evaluateAll((found) => (found as HTMLCanvasElement[]).map((one) => one.toDataURL()));
    const learned = await pixels();
    await epoch.fill('0');
    await expect.poll(pixels).not.toEqual(learned);
    await epoch.fill('16');
    await expect.poll(pixels).toEqual(learned);
    const runs = page.getByRole('region', { name: 'All runs' }).getByRole('row');
    const gap = async (name: string) =>
      Number(
        await runs
          .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
          .getByRole('cell')
          .nth(2)
          .innerText(),
      );
    expect(await gap('nothing')).toBeGreaterThan(2 * (await gap('all three')));
    expect(complaints).toEqual([]);
    await close();
  });

  it("shows a clip's own optical flow, and which members a trained ensemble trusts", async () => {
    const { page, complaints, close } = await open('learn/alternatives', { calm: true });
    await page.getByRole('radio', { name: 'Two streams' }).check({ force: true });
    await expect.poll(() => page.locator('svg image').count()).toBe(5);
    const flows = await page
      .locator('svg image')
      .evaluateAll((found) => found.map((one) => one.getAttribute('href')));
    expect(new Set(flows).size).toBe(5);
    await page.goto(`${server.url}#/learn/ensembles`);
    const trust = page.getByRole('region', { name: 'Weights of the members by label' });
    await trust.getByRole('button', { name: 'Stop Sign' }).click();
    await page.getByText(/For Stop Sign it also adds −?\d/).waitFor();
    await expect.poll(() => trust.getByRole('row').count()).toBe(1 + GESTURES.length);
    expect(complaints).toEqual([]);
    await close();
  });

  it('lets no code in and nothing out, on a host that sends no headers either', async () => {
    const plain = await plainServer(site.folder);
    for (const url of [server.url, plain.url]) {
      const { page, close } = await visit(browser, url);
      await expect.poll(() => isIsolated(page), { timeout: PATIENCE }).toBe(true); // the plain one after a reload
      await page.locator('h1').waitFor();
      const blocked = await page.evaluate(
        async (elsewhere) => {
          // In a task of the page itself: Chromium allows more to code that the test evaluates.
          const task = () => new Promise((resume) => setTimeout(resume));
          const fails = (work: () => unknown) =>
            task()
              .then(() => work())
              .then(
                () => false,
                () => true,
              );
          document.body.append(
            Object.assign(document.createElement('script'), { textContent: 'self.intruder = 1' }),
          );
          return {
            evaluated: await fails(() => new Function('return 1')()),
            inline: !('intruder' in self),
            sent: await fails(() => fetch(elsewhere, { mode: 'no-cors' })),
          };
        },
        url === server.url ? plain.url : server.url,
      );
      expect(blocked, url).toEqual({ evaluated: true, inline: true, sent: true });
      await close();
    }
    await plain.close();
  });

  it('works with the keyboard alone: from the contents to a chapter, and the kernel by arrow keys', async () => {
    const { page, complaints, close } = await open('learn', { calm: true });
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('href'));
    for (let i = 0; i < 20 && (await focused()) !== '#/learn/pixels-to-features'; i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const board = page.getByRole('application', { name: /^Input/ });
    await board.waitFor();
    for (let i = 0; i < 30 && !(await board.evaluate((found) => found === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.getByText('row 9, column 12').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.getByText('row 10, column 13').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it('does not move for readers who prefer reduced motion, and makes the picture of the README', async () => {
    const { page, close } = await open('learn/convolution-in-space-and-time', { calm: true, width: 1000 });
    await page.getByRole('button', { name: 'Sweep' }).waitFor(); // not "Pause": nothing moves on its own
    for (const [name, value] of [
      ['t (time)', 7],
      ['y', 9],
      ['x', 10],
    ] as const)
      await page.getByRole('slider', { name, exact: true }).fill(String(value));
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    const figure = page.getByRole('figure').first();
    const picture = await figure.screenshot({ ...(PICTURE && { path: PICTURE }) });
    expect(picture.length).toBeGreaterThan(20_000);
    expect(picture.length).toBeLessThan(300_000);
    await close();
  });

  it('works offline and isolated after the first visit to a host that sends no headers', async () => {
    const plain = await plainServer(site.folder);
    const { page, complaints, close } = await visit(browser, `${plain.url}#/learn/pixels-to-features`);
    await expect.poll(() => isServedOffline(page), { timeout: PATIENCE }).toBe(true);
    await plain.close();
    await page.reload();
    await page.getByText('A convolution by hand').waitFor();
    await page.getByText('row 9, column 12').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

/** Whether the page may use shared memory; false while it reloads. */
const isIsolated = (page: Visit['page']): Promise<boolean> =>
  page.evaluate(() => self.crossOriginIsolated).catch(() => false);

/** Whether the service worker has served the page. */
const isServedOffline = async (page: Visit['page']): Promise<boolean> =>
  (await isIsolated(page)) &&
  (await page.evaluate(() => navigator.serviceWorker.controller !== null).catch(() => false));

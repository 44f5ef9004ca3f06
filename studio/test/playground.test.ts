/** The playground in Chromium, as a reader uses it. It needs no site: the figure alone is opened, as other pages embed it. */
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StaticServer, serveFolder } from '../../packages/kinora/dist/serve/static-server.js';
import { buildStudioIfChanged } from '../../scripts/studio.mjs';
import { faults } from './faults.js';
import { HOOK } from './site.js';
import { noBrowser, openBrowser, PATIENCE, type Visit, visit } from './visit.js';

const STUDIO = fileURLToPath(new URL('../../packages/kinora/dist/studio', import.meta.url));
/** Small, so that a busy machine trains it soon. */
const SMALL = 'frames=4&channels=4';

describe.skipIf(noBrowser !== undefined)(
  `the playground in Chromium${noBrowser ? `: ${noBrowser}` : ''}`,
  () => {
    let server: StaticServer;
    let browser: Browser;
    beforeAll(async () => {
      await buildStudioIfChanged();
      [server, browser] = await Promise.all([serveFolder(STUDIO, 0), openBrowser()]);
    }, HOOK);
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    const open = (link: string): Promise<Visit> =>
      visit(browser, `${server.url}#/embed/playground${link === '' ? '' : `/${link}`}`, { calm: true });
    const idleAt = (page: Visit['page'], step: number) =>
      page.locator(`[data-step="${step}"][data-busy="false"]`).waitFor();
    const kernels = (page: Visit['page']) =>
      page
        .getByRole('button', { name: /^Kernel \d/ })
        .locator('canvas')
        .evaluateAll((found) => (found as HTMLCanvasElement[]).map((one) => one.toDataURL()));
    const summary = (page: Visit['page']) => page.getByText(/^After \d+ steps/).innerText();

    it('trains: the 3D network leaves 50 %, the 2D network does not, and a link brings the moment back', async () => {
      const { page, complaints, close } = await open(SMALL);
      await idleAt(page, 0);
      const noise = await kernels(page);
      await page.getByRole('button', { name: 'Train', exact: true }).click();
      const step = async () => Number(await page.locator('[data-step]').getAttribute('data-step'));
      await expect.poll(step, { timeout: PATIENCE }).toBeGreaterThan(24);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.locator('[data-busy="false"]').waitFor();
      await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/step=\d+/);
      const [, own, flat] = (await summary(page)).match(/gets (\d+).*2D network (\d+)/) as string[];
      expect(Number(own)).toBeGreaterThan(75);
      expect(Number(flat)).toBe(50);
      const learned = await kernels(page);
      expect(learned).not.toEqual(noise);

      await page.getByText('Share this moment').click();
      const link = (await page.getByLabel(/^Link/).inputValue()).split('#/learn/playground/')[1]!;
      expect(await page.getByLabel(/^One tag/).inputValue()).toContain(
        `<iframe src="${server.url}#/embed/playground/${link}"`,
      );
      const again = await open(link);
      await idleAt(again.page, Number(link.match(/step=(\d+)/)![1]));
      expect(await summary(again.page)).toBe(await summary(page));
      expect(await kernels(again.page)).toEqual(learned);
      expect([...complaints, ...again.complaints]).toEqual([]);
      await close();
      await again.close();
    });

    it('a mirror destroys the labels: the 3D network does not learn', async () => {
      const { page, complaints, close } = await open(`${SMALL}&augmentation=mirror&step=25`);
      await page.getByText('half of them are wrong').waitFor();
      await idleAt(page, 25);
      const loss = await page.getByText(/^After 25 steps/).getAttribute('data-loss');
      expect(Number(loss)).toBeGreaterThan(0.5);
      expect(complaints).toEqual([]);
      await close();
    });

    it('is walked through by the keyboard alone', async () => {
      const { page, complaints, close } = await open('');
      const press = async (button: ReturnType<Visit['page']['locator']>) => {
        for (let i = 0; i < 40 && !(await button.evaluate((found) => found === document.activeElement)); i++)
          await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
      };
      await idleAt(page, 0);
      await press(page.getByRole('button', { name: 'Take the guided tour' }));
      const tour = page.getByRole('region', { name: 'Guided tour' });
      const button = (name: string) => tour.getByRole('button', { name });
      for (let step = 1; step < 6; step++) {
        await tour.getByText(`${step} of 6`).waitFor();
        if (step === 5) {
          await idleAt(page, 20);
          await press(button('Make one step'));
          await page.getByText('Part of step 21').waitFor();
        }
        await press(button('Next'));
      }
      await tour.getByText('6 of 6').waitFor();
      await press(button('Finish'));
      await page.getByRole('button', { name: 'Take the guided tour' }).waitFor();
      expect(complaints).toEqual([]);
      await close();
    });

    it('adds up the gradient of a weight, as the network computed it', async () => {
      const { page, complaints, close } = await open(`${SMALL}&step=2`);
      await idleAt(page, 2);
      await page.getByRole('button', { name: 'One step', exact: true }).click();
      await page.getByText('Part of step 3').waitFor();
      for (const part of ['2 Answers', '3 Error', '5 Update', '4 Gradient'])
        await page.getByRole('radio', { name: part }).check({ force: true });
      const numbers = page.locator('[data-sum], [data-own]');
      await numbers.first().waitFor();
      const [sum, own] = await numbers.evaluateAll((found) =>
        (found as HTMLElement[]).map(({ dataset }) => Number(dataset.sum ?? dataset.own)),
      );
      expect(own).not.toBe(0);
      expect(Math.abs(sum! - own!)).toBeLessThan(1e-3 * Math.abs(own!) + 1e-7);
      expect(await faults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });
  },
);

// The documentation site as a whole: it builds, no link is dead, and in Chromium it searches, follows the reader's colours
// and asks no other host for anything.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDocs } from './build.mjs';
import { TEXTS } from './contents.mjs';
import { serve } from './serve.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PROGRAM = process.env.KINORA_CHROMIUM ?? '/usr/bin/chromium';
const noBrowser = existsSync(PROGRAM) ? undefined : `no ${PROGRAM} (apt-get install chromium)`;

/** Milliseconds; long, because what is tested is that something happens, not how fast on a busy machine. */
const PATIENCE = 120_000;

/** @type {Awaited<ReturnType<typeof buildDocs>>} */
let built;
beforeAll(async () => {
  built = await buildDocs(ROOT); // throws on a dead link
}, 20 * 60_000);

test('has a page for every text, and more links than pages', () => {
  expect(built.pages).toBeGreaterThan(TEXTS.length);
  expect(built.links).toBeGreaterThan(built.pages);
});

describe.skipIf(noBrowser !== undefined)(`in Chromium${noBrowser ? `: ${noBrowser}` : ''}`, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  beforeAll(async () => {
    server = await serve(built.site, 0);
    browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox'] });
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** @param {string} path @param {{ width?: number, dark?: boolean }} [options] */
  async function visit(path, { width = 1280, dark = false } = {}) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? 'dark' : 'light',
    });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    /** @type {string[]} console errors, exceptions, failed requests and requests to other hosts */
    const complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(server.address) && !request.url().startsWith('data:'))
        complaints.push(request.url());
    });
    await page.goto(new URL(path, server.address).href, { waitUntil: 'networkidle' });
    return { page, complaints, close: () => context.close() };
  }

  test('shows a page of every kind without complaints, and none is wider than a phone', async () => {
    for (const path of PAGES) {
      const { page, complaints, close } = await visit(path, { width: 360 });
      const [content, screen] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      expect([path, content]).toEqual([path, screen]);
      expect([path, complaints]).toEqual([path, []]);
      await close();
    }
  });

  test.each([
    ['mixup', '/recipe.html'],
    ['recognizeFor', '/packages/recognizer/'],
    ['accumulateSteps', '/configuration.html'],
  ])('finds %s', async (word, expected) => {
    const { page, complaints, close } = await visit('recipe.html');
    const box = page.locator('.VPLocalSearchBox input');
    // The page answers keys only once its scripts run.
    const opened = async () => {
      await page.keyboard.press('Control+k');
      return box.isVisible();
    };
    await expect.poll(opened, { timeout: PATIENCE }).toBe(true);
    await box.fill(word);
    await page.locator('.VPLocalSearchBox .result').first().waitFor();
    const found = await page
      .locator('.VPLocalSearchBox .result')
      .evaluateAll((links) =>
        links.map((link) => new URL(/** @type {HTMLAnchorElement} */ (link).href).pathname),
      );
    expect(found).toContain(expected);
    expect(complaints).toEqual([]);
    await close();
  });

  test("is dark if the reader's system is", async () => {
    const background = async (/** @type {boolean} */ dark) => {
      const { page, close } = await visit('index.html', { dark });
      const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await close();
      return colour;
    };
    expect(await background(true)).not.toBe(await background(false));
  });

  test('answers an unknown address with a page of its own', async () => {
    const response = await fetch(new URL('no-such-page', server.address));
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('Kinora');
    expect((await fetch(new URL('..%2f..%2fpackage.json', server.address))).status).toBe(404);
  });
});

const PAGES = [
  'index.html',
  'overview.html',
  'start/app-developer.html',
  'tutorial/03-convolution-in-space-and-time.html',
  'performance.html',
  'configuration.html',
  'commands/train.html',
  'decisions/index.html',
  'api/kinora/index.html',
  'api/kinora/functions/predictClip.html',
  'api/operators.html',
  'source/examples/03-predict-a-file.ts.html',
];

// Latency of live recognition on a site, in headless Chromium with a fake camera, with and without threads:
// `node studio/bench/live.mjs SITE`. Prints one Markdown row for each.
import { cpus, loadavg } from 'node:os';
import { chromium } from 'playwright-core';
import { serveFolder } from '../../packages/kinora/dist/serve/static-server.js';

const SECONDS = 15;
const folder = process.argv[2];
if (folder === undefined) {
  console.error('studio/bench/live.mjs: expected the folder of a site; make one with kinora studio build');
  process.exit(2);
}
const server = await serveFolder(folder, 0);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
});
console.log(
  `${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} before, Chromium ${browser.version()}\n`,
);
console.log(
  '| threads | latency, median | predictions/s possible | first prediction after opening the room | longest task of the page |',
);
console.log('|---|---|---|---|---|');
for (const isolated of [true, false]) console.log(await measure(isolated));
console.log(`\nload ${loadavg()[0]?.toFixed(1)} after`);
await browser.close();
await server.close();

/** @param {boolean} isolated */
async function measure(isolated) {
  const context = await browser.newContext({
    permissions: ['camera'],
    serviceWorkers: isolated ? 'allow' : 'block',
  });
  const page = await context.newPage();
  if (!isolated) await withoutIsolation(page);
  await page.addInitScript(watch);
  await page.goto(`${server.url}#/learn`);
  await page.locator('h1').waitFor();
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Live' }).click();
  const opened = await page.evaluate(() => performance.now());
  await page.getByText('Camera, mirrored').waitFor();
  await page.getByRole('slider', { name: 'Stride' }).press('Home');
  await page.waitForTimeout(SECONDS * 1000);
  const seen = await page.evaluate(() => /** @type {any} */ (self).seen);
  const latencies = seen.latencies.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b);
  const median = latencies[latencies.length >> 1];
  const threads = (await page.getByText(/on WebAssembly, \d threads?/).innerText()).match(/(\d) thread/)?.[1];
  await context.close();
  const first = ((seen.first - opened) / 1000).toFixed(2);
  return `| ${threads} | ${median} ms (${latencies.length} predictions) | ${(1000 / median).toFixed(1)} | ${first} s | ${Math.round(seen.longest)} ms |`;
}

/** As a host without the headers would send it. @param {import('playwright-core').Page} page */
async function withoutIsolation(page) {
  await page.route('**/*', async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    delete headers['cross-origin-opener-policy'];
    delete headers['cross-origin-embedder-policy'];
    await route.fulfill({ response, headers });
  });
}

/** Runs in the page: keeps each latency that is shown, when the first came, and the longest task after that. */
function watch() {
  const seen = { latencies: /** @type {number[]} */ ([]), first: 0, longest: 0 };
  Object.assign(self, { seen });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      if (seen.first > 0) seen.longest = Math.max(seen.longest, duration);
  }).observe({ type: 'longtask' });
  new MutationObserver(() => {
    const text = [...document.querySelectorAll('dl > div')].find((row) =>
      row.textContent?.startsWith('Latency'),
    )?.textContent;
    const shown = Number.parseInt(text?.match(/\d+/)?.[0] ?? '', 10);
    if (Number.isNaN(shown)) return;
    seen.first ||= performance.now();
    seen.latencies.push(shown);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

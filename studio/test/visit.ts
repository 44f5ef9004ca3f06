/** For tests only: visits to a site in a real Chromium, with everything it complains about kept. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { vi } from 'vitest';

const PROGRAM = '/usr/bin/chromium';

/** Milliseconds for anything to come about: asked for is the fact; how fast it is, a busy machine cannot tell. */
export const PATIENCE = 120_000;
vi.setConfig({ testTimeout: 3 * PATIENCE });

/** Why there are no visits on this machine; undefined where there are. */
export const noBrowser = existsSync(PROGRAM) ? undefined : `no ${PROGRAM} (apt-get install chromium)`;

/** WebGL without a graphics card, and no sandbox, which containers forbid. */
const FLAGS = ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

export const openBrowser = (...flags: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: PROGRAM, args: [...FLAGS, ...flags] });

/** Flags for a camera that shows a Y4M file in a circle, and that nobody is asked about. */
export const cameraFlags = (file: string): string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

export interface Visit {
  readonly page: Page;
  /** Console errors, exceptions, and requests that left the site. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly width?: number;
  readonly dark?: boolean;
  readonly calm?: boolean;
}

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1200, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    reducedMotion: options.calm ? 'reduce' : 'no-preference',
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'blob:' && protocol !== 'data:' && origin !== new URL(url).origin)
      complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

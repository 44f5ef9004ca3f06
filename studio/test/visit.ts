/** For tests only: opens a site in Chromium and records its complaints. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { vi } from 'vitest';

const PROGRAM = '/usr/bin/chromium';

/** Timeout in milliseconds. Long, because tests check that something happens, not how fast on a busy machine. */
export const PATIENCE = 120_000;
vi.setConfig({ testTimeout: 3 * PATIENCE });

/** Why this machine cannot run these tests; undefined if it can. */
export const noBrowser = existsSync(PROGRAM) ? undefined : `no ${PROGRAM} (apt-get install chromium)`;

/** WebGL without a graphics card; no sandbox, because containers forbid it. */
const FLAGS = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

export const openBrowser = (...flags: string[]): Promise<Browser> => openPlainBrowser(...FLAGS, ...flags);

/** Without WebGL: several times as fast where pages read many frames of videos. */
export const openPlainBrowser = (...flags: string[]): Promise<Browser> =>
  chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', ...flags] });

/** Flags for a camera that plays a Y4M file in a loop and needs no permission. */
export const cameraFlags = (file: string): string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

export interface Visit {
  readonly page: Page;
  /** Console errors, exceptions, and requests to other hosts. */
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

/** Turns the camera on. Where it was allowed before, rooms start it by themselves. */
export async function useCamera(page: Page): Promise<void> {
  const running = page.getByText('Camera, mirrored');
  const button = page.getByRole('button', { name: 'Use the camera' });
  await running.or(button).first().waitFor();
  if (await button.isVisible()) await button.click();
  await running.waitFor();
}

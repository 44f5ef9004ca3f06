/** For tests only: a page with the recognizer, built by Vite as an app would be, in Debian's Chromium. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

/** This file is part of every test's bundle, in whichever folder of dist that is. */
const DIST = fileURLToPath(import.meta.url.replace(/\/dist\/(?!.*\/dist\/).*$/, '/dist/'));
const EXAMPLE = join(DIST, '..', 'example', 'vite');
const README = join(DIST, '..', 'README.md');

/** Path of a Chromium; undefined where there is none. */
export const chromiumPath = [
  process.env.KINORA_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
].find((path) => path !== undefined && existsSync(path));

/** For the name of a test that needs it. */
export const needsChromium = chromiumPath === undefined ? ' (skipped: no Chromium here)' : '';

export interface Site {
  readonly folder: string;
  /** Its address; with `isolated`, pages may use threads. */
  address(isolated: boolean): string;
  close(): Promise<void>;
}

const PAGE = `<!doctype html><title>page</title><video muted playsinline></video><script type="module" src="./main.js"></script>`;

/** Builds `script` (it may import @kinora/recognizer) as a page, and beside it the example as `example.html`. */
export async function buildSite(script: string): Promise<Site> {
  const source = mkdtempSync(join(tmpdir(), 'kinora-page-'));
  const folder = mkdtempSync(join(tmpdir(), 'kinora-site-'));
  writeFileSync(join(source, 'index.html'), PAGE);
  writeFileSync(join(source, 'main.js'), script);
  copyFileSync(join(EXAMPLE, 'index.html'), join(source, 'example.html'));
  copyFileSync(join(EXAMPLE, 'main.ts'), join(source, 'main.ts'));
  await build({
    root: source,
    base: './',
    logLevel: 'error',
    configFile: false,
    resolve: {
      alias: [
        { find: /^@kinora\/recognizer$/, replacement: `${DIST}browser.js` },
        { find: /^@kinora\/recognizer\/(\w+)$/, replacement: `${DIST}$1.js` },
      ],
    },
    worker: { format: 'es' },
    build: {
      outDir: folder,
      target: 'es2022',
      minify: true,
      rollupOptions: { input: [join(source, 'index.html'), join(source, 'example.html')] },
    },
  });
  rmSync(source, { recursive: true });
  const servers = [await serve(folder, false), await serve(folder, true)] as const;
  return {
    folder,
    address: (isolated) => `http://127.0.0.1:${(servers[isolated ? 1 : 0].address() as AddressInfo).port}/`,
    close: async () => {
      for (const server of servers) server.close().closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.mp4': 'video/mp4',
};

/** The one that the README gives to copy: nothing from elsewhere, and WebAssembly the one exception. */
const POLICY = /^Content-Security-Policy: (.+)$/m.exec(readFileSync(README, 'utf8'))![1]!;

/** Serves a folder under the policy of the README. */
export function serve(folder: string, isolated: boolean): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const path = normalize(join(folder, new URL(url, 'http://x').pathname));
    const file = path.endsWith('/') ? `${path}index.html` : path;
    if (url === '/favicon.ico') return response.writeHead(204).end();
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.setHeader('Content-Security-Policy', POLICY);
    if (isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    return response.end(readFileSync(file));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

export async function launch(...flags: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...flags],
  });
}

/** A page whose errors and requests to elsewhere are kept. */
export async function openPage(
  browser: Browser,
  address: string,
  requested: (address: string) => void = () => {},
): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => {
    requested(request.url());
    if (!/^(http:\/\/127\.0\.0\.1|blob:|data:)/.test(request.url()))
      problems.push(`asked for ${request.url()}`);
  });
  await page.goto(address);
  return { page, problems };
}

/** Calls a function that the page's script has put on its window. */
export function callInPage<T>(page: Page, name: string, argument: unknown): Promise<T> {
  return page.evaluate(
    ([name, argument]) => (globalThis as never as Record<string, (argument: unknown) => T>)[name]!(argument),
    [name, argument] as const,
  ) as Promise<T>;
}

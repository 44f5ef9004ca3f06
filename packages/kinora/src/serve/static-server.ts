/**
 * Serves one folder to this machine's browser and to nobody else: on 127.0.0.1, only to pages of its own address, only
 * files that the folder held when it started.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { kinoraError } from '@kinora/torch/error';
import { Hono } from 'hono';
import { filesOf } from './site/app.js';

const HOST = '127.0.0.1';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

const HEADERS: Record<string, string> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; " +
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-cache',
};

export interface StaticServer {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  close(): Promise<void>;
}

/** Port 0 takes any free one. Throws `serve/port` where the port is taken. */
export async function serveFolder(folder: string, port: number): Promise<StaticServer> {
  const server = createServer(getRequestListener(siteApp(folder).fetch));
  await listen(server, port);
  const close = async (): Promise<void> => {
    const closed = closing(server);
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://${HOST}:${(server.address() as AddressInfo).port}/`, close };
}

/** For whoever has much to do before there is something to serve. Throws `serve/port` where the port is taken. */
export async function checkPort(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port);
  await closing(server);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((listening, failed) => {
    server.once('error', (error) => failed(portError(error, port)));
    server.listen(port, HOST, listening);
  });
}

const closing = (server: Server): Promise<void> => new Promise((closed) => server.close(() => closed()));

/** A path is looked up among the files that are there; no path is ever made from a request. */
export function siteApp(folder: string): Hono {
  const files = new Map(filesOf(folder).map((file) => [`/${file}`, join(folder, file)]));
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  const app = new Hono();
  app.use(async (context, next) => {
    if (!isOwnPage(context.req.header('host'), context.req.header('origin')))
      return context.text('This server answers only to pages of its own address.', 403);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  });
  app.get('*', async (context) => {
    const file = files.get(context.req.path);
    if (file === undefined) return context.text('There is no such file.', 404);
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return context.body(await readFile(file), 200, { 'Content-Type': type });
  });
  return app;
}

/** Another site's name that leads to this machine (DNS rebinding) is in Host; another site's page in Origin. */
function isOwnPage(host: string | undefined, origin: string | undefined): boolean {
  if (host === undefined || !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return false;
  return origin === undefined || origin === `http://${host}`;
}

function portError(error: Error, port: number): Error {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return kinoraError('serve/port', `${HOST}:${port}`, 'a free port', 'one that another program listens on', {
    hint: 'choose another with --port, or 0 for any free one',
    cause: error,
  });
}

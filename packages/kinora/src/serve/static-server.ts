/**
 * Serves one folder to browsers on this machine only: on 127.0.0.1, only to pages of its own address, and only files
 * that the folder contained when it started.
 */
import { constants, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { kinoraError } from '@kinora/torch/error';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { getMimeType } from 'hono/utils/mime';
import { compressor, isCompressible, takesGzip } from './compressed.js';
import { filesOf } from './site/app.js';

const HOST = '127.0.0.1';

const SECURITY = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    mediaSrc: ["'self'", 'blob:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    workerSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
  crossOriginEmbedderPolicy: true,
  permissionsPolicy: { camera: ['self'], microphone: [] },
  strictTransportSecurity: false, // this is plain HTTP, on this machine
});

export interface StaticServer {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Called with a line for each file that has vanished, once. Default: prints it to stderr. */
  readonly log?: (line: string) => void;
  /** Milliseconds within which a client has to send its request. Default: 15,000. */
  readonly patience?: number;
  /** An app that answers before the files do, made with the port that the server has. */
  readonly api?: (port: () => number) => Hono;
}

/** Milliseconds for a request with an upload. */
const UPLOAD = 3_600_000;

/** Port 0 picks any free one. Throws `serve/port` if the port is taken. */
export async function serveFolder(
  folder: string,
  port: number,
  { log = (line) => process.stderr.write(`${line}\n`), patience = 15_000, api }: ServeOptions = {},
): Promise<StaticServer> {
  const limits = {
    headersTimeout: patience,
    // An upload may take its time; what it may send is limited by its reader.
    requestTimeout: api === undefined ? patience : UPLOAD,
    connectionsCheckingInterval: Math.ceil(patience / 4),
    maxHeaderSize: 16 * 1024,
  };
  let bound = port;
  const server = createServer(
    limits,
    getRequestListener(
      siteApp(
        folder,
        log,
        api?.(() => bound),
      ).fetch,
    ),
  );
  await listen(server, port);
  bound = (server.address() as AddressInfo).port;
  const close = async (): Promise<void> => {
    const closed = closing(server);
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://${HOST}:${bound}/`, close };
}

/** Checks the port before long work that precedes serving. Throws `serve/port` if the port is taken. */
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

/** An app that serves the current files of `folder`, excluding links and files added later; what `api` knows, it answers. */
export function siteApp(folder: string, log: (line: string) => void, api?: Hono): Hono {
  const gone = new Set<string>();
  const files = new Set(filesOf(folder).map((file) => `/${file}`));
  if (files.has('/index.html')) files.add('/');
  const compress = compressor();
  const app = new Hono();
  if (api !== undefined) app.route('/', api);
  app.use(SECURITY, async (context, next) => {
    if (!isOwnPage(context.req.header('host'), context.req.header('origin')))
      return context.text('This server answers only to pages of its own address.', 403);
    if (!files.has(context.req.path)) return context.text('There is no such file.', 404);
    const file = context.req.path === '/' ? 'index.html' : context.req.path.slice(1);
    const fault = await faultOf(join(folder, file));
    if (fault !== undefined) {
      if (!gone.has(file))
        log(kinoraError('serve/gone', join(folder, file), 'the file that was there', fault).message);
      gone.add(file);
      return context.text('There is no such file any more.', 404);
    }
    context.header('Cache-Control', 'no-cache');
    if (api !== undefined && file === 'index.html') return context.html(withEngine(join(folder, file)));
    if (!isCompressible(file)) return next();
    context.header('Vary', 'Accept-Encoding');
    const { method } = context.req;
    const whole = method === 'GET' && context.req.header('range') === undefined;
    if (!whole || !takesGzip(context.req.header('accept-encoding'))) return next();
    const compressed = await compress(join(folder, file));
    if (compressed === undefined) return next();
    return context.body(compressed, 200, {
      'Content-Type': getMimeType(file)!,
      'Content-Encoding': 'gzip',
      'Content-Length': String(compressed.length),
    });
  });
  app.get('*', serveStatic({ root: folder }));
  return app;
}

/** The page, which learns from this that an engine answers it. */
const withEngine = (file: string): string =>
  readFileSync(file, 'utf8').replace(/<head>/, '<head><meta name="kinora-workbench" content="1">');

/** Why a file cannot be served; undefined if it can. A link may have taken its place. */
async function faultOf(path: string): Promise<string | undefined> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  try {
    await using file = await open(path, flags);
    return (await file.stat()).isFile() ? undefined : 'something else';
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return { ENOENT: 'nothing there', ELOOP: 'a link', EACCES: 'no permission to read it' }[code] ?? message;
  }
}

/** Host shows another name that resolves to this machine (DNS rebinding); Origin shows another site's page. */
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

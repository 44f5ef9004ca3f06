/**
 * For tests only: a web server in a thread of its own, since lists are read while their thread waits. The first part of a
 * path says how it behaves: `good`, or in which way it does not. With a key and its certificate it speaks HTTPS.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createGzip } from 'node:zlib';

export interface WebServerSetup {
  readonly root: string;
  readonly tls?: { readonly key: string; readonly cert: string };
}

const { root, tls } = workerData as WebServerSetup;
/** Requests for each path so far. */
const requests: Record<string, number> = {};

const REDIRECTS: Readonly<Record<string, (file: string) => string>> = {
  moved: (file) => `/good/${file}`,
  circle: (file) => `/circle/${file}`,
  'to-file': () => 'file:///etc/hostname',
  'to-ftp': () => 'ftp://127.0.0.1/a.tar',
  'to-nowhere': () => 'http://[',
};

/** A byte at a time, for ever. */
function trickle(answer: ServerResponse): void {
  answer.writeHead(200);
  const timer = setInterval(() => answer.write('x'), 20);
  answer.once('close', () => clearInterval(timer));
}

function endless(answer: ServerResponse): void {
  const chunk = Buffer.alloc(1 << 16, 'x');
  const send = (): void => {
    while (!answer.destroyed && answer.write(chunk));
  };
  answer.writeHead(200).on('drain', send);
  send();
}

/** Zeros without end, a thousandth of their size on the wire. */
function gzipBomb(answer: ServerResponse): void {
  answer.writeHead(200, { 'content-encoding': 'gzip' });
  const gzip = createGzip();
  gzip.pipe(answer);
  const zeros = Buffer.alloc(1 << 20);
  const send = (): void => {
    while (!answer.destroyed && gzip.write(zeros));
  };
  gzip.on('drain', send);
  answer.once('close', () => gzip.destroy());
  send();
}

const listener: RequestListener = (request, answer) => {
  const { pathname, search } = new URL(request.url!, 'http://localhost');
  if (pathname === '/requests') return answer.end(JSON.stringify(requests));
  const seen = (requests[pathname + search] ?? 0) + 1;
  requests[pathname + search] = seen;
  const [, behaviour, ...rest] = pathname.split('/');
  const moved = REDIRECTS[behaviour ?? ''];
  if (moved !== undefined) return answer.writeHead(302, { location: moved(rest.join('/')) }).end('moved');
  const file = join(root, ...rest);
  if (!existsSync(file)) return answer.writeHead(404).end();
  const shard = file.endsWith('.tar');
  if (behaviour === 'busy' && seen < 3) return answer.writeHead(503).end();
  if (behaviour === 'hangs-up' && seen < 3) return request.socket.destroy();
  if (behaviour === 'silent' && shard) return;
  if (behaviour === 'mute') return;
  if (behaviour === 'trickles') return trickle(answer);
  if (behaviour === 'endless') return endless(answer);
  if (behaviour === 'gzip-bomb') return gzipBomb(answer);
  if (behaviour === 'page') return answer.end('<html>please log in</html>');
  if (behaviour === 'signed' && search !== '?signature=x%2Fy') return answer.writeHead(403).end();
  const bytes = readFileSync(file);
  if (behaviour === 'damaged' && shard && seen === 1) bytes.fill(0, 1000, 3000);
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (range === null || behaviour === 'no-ranges') return answer.writeHead(200).end(bytes);
  part(answer, bytes, Number(range[1]), Number(range[2]), behaviour, seen);
};
const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);

function part(
  answer: ServerResponse,
  bytes: Buffer,
  from: number,
  last: number,
  behaviour: string | undefined,
  seen: number,
): ServerResponse | undefined {
  const total = behaviour === 'other-size' ? bytes.length + 512 : bytes.length;
  if (behaviour === 'longer') return answer.writeHead(206).end(bytes);
  if (behaviour === 'shifted') {
    answer.writeHead(206, { 'content-range': `bytes ${from + 1}-${last + 1}/${total}` });
    return answer.end(bytes.subarray(from + 1, last + 2));
  }
  answer.writeHead(206, {
    'content-range': `bytes ${from}-${last}/${total}`,
    'content-length': last + 1 - from,
  });
  if (behaviour !== 'cuts' || seen > 1) return answer.end(bytes.subarray(from, last + 1));
  answer.write(bytes.subarray(from, from + 100), () => answer.destroy());
  return undefined;
}

server.listen(0, '127.0.0.1', () => parentPort!.postMessage((server.address() as AddressInfo).port));

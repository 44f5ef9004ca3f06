import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPort, type StaticServer, serveFolder } from './static-server.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-serve-'));
let server: StaticServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'site', 'data'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'site', 'index.html'), '<title>Kinora</title>');
  writeFileSync(join(folder, 'site', 'data', 'site.json'), '{}');
  writeFileSync(join(folder, 'site', 'data', 'Stop Sign.bin'), Uint8Array.of(1, 2, 3, 4));
  writeFileSync(join(folder, 'site', 'data', 'runtime.wasm'), 'kinora '.repeat(10_000));
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'site', 'link.txt'));
  server = await serveFolder(join(folder, 'site'), 0);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

/** By node:http, because fetch tidies paths and refuses to set Host. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: { ...headers } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

/** The bytes as they were sent. */
function fetchRaw(
  url: URL,
  headers: Record<string, string>,
): Promise<{ headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject).end();
  });
}

it('serves the page by the name of its folder, isolated and under a strict policy', async () => {
  const { status, headers, body } = await ask('/');
  expect(status).toBe(200);
  expect(body).toBe('<title>Kinora</title>');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
  expect(policy).not.toContain("'unsafe-inline'");
  expect(headers).toMatchObject({
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  });
});

it('serves files by their type', async () => {
  const { status, headers, body } = await ask('/data/site.json?v=1');
  expect([status, headers['content-type'], body]).toEqual([200, 'application/json', '{}']);
});

describe('the runtime, which is WebAssembly', () => {
  const wasm = Buffer.from('kinora '.repeat(10_000));
  const path = '/data/runtime.wasm';
  const asked = (headers: Record<string, string>) => fetchRaw(new URL(path, server.url), headers);

  it('is sent compressed, with its type, to browsers that take it', async () => {
    const { headers, body } = await asked({ 'accept-encoding': 'gzip, deflate, br' });
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/wasm',
      'content-length': String(body.length),
      vary: 'Accept-Encoding',
      'cross-origin-embedder-policy': 'require-corp',
    });
    expect(body.length).toBeLessThan(wasm.length / 10);
    expect(gunzipSync(body).equals(wasm)).toBe(true);
  });

  it.each([{}, { 'accept-encoding': 'br, gzip;q=0' }, { 'accept-encoding': 'gzip', range: 'bytes=0-69999' }])(
    'is sent as it is to %j',
    async (accepts) => {
      const { headers, body } = await asked(accepts as Record<string, string>);
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers.vary).toBe('Accept-Encoding');
      expect(body.equals(wasm)).toBe(true);
    },
  );

  it('is compressed anew when it has changed', async () => {
    const file = join(folder, 'site', 'data', 'runtime.wasm');
    const other = Buffer.from('studio '.repeat(20_000));
    writeFileSync(file, other);
    const { body } = await asked({ 'accept-encoding': 'gzip' });
    expect(gunzipSync(body).equals(other)).toBe(true);
  });
});

it('leaves small files and those that do not shrink alone', async () => {
  for (const path of ['/data/site.json', `/data/${encodeURIComponent('Stop Sign.bin')}`]) {
    const { headers } = await ask(path, { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBeUndefined();
  }
});

it('serves ranges of a file, as seeking in a video wants them, and its size alone', async () => {
  const path = `/data/${encodeURIComponent('Stop Sign.bin')}`;
  const { status, headers, body } = await ask(path, { range: 'bytes=1-2' });
  expect([status, headers['content-range'], body]).toEqual([206, 'bytes 1-2/4', '\x02\x03']);
  const size = await ask(path, {}, 'HEAD');
  expect([size.status, size.headers['content-length'], size.headers['content-type'], size.body]).toEqual([
    200,
    '4',
    'application/octet-stream',
    '',
  ]);
});

it.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/data/..%2f..%2fsecret.txt',
  '/..\\secret.txt',
  '/data',
  '/link.txt',
  '//etc/passwd',
])('has nothing at %s', async (path) => {
  const { status, body } = await ask(path);
  expect([400, 404]).toContain(status);
  expect(body).not.toContain('secret');
});

it.each([
  [{ host: 'evil.example' }],
  [{ host: '127.0.0.1.evil.example' }],
  [{ origin: 'http://evil.example' }],
  [{ origin: 'null' }],
])('refuses %j', async (headers) => {
  const { status, body } = await ask('/', headers);
  expect(status).toBe(403);
  expect(body).not.toContain('Kinora');
});

it('answers its own pages', async () => {
  const { host, origin } = new URL(server.url);
  expect((await ask('/', { host, origin })).status).toBe(200);
});

it('has no way to change anything', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask('/', {}, method)).status).toBe(404);
});

it('names the port that is taken', async () => {
  const port = Number(new URL(server.url).port);
  await expect(serveFolder(folder, port)).rejects.toMatchObject({ code: 'serve/port' });
  await expect(checkPort(port)).rejects.toMatchObject({ code: 'serve/port' });
  await checkPort(0);
});

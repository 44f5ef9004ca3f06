/** What the server answers to requests that no browser on its own page sends: a table, and clients that are slow or many. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StaticServer, serveFolder } from './static-server.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-hostile-'));
const site = join(folder, 'site');
const log: string[] = [];
let server: StaticServer;
let port: number;

beforeAll(async () => {
  mkdirSync(join(site, 'data'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  for (const file of ['index.html', 'a.js', 'gone.js', 'swapped.js', 'data/large.bin'])
    writeFileSync(join(site, file), file.endsWith('bin') ? Buffer.alloc(1 << 20, 'x') : `content of ${file}`);
  symlinkSync(join(folder, 'secret.txt'), join(site, 'link.txt'));
  symlinkSync(folder, join(site, 'up'));
  server = await serveFolder(site, 0, { log: (line) => log.push(line) });
  port = Number(new URL(server.url).port);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Sends bytes as they are, and returns everything that comes back until the server closes the connection. */
function send(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('latin1').on('data', (text) => {
      answer += text;
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
    );
    socket.on('close', () => resolve(answer));
  });
}

const request = (line: string, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const all = { Host: `127.0.0.1:${port}`, Connection: 'close', ...headers };
  return send(
    `${line} HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );
};

const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);

test('an ordinary request is answered', async () => {
  expect(await request('GET /a.js')).toMatch(/^HTTP\/1\.1 200[\s\S]*content of a\.js$/);
});

describe('paths', () => {
  test.each([
    '/../secret.txt',
    '/./../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2E%2E%2Fsecret.txt',
    '/%252e%252e/secret.txt',
    '/%252e%252e%252fsecret.txt',
    '/..%c0%afsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/data/../../secret.txt',
    '/data/%2e%2e/%2e%2e/secret.txt',
    '/a.js%00.txt',
    '/%00/secret.txt',
    '/a.js/../../secret.txt',
    '//secret.txt',
    '//127.0.0.1/a.js',
    '/link.txt',
    '/up/secret.txt',
    '/data',
    '/data/',
    '/A.JS',
    '/a.js.',
    '/a.js::$DATA',
    '/%',
    '/%zz',
    '/etc/passwd',
    `/${'a/'.repeat(3000)}`,
    `${'/..'.repeat(2000)}/etc/passwd`,
    '*',
    'secret.txt',
  ])('%s', async (path) => {
    const answer = await request(`GET ${path}`);
    expect([400, 403, 404]).toContain(status(answer));
    expect(answer).not.toMatch(/secret\b(?!\.txt)|root:/);
  });
});

describe('headers', () => {
  const own = () => `127.0.0.1:${port}`;
  test.each<[string, Record<string, string>]>([
    ['another host', { Host: 'evil.example' }],
    ['a host that begins like ours', { Host: '127.0.0.1.evil.example' }],
    ['a host that ends like ours', { Host: 'evil.example.localhost' }],
    ['credentials in the host', { Host: 'evil@127.0.0.1' }],
    ['an empty host', { Host: '' }],
    ['all interfaces', { Host: '0.0.0.0' }],
    ['IPv6', { Host: '[::1]' }],
    ['another origin', { Origin: 'http://evil.example' }],
    ['no origin of a sandbox', { Origin: 'null' }],
    ['our origin by HTTPS', { Origin: 'https://127.0.0.1' }],
    ['our origin with another port', { Origin: 'http://127.0.0.1:1' }],
  ])('%s', async (_, headers) => {
    const answer = await request('GET /a.js', headers);
    expect([400, 403]).toContain(status(answer));
    expect(answer).not.toContain('content of');
  });

  test('none of them let another page read', async () => {
    const answer = await request('GET /a.js', { Origin: `http://${own()}` });
    expect(status(answer)).toBe(200);
    expect(answer.toLowerCase()).not.toContain('access-control-allow-origin');
    expect(answer.toLowerCase()).toContain('cross-origin-resource-policy: same-origin');
  });

  test('no host, two hosts, huge headers and no HTTP are bad requests', async () => {
    expect(status(await send('GET /a.js HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400);
    expect([400, 403]).toContain(
      status(
        await send(`GET /a.js HTTP/1.1\r\nHost: ${own()}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`),
      ),
    );
    expect(status(await request('GET /a.js', { 'X-Long': 'x'.repeat(20_000) }))).toBe(431);
    expect(status(await request(`GET /a.js?${'x'.repeat(20_000)}`))).toBe(431);
    expect(status(await send(Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])))).toBe(400);
    expect(status(await send('GET /a.js HTTP/1.1\r\nHost : x\r\n\r\n'))).toBe(400);
  });
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT'])(
  '%s changes nothing',
  async (method) => {
    const answer = await request(`${method} /a.js`);
    expect([0, 400, 404, 405]).toContain(status(answer)); // 0: the connection is closed without an answer
    expect(answer).not.toContain('content of');
  },
);

test('two contradicting lengths of a body are refused, and a body is not waited for', async () => {
  const smuggled =
    'POST /a.js HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /a.js';
  expect(status(await send(smuggled))).toBe(400);
});

test('files that have vanished, or became links, are not there: one line each', async () => {
  rmSync(join(site, 'gone.js'));
  rmSync(join(site, 'swapped.js'));
  symlinkSync(join(folder, 'secret.txt'), join(site, 'swapped.js'));
  for (let i = 0; i < 3; i++)
    for (const path of ['/gone.js', '/swapped.js']) {
      const answer = await request(`GET ${path}`);
      expect(status(answer)).toBe(404);
      expect(answer).not.toMatch(/secret$/);
    }
  expect(log).toEqual([
    `${join(site, 'gone.js')}: expected the file that was there, received nothing there`,
    `${join(site, 'swapped.js')}: expected the file that was there, received a link`,
  ]);
});

/** A server with little patience. */
async function strict(): Promise<AsyncDisposable & { port: number }> {
  const own = await serveFolder(site, 0, { log: () => undefined, patience: 300 });
  return { port: Number(new URL(own.url).port), [Symbol.asyncDispose]: () => own.close() };
}

describe('clients', () => {
  test('one that sends its request a byte at a time is dropped', async () => {
    await using impatient = await strict();
    const socket = connect(impatient.port, '127.0.0.1');
    const bytes = `GET /a.js HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(10_000)}`;
    let at = 0;
    const timer = setInterval(() => socket.writable && socket.write(bytes[at++]!), 10);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.setEncoding('latin1').on('data', (more) => {
        text += more;
      });
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
    clearInterval(timer);
    expect([0, 408]).toContain(status(answer));
  });

  test('two hundred at once are answered while two hundred others say nothing', async () => {
    const silent: Socket[] = Array.from({ length: 200 }, () =>
      connect(port, '127.0.0.1').on('error', () => undefined),
    );
    try {
      const answers = await Promise.all(Array.from({ length: 200 }, () => request('GET /data/large.bin')));
      expect(new Set(answers.map(status))).toEqual(new Set([200]));
      expect(answers.every((answer) => answer.endsWith('x'.repeat(1000)) && answer.length > 1 << 20)).toBe(
        true,
      );
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });

  test('one that hangs up in the middle does no harm', async () => {
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`GET /data/large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`),
      );
      await new Promise<void>((resolve) => socket.once('data', () => resolve(void socket.destroy())));
    }
    expect(status(await request('GET /a.js'))).toBe(200);
  });
});

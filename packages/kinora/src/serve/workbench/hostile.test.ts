/** What the workbench answers to requests that its own page never sends: every operation, without a token, from elsewhere, out of the project. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, PATHS } from './api/paths.js';
import { TestBench } from './bench.test.util.js';

const bench = new TestBench(['anna'], 1);
let port: number;
beforeAll(async () => {
  await bench.start();
  port = Number(new URL(bench.server.url).port);
  writeFileSync(join(bench.folder, 'secret.txt'), 'the secret');
  const run = join(bench.project, 'runs', 'first');
  mkdirSync(join(run, 'report'), { recursive: true });
  writeFileSync(join(run, 'config.json'), '{}');
  symlinkSync(join(bench.folder, 'secret.txt'), join(run, 'secret.onnx'));
  symlinkSync(bench.folder, join(bench.project, 'runs', 'out'));
  writeFileSync(join(bench.folder, 'config.json'), '{}');
});
afterAll(async () => {
  await bench.stop();
  bench.remove();
});

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** By Node's client, which sends any header, Host too. */
function send(
  method: string,
  path: string,
  { headers = {}, body }: Sent = {},
): Promise<{ status: number; text: string; headers: Readonly<Record<string, unknown>> }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: { host: `127.0.0.1:${port}`, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('latin1').on('data', (chunk) => {
          text += chunk;
          if (response.headers['content-type'] === 'text/event-stream') response.destroy();
        });
        response.on('close', () =>
          resolve({ status: response.statusCode!, text, headers: response.headers }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const own = () => bench.headers;
const json = (body: unknown): Sent => ({
  headers: { ...own(), 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const OPERATIONS = Object.entries(PATHS) as [Operation, readonly [string, string]][];
const place = (path: string) => path.replace(':project', bench.id).replace(/:\w+/g, 'x');

const WITHOUT_TOKEN = (): Record<string, string>[] => [
  {},
  { authorization: 'Bearer 0' },
  { authorization: bench.bench.token },
  { cookie: `kinora-workbench-${port}=0` },
];
const FROM_ELSEWHERE = (): Record<string, string>[] => [
  { host: 'evil.example' },
  { origin: 'http://evil.example' },
  { 'sec-fetch-site': 'cross-site' },
  { host: `127.0.0.1.evil.example:${port}` },
  { host: `evil.example@127.0.0.1:${port}` },
  { origin: 'null' },
  { origin: `http://127.0.0.1:${port + 1}` },
  { origin: `https://127.0.0.1:${port}` },
  { 'sec-fetch-site': 'same-site' },
];

/** One guard stands before all operations: each meets the first few of its cases, and one that reads and one that writes all of them. */
describe('every operation', () => {
  const ALL: ReadonlySet<Operation> = new Set(['listClips', 'removeClips']);
  const casesOf = <T>(name: Operation, cases: readonly T[], few: number): readonly T[] =>
    ALL.has(name) ? cases : cases.slice(0, few);

  test('needs the token', async () => {
    for (const [name, [method, path]] of OPERATIONS) {
      for (const headers of casesOf(name, WITHOUT_TOKEN(), 1))
        expect((await send(method, place(path), { headers })).status, name).toBe(401);
      if (!ALL.has(name)) continue;
      const inQuery = await send(method, `${place(path)}?token=${bench.bench.token}`);
      expect(inQuery.status).toBe(401);
    }
  });

  test('answers only its own address', async () => {
    for (const [name, [method, path]] of OPERATIONS)
      for (const headers of casesOf(name, FROM_ELSEWHERE(), 3)) {
        const sent = { headers: { ...own(), ...headers } };
        const { status, headers: answered } = await send(method, place(path), sent);
        expect([400, 403], name).toContain(status);
        expect(answered['access-control-allow-origin']).toBeUndefined();
      }
  });
});

test('a cookie alone reads, and writes only with an origin', async () => {
  const cookie = { cookie: `kinora-workbench-${port}=${bench.bench.token}` };
  expect((await send('GET', '/api/projects', { headers: cookie })).status).toBe(200);
  const body = '{"name":"Form"}';
  const type = { 'content-type': 'application/json' };
  const path = `/api/projects/${bench.id}/classes`;
  expect((await send('POST', path, { headers: { ...cookie, ...type }, body })).status).toBe(403);
  const form = { ...cookie, origin: `http://127.0.0.1:${port}`, 'content-type': 'text/plain' };
  expect((await send('POST', path, { headers: form, body })).status).toBe(400);
  const page = { ...cookie, ...type, origin: `http://127.0.0.1:${port}` };
  expect((await send('POST', path, { headers: page, body })).status).toBe(200);
});

test('the link sets a cookie for pages of this host alone, and leaves the address', async () => {
  const { status, headers } = await send('GET', `/?token=${bench.bench.token}`);
  expect([status, headers.location]).toEqual([303, '/']);
  expect(String(headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/);
  expect((await send('GET', '/?token=wrong')).headers['set-cookie']).toBeUndefined();
  expect(
    (await send('GET', `/?token=${bench.bench.token}`, { headers: { host: 'evil.example' } })).headers[
      'set-cookie'
    ],
  ).toBeUndefined();
});

describe('names that lead out of the project', () => {
  const NAMES = [
    '../secret.txt',
    '../../secret.txt',
    '/etc/passwd',
    '..',
    '.',
    'Stop Sign/../../../secret.txt',
    'Stop Sign\\..\\..\\secret.txt',
    '%2e%2e/secret.txt',
    '\0',
    'a\0b',
    'C:\\secret.txt',
    '../gestures/project.json',
    'x'.repeat(900),
  ];
  test.each(NAMES)('%j', async (name) => {
    const before = JSON.stringify(readdirSync(bench.folder).sort());
    const code = encodeURIComponent(name);
    const project = `/api/projects/${bench.id}`;
    const requests: [string, string, Sent?][] = [
      ['GET', `${project}/clips/file?clip=${code}`],
      ['GET', `${project}/clips/file?recording=true&clip=${code}`],
      ['GET', `${project}/clips/strip?clip=${code}`],
      ['GET', `${project}/clips/frame?clip=${code}`],
      ['GET', `${project}/runs/${code}`],
      ['GET', `${project}/runs/${code}/file?file=config.json`],
      ['GET', `${project}/runs/first/file?file=${code}`],
      ['GET', `${project}/runs/${code}/evaluation`],
      ['GET', `/api/projects/${code}`],
      ['GET', `${project}/jobs/${code}`],
      ['DELETE', `${project}/jobs/${code}`],
      ['DELETE', `${project}/classes/${code}`],
      ['POST', `${project}/changes/${code}/undo`],
      ['POST', `/api/projects`, json({ name })],
      ['POST', `${project}/classes`, json({ name: `${name}/x` })],
      ['PATCH', `${project}/classes/Stop%20Sign`, json({ name: `${name}/x` })],
      ['POST', `${project}/clips/move`, json({ clips: [name], class: 'Stop Sign' })],
      ['POST', `${project}/clips/remove`, json({ clips: [name] })],
      ['POST', `${project}/clips/trim`, json({ clip: name, start: 0, end: 1 })],
      [
        'POST',
        `${project}/recordings/cut`,
        json({ recording: name, events: [{ class: 'x', start: 0, end: 1 }] }),
      ],
      ['PUT', `${project}/recordings/events`, json({ recording: name, events: [] })],
      ['POST', `${project}/jobs`, json({ kind: 'train', run: `${name}/x` })],
      ['POST', `${project}/jobs`, json({ kind: 'train', run: 'ok', initFrom: `${name}/x` })],
      ['POST', `${project}/jobs`, json({ kind: 'export', run: name, format: 'onnx' })],
      [
        'POST',
        `${project}/clips?class=${code}%2Fx`,
        { headers: { ...own(), 'content-type': 'video/mp4' }, body: 'x' },
      ],
      [
        'POST',
        `${project}/clips?class=ok&person=${code}-x`,
        { headers: { ...own(), 'content-type': 'video/mp4' }, body: 'x' },
      ],
    ];
    for (const [method, path, sent = { headers: own() }] of requests) {
      if (name.startsWith('x') && method === 'POST' && path === '/api/projects') continue;
      const { status, text } = await send(method, path, sent);
      expect(status, `${method} ${path}: ${text}`).toBeGreaterThanOrEqual(400);
      expect(status, `${method} ${path}: ${text}`).toBeLessThan(500);
      expect(text).not.toMatch(/the secret|root:/);
      expect(text).not.toMatch(/\n\s+at /);
    }
    expect(JSON.stringify(readdirSync(bench.folder).sort())).toBe(before);
  });

  test('links in runs are not followed', async () => {
    const project = `/api/projects/${bench.id}`;
    expect(
      (await send('GET', `${project}/runs/first/file?file=secret.onnx`, { headers: own() })).status,
    ).toBe(404);
    expect((await send('GET', `${project}/runs/out`, { headers: own() })).status).toBe(404);
  });
});

describe('bodies', () => {
  const path = () => `/api/projects/${bench.id}/clips/remove`;
  test.each<[string, string]>([
    ['nothing', ''],
    ['half of an object', '{"clips":'],
    ['a number', '1'],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['no clips', '{"clips":[]}'],
    ['too many clips', JSON.stringify({ clips: Array.from({ length: 20_001 }, (_, i) => `a/${i}`) })],
    ['a prototype', '{"__proto__":{"clips":["x"]}}'],
    ['megabytes', `{"clips":["${'x'.repeat(9 * 2 ** 20)}"]}`],
  ])('%s', async (_, body) => {
    const { status, text } = await send('POST', path(), {
      headers: { ...own(), 'content-type': 'application/json' },
      body,
    });
    expect([400, 413]).toContain(status);
    expect(JSON.parse(text).error.message).toMatch(/expected/);
  });

  test('an upload that says it is too large is refused before it is sent', async () => {
    const headers = { ...own(), 'content-type': 'video/mp4', 'content-length': String(2 ** 31) };
    const status = await new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: `/api/projects/${bench.id}/clips?class=ok`,
          headers,
        },
        (response) => {
          resolve(response.statusCode);
          sent.destroy();
        },
      );
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(status).toBe(413);
    expect(readFileSync(join(bench.project, 'project.json'), 'utf8')).toContain('kinora-project');
  });
});

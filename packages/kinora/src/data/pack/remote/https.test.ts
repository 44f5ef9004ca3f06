/**
 * A pack behind HTTPS whose certificate nobody but us has signed: read where NODE_EXTRA_CA_CERTS names the certificate,
 * refused with a reason where not. Node reads that variable when it starts, so that each case is a process.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder, writeTestClip } from '../../decode/fixtures.test.util.js';
import { packClips } from '../write/pack.js';
import type { WebServerSetup } from './web-server.test.worker.js';

const CLIPS = 6;
const program = fileURLToPath(new URL('./https.test.program.js', import.meta.url));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

let folder: ReturnType<typeof temporaryFolder>;
let server: Worker;
let address: string;

beforeAll(async () => {
  if (!hasOpenssl) return;
  folder = temporaryFolder();
  const items = Array.from({ length: CLIPS }, (_, i) => {
    const path = join(folder.path, 'clips', `${i}`);
    writeTestClip(path, 6, 30, 40, i);
    return { id: `${i}`, path, label: i % 2 };
  });
  const list = { labels: ['one', 'two'], items, dropped: 0 };
  const settings = { height: null, quality: 95, clipsPerShard: 3, workers: 1, maxBadFraction: 0 };
  const root = join(folder.path, 'web');
  await packClips(list, { out: root, name: 'train', shuffled: null, ...settings });
  server = new Worker(new URL('./web-server.test.worker.js', import.meta.url), {
    workerData: { root, tls: certificate() } satisfies WebServerSetup,
  });
  address = `https://localhost:${await new Promise((resolve) => server.once('message', resolve))}`;
});
afterAll(async () => {
  await server?.terminate();
  folder?.[Symbol.dispose]();
});

/** Of `localhost`, signed by itself. */
function certificate(): { key: string; cert: string } {
  const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

async function read(cache: string, env: Record<string, string>): Promise<unknown> {
  const args = [program, `${address}/good/train.index.jsonl`, join(folder.path, cache)];
  const { NODE_EXTRA_CA_CERTS: _, ...others } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...others, ...env } });
  return JSON.parse(stdout);
}

test.skipIf(!hasOpenssl)(
  'is read with the certificate, and refused with a reason without (needs openssl)',
  async () => {
    const trusting = { NODE_EXTRA_CA_CERTS: join(folder.path, 'cert.pem') };
    expect(await read('trusting', trusting)).toEqual({ seen: Array.from({ length: CLIPS }, (_, i) => i) });
    expect(await read('careful', {})).toMatchObject({
      code: 'stream/certificate',
      message: expect.stringMatching(/DEPTH_ZERO_SELF_SIGNED_CERT.*NODE_EXTRA_CA_CERTS/),
    });
  },
);

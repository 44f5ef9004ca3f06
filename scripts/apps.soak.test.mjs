// The examples of @kinora/recognizer as a reader would build them: the packed package and each framework from the registry, in
// projects of their own, opened in Chromium with a camera.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeY4m } from '../packages/recognizer/dist/camera.test.util.js';
import {
  chromiumPath,
  launch,
  needsChromium,
  openPage,
  serve,
} from '../packages/recognizer/dist/chromium.test.util.js';
import { exportTestModel, picture } from '../packages/recognizer/dist/model.test.util.js';
import { run } from '../packages/torch/install/index.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLES = join(ROOT, 'packages', 'recognizer', 'example');
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
/** With the versions that this was written with; a newer one of the same kind is what a reader gets. */
const FRAMEWORKS = [
  ...['vite@8', 'react@19', 'react-dom@19', '@types/react@19', '@types/react-dom@19', 'vue@3', 'svelte@5'],
  '@sveltejs/vite-plugin-svelte@7',
];
const CONFIG = {
  vite: '',
  react: '',
  vue: '',
  svelte: "import { svelte } from '@sveltejs/vite-plugin-svelte';",
};
const TYPES = [
  ...['--noEmit', '--strict', '--jsx', 'react-jsx', '--module', 'esnext', '--moduleResolution', 'bundler'],
  ...['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--skipLibCheck', '--types', 'react'],
];

/** @param {string} program @param {readonly string[]} args @param {string} cwd */
async function succeed(program, args, cwd) {
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
  const { code, stdout, stderr } = await run(program, args, { cwd, env });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

describe.skipIf(chromiumPath === undefined)(`an app${needsChromium}`, () => {
  const model = exportTestModel();
  const folder = mkdtempSync(join(tmpdir(), 'kinora-apps-'));
  /** @type {string[]} */
  const tarballs = [];
  /** @type {import('playwright-core').Browser} */
  let browser;

  beforeAll(async () => {
    for (const name of ['clip', 'recognizer'])
      await succeed('npm', ['pack', '--pack-destination', folder], join(ROOT, 'packages', name));
    tarballs.push(
      ...readdirSync(folder)
        .filter((name) => name.endsWith('.tgz'))
        .map((name) => join(folder, name)),
    );
    const film = join(model.folder, 'camera.y4m');
    const frames = Array.from({ length: 60 }, (_, t) => picture(120, 160, t / 4, 1));
    writeY4m(film, { height: 120, width: 160 }, 20, frames);
    browser = await launch(
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    );
  });
  afterAll(async () => {
    await browser?.close();
    model.remove();
    rmSync(folder, { recursive: true });
  });

  /** @param {string} name @param {readonly string[]} packages */
  async function project(name, packages) {
    const made = join(folder, name);
    mkdirSync(made);
    writeFileSync(join(made, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
    await succeed('npm', [...INSTALL, ...tarballs, ...packages], made);
    return made;
  }

  /** @param {string} address */
  async function recognises(address) {
    const { page, problems } = await openPage(browser, address);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByText('running: frames arrive').waitFor();
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
    await page.close();
  }

  describe('built by Vite', () => {
    /** @type {string} */
    let made;
    beforeAll(async () => {
      made = await project('vite', FRAMEWORKS);
    });

    test.each(Object.entries(CONFIG))('%s', async (name, imports) => {
      const app = join(made, name);
      cpSync(join(EXAMPLES, name), app, { recursive: true });
      mkdirSync(join(app, 'public'));
      cpSync(model.onnx, join(app, 'public', 'model.onnx'));
      const plugins = imports === '' ? '' : 'svelte()';
      writeFileSync(
        join(app, 'vite.config.js'),
        `${imports}\nexport default { plugins: [${plugins}], base: './', worker: { format: 'es' } };`,
      );
      const sources = readdirSync(app).filter((file) => /[.]tsx?$/.test(file));
      if (name !== 'svelte') await succeed(join(ROOT, 'node_modules/.bin/tsc'), [...TYPES, ...sources], app);
      await succeed(join(made, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn'], app);
      const server = await serve(join(app, 'dist'), false);
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      await recognises(`http://127.0.0.1:${port}/`);
      server.close().closeAllConnections();
    });
  });

  test('built by Next', async () => {
    const app = await project('next', [
      'next@16',
      'react@19',
      'react-dom@19',
      '@types/react@19',
      'typescript@6',
      '@types/node@20',
    ]);
    cpSync(join(EXAMPLES, 'next'), app, { recursive: true });
    cpSync(join(EXAMPLES, 'react', 'Gestures.tsx'), join(app, 'app', 'Gestures.tsx'));
    mkdirSync(join(app, 'public'));
    cpSync(model.onnx, join(app, 'public', 'model.onnx'));
    const next = join(app, 'node_modules', '.bin', 'next');
    await succeed(next, ['build'], app);
    const server = spawn(
      process.execPath,
      [join(app, 'node_modules/next/dist/bin/next'), 'start', '-p', '0', '-H', '127.0.0.1'],
      {
        cwd: app,
        env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      },
    );
    try {
      const address = await new Promise((resolve, reject) => {
        let printed = '';
        for (const stream of [server.stdout, server.stderr])
          stream.on('data', (text) => {
            printed += text;
            const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed);
            if (found && /Ready/.test(printed)) resolve(found[0]);
          });
        server.on('exit', () => reject(new Error(printed)));
      });
      await recognises(address);
    } finally {
      server.kill();
    }
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModelInfo } from '@kinora/recognizer';
import { build } from 'vite';
import { afterAll, describe, expect, test } from 'vitest';
import { withFigures } from './card.mjs';

const PACKAGE = fileURLToPath(new URL('../../packages/gestures', import.meta.url));
const read = (name) => readFileSync(join(PACKAGE, name), 'utf8');
const manifest = JSON.parse(read('package.json'));

describe('@kinora/gestures', () => {
  test('has every file that it exports and names', () => {
    const exported = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    for (const file of [...exported, ...Object.values(manifest.kinora)].filter((name) => !name.includes('*')))
      expect(existsSync(join(PACKAGE, file)), file).toBe(true);
  });

  test.each(['index', 'float16', 'int8', 'training'])(
    '%s gives addresses of files that are there',
    async (name) => {
      const { model } = await import(`../../packages/gestures/${name}.js`);
      for (const address of model instanceof URL ? [model] : Object.values(model))
        expect(statSync(fileURLToPath(address)).size).toBeGreaterThan(10_000);
    },
  );

  test('knows people as a mirror shows them, as its synthetic clips do', () => {
    const { spec } = readModelInfo(readFileSync(join(PACKAGE, 'dist', 'gestures.onnx')), 'gestures.onnx');
    expect(spec.mirrored).toBe(true);
  });

  test('takes at most 12 MB of a repository and of an installation', () => {
    const sizes = (folder) =>
      readdirSync(join(PACKAGE, folder)).map((name) => statSync(join(PACKAGE, folder, name)).size);
    const sum = (all) => all.reduce((a, b) => a + b, 0);
    expect(sum(sizes('model'))).toBeLessThan(4e6);
    expect(sum([...sizes('model'), ...sizes('dist')])).toBeLessThan(12e6);
  });

  test('has smaller variants', () => {
    const size = (name) => statSync(join(PACKAGE, 'dist', `gestures${name}.onnx`)).size;
    expect(size('.float16') / size('')).toBeLessThan(0.55);
    expect(size('.int8') / size('')).toBeLessThan(0.3);
  });

  test('has a model card with the figures of its card.json', () => {
    expect(withFigures(read('README.md'), JSON.parse(read('model/card.json')))).toBe(read('README.md'));
  });
});

describe('a page', () => {
  const folder = mkdtempSync(join(fileURLToPath(new URL('../../.cache', import.meta.url)), 'gestures-page-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('gets the file from its bundler, and only the one that it imports', async () => {
    writeFileSync(join(folder, 'index.html'), '<script type="module" src="./page.js"></script>');
    writeFileSync(
      join(folder, 'page.js'),
      "import { model } from '@kinora/gestures/int8';\ndocument.title = model.href;\n",
    );
    await build({ root: folder, logLevel: 'silent', configFile: false, build: { outDir: 'site' } });
    const assets = readdirSync(join(folder, 'site', 'assets'));
    const models = assets.filter((name) => name.endsWith('.onnx'));
    expect(models).toEqual([expect.stringMatching(/^gestures\.int8-.*\.onnx$/)]);
    const built = readFileSync(join(folder, 'site', 'assets', models[0]));
    expect(built.equals(readFileSync(join(PACKAGE, 'dist', 'gestures.int8.onnx')))).toBe(true);
    const script = assets.find((name) => name.endsWith('.js'));
    expect(readFileSync(join(folder, 'site', 'assets', script), 'utf8')).toContain(models[0]);
  });
});

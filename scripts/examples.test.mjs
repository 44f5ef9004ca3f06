// Runs the programs of examples/ as a reader would: in order, in one folder, each finding what those before it have
// written. `tsc -b` checks their types.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../packages/torch/install/index.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLES = join(ROOT, 'examples');
const programs = readdirSync(EXAMPLES)
  .filter((name) => /^\d\d-.*\.ts$/.test(name))
  .sort();

/**
 * What a program prints, or where not all of it is fixed, what it must look like.
 * @type {Record<string, RegExp>}
 */
const PRINTS = {
  '00-clips-to-try.ts': /^$/,
  '01-train-on-a-folder.ts':
    /ConvColumnSmall on cpu: 12 training clips, 6 validation clips, 3 steps an epoch\n(epoch \d: train .*\n){2}runs\/gestures: best validation top-1 [\d.]+\n$/,
  '02-fine-tune.ts': /^runs\/mine: best validation top-1 [\d.]+\n$/,
  '03-predict-a-file.ts': /^((Swiping Left|Swiping Right|Stop Sign) 0\.\d{3}\n){3}$/,
  '04-evaluate.ts':
    /^top-1 [\d.]+, loss [\d.]+, 6 clips\n(wrong: .+\/\d, which is .+\n){0,3}open runs\/gestures\/report\/index\.html\n$/,
  '05-export.ts': /^(runs\/gestures\/gestures\.(onnx|pt|safetensors): [\d.]+ MB\n){3}$/,
  '06-recognize-a-stream.ts': /^(([\d.]+ s \{ label: '.+', score: [\d.]+ \}|started .+|ended .+)\n){2,}$/,
  '07-add-a-network.ts': /^best validation top-1 [\d.]+\n$/,
  '08-add-an-augmentation.ts': /^best validation top-1 [\d.]+\n$/,
  '09-read-metrics.ts':
    /^(epoch \d: loss [\d.]+, validation [\d.]+, top-1 [\d.]+\n){2}(step \d: loss [\d.]+, learning rate [\d.]+\n){3}$/,
  '10-collect-features.ts': /^(Thumb (Up|Down)\/\d is like Thumb (Up|Down)\/\d: Thumb (Up|Down)\n){4}$/,
};

/** @type {string} */
let folder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinora-examples-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(programs)('%s', async (name) => {
  const { code } = await transform(readFileSync(join(EXAMPLES, name), 'utf8'), { loader: 'ts' });
  const program = join(folder, name.replace('.ts', '.mjs'));
  writeFileSync(program, code);
  const outcome = await run(process.execPath, [program], { cwd: folder });
  expect(outcome).toMatchObject({ code: 0 });
  expect(outcome.stdout).toMatch(PRINTS[name] ?? /(?!)/);
});

test('they leave runs, a report and exported models', () => {
  const runs = join(folder, 'runs');
  expect(readdirSync(runs).sort()).toEqual(['gestures', 'grey', 'mine', 'two-layers']);
  for (const file of ['report/index.html', 'gestures.onnx', 'gestures.pt', 'gestures.safetensors'])
    expect(existsSync(join(runs, 'gestures', file))).toBe(true);
});

test('the README lists each of them', () => {
  const readme = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
  expect([...readme.matchAll(/\[`?(\d\d-[\w-]+\.ts)`?\]/g)].map(([, name]) => name)).toEqual(programs);
});

test('each is short and opens with a line that says what it does', () => {
  for (const name of programs) {
    const lines = readFileSync(join(EXAMPLES, name), 'utf8').trimEnd().split('\n');
    expect([name, lines.length <= 30, lines[0]]).toEqual([
      name,
      true,
      expect.stringMatching(/^\/\/ [A-Z].*\.$/),
    ]);
  }
});

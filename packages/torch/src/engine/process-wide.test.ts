import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  version: string;
};
const singleFiles = join(packageFolder, 'dist', 'index.js');
const bundle = join(packageFolder, 'dist', 'entry', 'index.js');
const root = mkdtempSync(join(tmpdir(), 'kinora-copies-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A second installation of the package, as npm makes one below a package that depends on another version. */
function installed(version: string): string {
  const folder = join(root, version, 'node_modules', '@kinora', 'torch');
  mkdirSync(folder, { recursive: true });
  cpSync(join(packageFolder, 'dist'), join(folder, 'dist'), { recursive: true });
  symlinkSync(join(packageFolder, 'build'), join(folder, 'build'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: '@kinora/torch', type: 'module', version }),
  );
  return folder;
}

/** What a program prints that imports two copies as `a` and `b`. */
function run(first: string, second: string, code: string): unknown {
  const load = (file: string) => `await import(${JSON.stringify(pathToFileURL(file).href)})`;
  const program = `const a = ${load(first)}; const b = ${load(second)}; ${code}`;
  const args = ['--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const PROGRAM = `
  const live = () => [a.memoryStats().liveTensors, b.memoryStats().liveTensors];
  const caught = (run) => { try { run(); } catch (error) { return error; } };
  const freed = {};
  a.scope(() => { b.ops.ones([1 << 20]).add(1); freed.inside = live(); });
  freed.after = live();
  b.scope(() => { a.ops.ones([1 << 20]).add(1); freed.inside2 = live(); });
  freed.after2 = live();
  const error = caught(() => b.ops.zeros([2]).view([3]));
  const network = new a.nn.Sequential(new b.nn.Conv3d(1, 2, 1), new a.nn.BatchNorm3d(2), new b.nn.ReLU());
  const unlike = caught(() => network.call(b.ops.ones([1, 2, 1, 1, 1])));
  console.log(JSON.stringify({
    freed,
    errors: [error instanceof a.KinoraError, error instanceof b.KinoraError, new Error() instanceof a.KinoraError],
    tensors: [a.tensor([1]) instanceof b.Tensor, a.Tensor === b.Tensor, a.Generator === b.Generator],
    mixed: b.ops.add(a.tensor([1, 2]), b.tensor([3, 4])).toArray(),
    recordsGradients: a.noGrad(() => b.isGradEnabled()),
    traced: a.trace(() => b.ops.add(b.tensor([1]), 1)).calls.map(({ operator }) => operator),
    state: [...network.stateDict().keys()],
    unlike: unlike.message,
  }));`;

const shared = {
  freed: { inside: [2, 2], after: [0, 0], inside2: [2, 2], after2: [0, 0] },
  errors: [true, true, false],
  tensors: [true, true, true],
  mixed: [4, 6],
  recordsGradients: false,
  traced: ['aten::add'],
  state: [
    ...['0.weight', '0.bias', '1.weight', '1.bias'],
    ...['1.running_mean', '1.running_var', '1.num_batches_tracked'],
  ],
  unlike: expect.stringMatching(/^0 \(Conv3d\): expected .*1.*received/),
};

describe('two copies in one process', () => {
  test.each([
    ['the bundle and single files', bundle, singleFiles],
    ['single files and the bundle', singleFiles, bundle],
    ['two installations of one version', bundle, join(installed(version), 'dist', 'entry', 'index.js')],
  ])('have one scope stack, one class of each kind, one set of modes: %s', (_, first, second) => {
    expect(run(first, second, PROGRAM)).toEqual(shared);
  });

  test('of two versions, the second is refused', () => {
    const second = installed('0.0.1-older');
    const file = pathToFileURL(join(second, 'dist', 'entry', 'index.js')).href;
    const refusal = run(
      bundle,
      bundle,
      `const error = await import('${file}').catch((error) => error);
      console.log(JSON.stringify([error instanceof a.KinoraError, error.code, error.message]));`,
    );
    expect(refusal).toEqual([true, 'torch/two-versions', expect.any(String)]);
    const [, , message] = refusal as [boolean, string, string];
    for (const part of [version, packageFolder, '0.0.1-older', second]) expect(message).toContain(part);
  });
});

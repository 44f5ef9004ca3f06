import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { ops, tensor, threads } from '../index.js';
import { liveTensors } from './engine.test.util.js';

const start = (task: string, handle?: number): Worker =>
  new Worker(new URL('./native.test.worker.js', import.meta.url), { workerData: { task, handle } });

async function answer(task: string, handle?: number): Promise<unknown> {
  const worker = start(task, handle);
  // Both at once: a worker that ends delivers its last message and its exit in one go.
  const [[message], [code]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  expect(code).toBe(0);
  return message;
}

describe('worker threads', () => {
  test('have tensors and gradients of their own', async () => {
    const before = liveTensors();
    expect(await answer('compute')).toEqual({ gradient: [2, 4], live: expect.any(Number) });
    expect(liveTensors()).toBe(before);
  });

  test('a handle of another thread is stale there', async () => {
    const x = tensor([1]);
    expect(await answer('use a handle', x.handle)).toBe('torch/engine');
    expect(x.item()).toBe(1);
  });

  test('several at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => answer('compute')));
    expect(all.map((one) => (one as { gradient: number[] }).gradient)).toEqual(Array(4).fill([2, 4]));
  });

  test('can be ended in the middle of an operator', async () => {
    for (let i = 0; i < 3; i++) {
      const worker = start('work on and on');
      await once(worker, 'message');
      await worker.terminate();
    }
    expect(ops.ones([3]).sum().item()).toBe(3);
  });

  test('can end with tensors that nobody disposed', async () => {
    expect(await answer('leave tensors behind')).toBeGreaterThanOrEqual(1000);
  });

  test('leave the number of threads as the main thread has set it', async () => {
    const before = threads.get();
    threads.set(before + 1);
    await answer('compute');
    expect(threads.get()).toBe(before + 1);
    threads.set(before);
  });

  test('share the default generator with the process', async () => {
    const state = await answer('seed');
    const { getRngState } = await import('../tensor/random.js');
    expect(Buffer.from(getRngState()).toString('hex')).toBe(state);
  });
});

describe('the end of the process', () => {
  const index = new URL('../index.js', import.meta.url).href;
  const run = (code: string) =>
    spawnSync(
      process.execPath,
      ['--input-type=module', '-e', `import { ops, scope, tensor } from '${index}';${code}`],
      { encoding: 'utf8' },
    );

  test.each([
    ['with living tensors and graphs', 'globalThis.x = ops.ones([3]).requires_grad_().mul(2);', 0],
    ['by exit() inside a scope', 'scope(() => { tensor([1]).add(1); process.exit(3); });', 3],
    ['in inference mode', "import('INDEX').then((t) => t.inferenceMode(() => process.exit(4)));", 4],
    ['by a signal', "ops.ones([10]); process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9e3);", null],
  ])('%s', (_, code, status) => {
    const result = run(code.replace('INDEX', index));
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status, stderr: '' });
  });

  test('with an uncaught error from libtorch, which is printed with its cause', () => {
    const { status, stderr } = run('ops.zeros([2]).view([3]);');
    expect(status).toBe(1);
    expect(stderr).toContain('KinoraError: aten::view(float32[2], [3])');
    expect(stderr).toContain("shape '[3]' is invalid for input of size 2");
  });
});

describe('loading', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-native-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const own = fileURLToPath(new URL('../..', import.meta.url));
  for (const part of ['dist', 'install', 'native', 'package.json'])
    cpSync(join(own, part), join(folder, part), { recursive: true });
  const { version } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as { version: string };
  const scope = join(folder, 'node_modules', '@kinora');
  const target = `${process.platform}-${process.arch}`;

  /** What a new process says that loads the engine of `folder`: this one has one already. */
  function load(env: NodeJS.ProcessEnv = {}): string {
    const file = pathToFileURL(join(folder, 'dist', 'engine', 'native.js')).href;
    const program = `import { native } from '${file}'; try { native(); } catch (error) { console.log(error.message); }`;
    const args = ['--input-type=module', '-e', program];
    const clean = { ...process.env, LIBTORCH: '', ...env };
    return spawnSync(process.execPath, args, { encoding: 'utf8', env: clean }).stdout.trimEnd();
  }

  test('before the engine is built: what to run', () => {
    expect(load()).toMatch(
      /current\.json: expected the engine, .* received no such file; run `npx kinora-torch setup`$/,
    );
  });

  test('LIBTORCH counts only once the engine is built for it', () => {
    expect(load({ LIBTORCH: '/elsewhere' })).toMatch(
      /LIBTORCH is \/elsewhere, .* run `npx kinora-torch setup`$/,
    );
  });

  test('a prebuilt engine of another version: which fits', () => {
    const engine = join(scope, `engine-${target}`);
    mkdirSync(engine, { recursive: true });
    writeFileSync(join(engine, 'package.json'), '{"version": "0.0.1", "kinora": {}}');
    expect(load()).toMatch(
      new RegExp(`expected @kinora/engine-${target} ${version}, .*, received 0\\.0\\.1; npm install`),
    );
  });

  test('a prebuilt engine, with what it loads before it', () => {
    const manifest = (facts: object) => JSON.stringify({ version, dependencies: needs, kinora: facts });
    const needs = { [`@kinora/libtorch-${target}`]: version };
    const library = join(scope, `libtorch-${target}`);
    mkdirSync(library);
    writeFileSync(join(library, 'libtorch_cpu'), '');
    writeFileSync(join(library, 'load.js'), "console.log('libtorch');");
    writeFileSync(
      join(library, 'package.json'),
      manifest({ loader: 'load.js', lib: '.', library: 'libtorch_cpu', libtorch: {} }),
    );
    writeFileSync(join(scope, `engine-${target}`, 'broken.node'), 'not a library');
    const install = (sources: string | undefined) =>
      writeFileSync(
        join(scope, `engine-${target}`, 'package.json'),
        manifest({ addon: 'broken.node', sources }),
      );
    install('others');
    const own = /C\+\+ sources of .* \((\w{16})\), received one of other sources \(others\)/.exec(
      load(),
    )?.[1];
    expect(own).toBeDefined();
    install(own);
    expect(load()).toMatch(
      /^libtorch\n.*broken\.node: expected the engine to load, .*; the prebuilt engine does not fit this system: run `npx kinora-torch setup`/,
    );
  });

  test('an addon that does not load: why, and what to run', () => {
    mkdirSync(join(folder, 'build'));
    writeFileSync(join(folder, 'build', 'current.json'), '{"addon": "broken.node"}');
    writeFileSync(join(folder, 'build', 'broken.node'), 'not a library');
    expect(load()).toMatch(
      /broken\.node: expected the engine to load, received .*(header|short|not a).*; libtorch may have moved/,
    );
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fabricateLibtorch, failureOf, temporaryFolder, write } from './fabricate.test.util.mjs';
import { libraryName } from './libtorch.mjs';
import { findLibtorch, wouldFindTheSame } from './search.mjs';

const python = spawnSync('python3', ['-c', '']).status === 0;
const withPython = test.skipIf(!python);
const noPython = { PATH: '/nowhere' };

/**
 * A torch package that this machine's real python3 would import.
 * @param {import('./fabricate.test.util.mjs').Wishes} wishes
 */
function pythonWithTorch(wishes) {
  const site = temporaryFolder();
  const torch = fabricateLibtorch(join(site, 'torch'), wishes);
  write(join(torch, '__init__.py'), 'raise ImportError("the search must not import torch")\n');
  return { torch, env: { ...process.env, LIBTORCH: '', PYTHONPATH: site } };
}

describe('findLibtorch', () => {
  withPython('takes LIBTORCH before anything else', async () => {
    const named = fabricateLibtorch(temporaryFolder());
    const { env } = pythonWithTorch({});
    const { libtorch } = await findLibtorch({ ...env, LIBTORCH: named }, []);
    expect(libtorch).toMatchObject({ path: named, foundBy: 'LIBTORCH' });
  });

  withPython("takes python3's torch, without importing it, before the system's", async () => {
    const { torch, env } = pythonWithTorch({ version: '2.5.0' });
    const { libtorch } = await findLibtorch(env, [fabricateLibtorch(temporaryFolder())]);
    expect(libtorch).toMatchObject({ path: torch, foundBy: 'python3', version: '2.5.0' });
  });

  withPython('passes over what cannot be used, and keeps the reason', async () => {
    const { torch, env } = pythonWithTorch({ version: '1.4.0' });
    const system = fabricateLibtorch(temporaryFolder());
    const { libtorch, passedOver } = await findLibtorch(env, [temporaryFolder(), system]);
    expect(libtorch).toMatchObject({ path: system, foundBy: 'system' });
    expect(passedOver[0]).toMatchObject({ path: torch, reason: expect.stringContaining('received 1.4.0') });
  });

  withPython('does not take a folder named torch for the package', async () => {
    const site = temporaryFolder();
    fabricateLibtorch(join(site, 'torch')); // no __init__.py
    const { libtorch } = await findLibtorch({ ...process.env, LIBTORCH: '', PYTHONPATH: site }, []);
    expect(libtorch?.path).not.toBe(join(site, 'torch'));
  });

  test('a defect of what LIBTORCH names is an error, not a reason to look elsewhere', async () => {
    const named = fabricateLibtorch(temporaryFolder(), { version: '1.9.0' });
    const error = await failureOf(() => findLibtorch({ ...noPython, LIBTORCH: named }, []));
    expect(error.code).toBe('setup/libtorch-too-old');
    expect(error.message).toMatch(/this path stands in the environment variable LIBTORCH$/);
  });

  test('sees through links, so that one libtorch found in two ways is one libtorch', async () => {
    const real = fabricateLibtorch(temporaryFolder());
    const linked = temporaryFolder();
    mkdirSync(join(linked, 'lib'));
    symlinkSync(join(real, 'include'), join(linked, 'include'));
    symlinkSync(join(real, 'lib', libraryName('torch_cpu')), join(linked, 'lib', libraryName('torch_cpu')));
    const { libtorch } = await findLibtorch({ ...noPython, LIBTORCH: linked }, []);
    expect(libtorch).toMatchObject({
      lib: realpathSync(join(real, 'lib')),
      include: realpathSync(join(real, 'include')),
    });
  });
});

describe('wouldFindTheSame', () => {
  test('notices another LIBTORCH', async () => {
    const named = fabricateLibtorch(temporaryFolder());
    const { trace } = await findLibtorch({ LIBTORCH: named }, []);
    expect(wouldFindTheSame(trace, { LIBTORCH: named })).toBe(true);
    expect(wouldFindTheSame(trace, { LIBTORCH: '/elsewhere' })).toBe(false);
    expect(wouldFindTheSame(trace, {})).toBe(false);
  });

  withPython('notices a torch that has been installed since', async () => {
    const system = fabricateLibtorch(temporaryFolder());
    const site = join(temporaryFolder(), 'site-packages');
    mkdirSync(site);
    const env = { ...process.env, LIBTORCH: '', PYTHONPATH: site };
    const { trace } = await findLibtorch(env, [system]);
    expect(wouldFindTheSame(trace, env)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 5)); // times of files are kept in milliseconds
    mkdirSync(join(site, 'torch'));
    expect(wouldFindTheSame(trace, env)).toBe(false);
  });
});

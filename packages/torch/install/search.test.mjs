import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  fabricateHome,
  fabricateLibtorch,
  fabricatePackages,
  failureOf,
  temporaryFolder,
  write,
} from './fabricate.test.util.mjs';
import { libraryName } from './libtorch.mjs';
import { findLibtorch, wouldFindTheSame } from './search.mjs';

const python = spawnSync('python3', ['-c', '']).status === 0;
const withPython = test.skipIf(!python);
const noPython = { PATH: '/nowhere' };

/** No compiler, and no torch: Debian's own interpreter is asked whatever the PATH is, and finds an empty package. */
function withoutTorch() {
  const site = temporaryFolder();
  write(join(site, 'torch', '__init__.py'), '');
  return { PATH: '/nowhere', CXX: '/nowhere/g++', PYTHONPATH: site };
}

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

describe('the package for this platform', () => {
  const bare = withoutTorch();

  test('comes before the system', async () => {
    const home = fabricatePackages(fabricateHome());
    const { libtorch, packaged } = await findLibtorch(bare, [fabricateLibtorch(temporaryFolder())], home);
    expect(libtorch).toMatchObject({ foundBy: 'package', version: '2.13.0', cuda: false, gloo: true });
    expect(packaged?.addon).toMatch(/kinora_torch\.node$/);
    expect((await findLibtorch(bare, [], fabricateHome())).packaged).toBeNull();
  });

  withPython("comes after python3's torch, which may have CUDA", async () => {
    const { torch, env } = pythonWithTorch({ cudart: 'libcudart.so.12' });
    const { libtorch, packaged } = await findLibtorch(
      { ...env, CXX: 'true' },
      [],
      fabricatePackages(fabricateHome()),
    );
    expect(libtorch).toMatchObject({ path: torch, foundBy: 'python3' });
    expect(packaged).toBeNull();
  });

  withPython("comes before python3's torch where there is no compiler to use that", async () => {
    const { torch, env } = pythonWithTorch({});
    const home = fabricatePackages(fabricateHome());
    const none = { ...env, CXX: '/nowhere/g++' };
    const { libtorch, passedOver, trace } = await findLibtorch(none, [], home);
    expect(libtorch?.foundBy).toBe('package');
    expect(passedOver).toContainEqual({
      path: torch,
      reason: expect.stringContaining('expected a C++ compiler'),
    });
    expect(wouldFindTheSame(trace, none, home)).toBe(true);
    const folder = temporaryFolder();
    write(join(folder, 'g++'), ''); // a compiler that has been installed since
    expect(wouldFindTheSame(trace, { ...none, CXX: '', PATH: `${none.PATH}:${folder}` }, home)).toBe(false);
  });

  test('of another version is passed over, and the reason kept', async () => {
    const home = fabricatePackages(fabricateHome(), { version: '0.0.9' });
    const system = fabricateLibtorch(temporaryFolder());
    const { libtorch, passedOver } = await findLibtorch(bare, [system], home);
    expect(libtorch).toMatchObject({ path: system, foundBy: 'system' });
    expect(passedOver.at(-1)?.reason).toMatch(/expected @kinora\/engine-.* 1\.2\.3, .*, received 0\.0\.9;/);
  });

  test('changes what a search would find when it is installed, and when it is another', async () => {
    const home = fabricateHome();
    const { trace } = await findLibtorch(bare, [], home);
    expect(wouldFindTheSame(trace, bare, home)).toBe(true);
    fabricatePackages(home);
    expect(wouldFindTheSame(trace, bare, home)).toBe(false);
    const again = await findLibtorch(bare, [], home);
    expect(wouldFindTheSame(again.trace, bare, home)).toBe(true);
    fabricatePackages(home, { sha256: 'b' });
    expect(wouldFindTheSame(again.trace, bare, home)).toBe(false);
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

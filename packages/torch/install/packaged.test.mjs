import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fabricateHome, fabricatePackages, failureOf, write } from './fabricate.test.util.mjs';
import { findPackaged, packageNames, wayToThePackage } from './packaged.mjs';

const { engine, libtorch } = packageNames();

describe('findPackaged', () => {
  test('finds both packages, side by side', () => {
    const home = fabricatePackages(fabricateHome());
    const modules = join(home, '..', '..');
    expect(findPackaged(home)).toMatchObject({
      name: engine,
      libtorchName: libtorch,
      addon: join(modules, engine, 'kinora_torch.node'),
      loader: join(modules, libtorch, 'load.node'),
      hash: 'a',
      libtorch: {
        path: join(modules, libtorch),
        lib: join(modules, libtorch, 'lib'),
        gloo: true,
        cuda: false,
      },
    });
  });

  test('finds libtorch inside the engine, where npm nests it', () => {
    const home = fabricatePackages(fabricateHome(), { libtorchVersion: null });
    const nested = join(home, '..', '..', engine, 'node_modules', libtorch);
    const other = fabricatePackages(fabricateHome());
    const { path } = findPackaged(other)?.libtorch ?? { path: '' };
    cpSync(path, nested, { recursive: true });
    expect(findPackaged(home)?.loader).toBe(join(nested, 'load.node'));
  });

  test('none is no error', () => {
    expect(findPackaged(fabricateHome())).toBeNull();
  });

  test('one of another version: which fits, and how to get it', async () => {
    const home = fabricatePackages(fabricateHome(), { version: '1.2.4' });
    const error = await failureOf(() => findPackaged(home));
    expect(error.code).toBe('setup/engine-version');
    expect(error.message).toContain(
      `expected ${engine} 1.2.3, the version of @kinora/torch, received 1.2.4; npm install @kinora/torch@1.2.3 ${engine}@1.2.3`,
    );
  });

  test('one compiled from other sources: what to run', async () => {
    const home = fabricatePackages(fabricateHome());
    write(join(home, 'native', 'module.cc'), 'int answer(); // changed\n');
    const error = await failureOf(() => findPackaged(home));
    expect(error.code).toBe('setup/engine-sources');
    expect(error.message).toMatch(
      /expected an addon compiled from the C\+\+ sources of .*, received one of other sources .*; compile .*kinora-torch setup/,
    );
  });

  test('without libtorch, or with another: which package is missing', async () => {
    const home = fabricatePackages(fabricateHome(), { libtorchVersion: '2.12.0' });
    expect((await failureOf(() => findPackaged(home))).message).toContain(
      `expected ${libtorch} 2.13.0, which the addon is compiled for, received 2.12.0; npm install ${libtorch}@2.13.0`,
    );
    rmSync(join(home, '..', '..', libtorch), { recursive: true });
    const error = await failureOf(() => findPackaged(home));
    expect(error.code).toBe('setup/engine-without-libtorch');
    expect(error.message).toContain(`received no such package; npm install ${libtorch}@2.13.0`);
  });
});

test('the package that npm has left out is named, and only where @kinora/torch asks for one', () => {
  expect(wayToThePackage(fabricateHome())).toBeUndefined();
  const asking = fabricateHome({ optionalDependencies: { [engine]: '1.2.3' } });
  expect(wayToThePackage(asking)).toBe(`npm install --include=optional (installs ${engine} 1.2.3)`);
});

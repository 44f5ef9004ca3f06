// What npm would install, against what was decided on: licences, install scripts, checksums, and the reason of each
// dependency of the packages that users install. A change of package-lock.json that adds to them fails here first.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
/** @param {string} path */
const json = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

const decided = json('scripts/supply-chain.json');
/** @type {{ name: string, license?: string, integrity?: string, resolved?: string, hasInstallScript?: boolean }[]} */
const installed = Object.entries(json('package-lock.json').packages)
  .filter(([path, { link }]) => path.includes('node_modules/') && !link)
  .map(([path, entry]) => ({ name: path.split('node_modules/').at(-1), ...entry }));
const manifests = readdirSync(new URL('packages/', root)).map((name) =>
  json(`packages/${name}/package.json`),
);

/** @param {Iterable<string>} names */
const sorted = (names) => [...new Set(names)].sort();

describe('every package that npm would install', () => {
  test('there are some', () => {
    expect(installed.length).toBeGreaterThan(100);
  });

  test('has a licence that was decided on, and none is listed for nothing', () => {
    const licences = installed.flatMap(({ license }) => license ?? []);
    expect(sorted(licences)).toEqual(sorted(Object.keys(decided.licences)));
    const without = installed.filter(({ license }) => license === undefined).map(({ name }) => name);
    expect(sorted(without)).toEqual(sorted(Object.keys(decided.withoutLicence)));
  });

  test('runs a script at its installation only if that was decided on', () => {
    const scripts = installed.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    expect(sorted(scripts)).toEqual(sorted(Object.keys(decided.installScripts)));
  });

  test('has a checksum, and comes from no address of its own', () => {
    for (const { name, integrity, resolved = '' } of installed) {
      expect(integrity, name).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      expect(resolved, name).not.toMatch(/^(git|file|ssh|http:)/);
    }
  });
});

test('every dependency of the packages that users install has a reason', () => {
  const names = manifests
    .flatMap(({ dependencies = {}, optionalDependencies = {} }) => [dependencies, optionalDependencies])
    .flatMap(Object.keys)
    .filter((name) => !name.startsWith('@kinora/'));
  expect(sorted(names)).toEqual(sorted(Object.keys(decided.dependencies)));
  for (const reasons of Object.values(decided))
    for (const [name, reason] of Object.entries(reasons)) expect(reason, name).toMatch(/\w{3}/);
});

test('none of our own packages runs a script at its installation, and node-av is optional', () => {
  for (const { name, scripts = {}, dependencies = {} } of manifests) {
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts[script], `${name}, ${script}`).toBeUndefined();
    expect(Object.keys(dependencies), name).not.toContain('node-av');
  }
});

test('THIRD_PARTY.md names every dependency that users install', () => {
  const terms = readFileSync(new URL('THIRD_PARTY.md', root), 'utf8').toLowerCase();
  for (const name of Object.keys(decided.dependencies)) expect(terms, name).toContain(name.toLowerCase());
});

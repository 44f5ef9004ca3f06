/**
 * The real apt, pointed by APT_CONFIG at fabricated package lists and away from the system's state: what it
 * answers when no mirror can be reached, when all it has is too old, when libtorch is more than the disk
 * holds.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { installLibtorch, PACKAGES } from './apt.mjs';
import { failureOf, temporaryFolder, write } from './fabricate.test.util.mjs';
import { silent } from './say.mjs';

const withApt = describe.skipIf(!existsSync('/usr/bin/apt-get'));

afterEach(() => vi.unstubAllEnvs());

/** @param {string} sources the contents of sources.list */
function useSources(sources) {
  const root = temporaryFolder();
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'etc/preferences.d'])
    write(join(root, folder, '.keep'), '');
  write(join(root, 'state/status'), '');
  write(join(root, 'etc/sources.list'), `${sources}\n`);
  write(
    join(root, 'apt.conf'),
    `Dir::State "${root}/state"; Dir::State::status "${root}/state/status"; Dir::Cache "${root}/cache";
     Dir::Etc "${root}/etc"; Dir::Etc::sourceparts "-"; Acquire::Retries "0"; APT::Sandbox::User "root"; Acquire::Languages "none";`,
  );
  vi.stubEnv('APT_CONFIG', join(root, 'apt.conf'));
}

/**
 * A package archive in a folder.
 * @param {string} version
 * @param {{ size?: number }} [facts] size on disk in kB
 */
function repository(version, { size = 10 } = {}) {
  const folder = temporaryFolder();
  const packages = PACKAGES.map(
    (name) => `Package: ${name}
Version: ${version}
Architecture: all
Maintainer: none <none@example.org>
Description: fabricated
Installed-Size: ${size}
Filename: ./${name}.deb
Size: 1000
SHA256: ${'0'.repeat(64)}
`,
  );
  write(join(folder, 'Packages'), packages.join('\n'));
  return `deb [trusted=yes] file:${folder} ./`;
}

withApt('installLibtorch', () => {
  test('no network: one message, nothing installed', async () => {
    useSources('deb http://127.0.0.1:9/debian bookworm main');
    const error = await failureOf(() => installLibtorch(silent, []));
    expect(error.code).toBe('setup/no-network');
    expect(error.message).toContain('expected a package mirror that answers');
    expect(error.message).toContain('nothing has been installed');
  });

  test('a release whose libtorch is too old', async () => {
    useSources(repository('1.8.1-5'));
    const error = await failureOf(() => installLibtorch(silent, []));
    expect(error.code).toBe('setup/libtorch-too-old');
    expect(error.message).toContain('expected libtorch 1.13 or newer, received 1.8.1-5');
  });

  test('less room than apt says it needs', async () => {
    useSources(repository('2.6.0-1', { size: 4e9 }));
    const error = await failureOf(() => installLibtorch(silent, []));
    expect(error.code).toBe('setup/disk-full');
    expect(error.message).toMatch(/room for libtorch \([\d.,]+ k?B to download, [\d.,]+ [GT]B on disk\)/);
  });

  test('a download that fails says so before anything is unpacked', async () => {
    useSources(repository('2.6.0-1'));
    /** @type {string[]} */
    const lines = [];
    const error = await failureOf(() => installLibtorch({ ...silent, line: (text) => lines.push(text) }, []));
    expect(lines[0]).toMatch(
      /^Installing libtorch-dev, libopenblas-dev: [\d.,]+ k?B to download, .* on disk\.$/,
    );
    expect(error.code).toBe('setup/no-network');
  });
});

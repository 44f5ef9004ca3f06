/**
 * Builds small addons with the real compiler against the real libtorch: what is built when, and what a
 * failure leaves.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ensureAddon, isUpToDate, readCurrent } from './addon.mjs';
import {
  fabricateHome,
  fabricatePackages,
  failureOf,
  temporaryFolder,
  write,
} from './fabricate.test.util.mjs';
import { inspect } from './inspect.mjs';
import { packageNames } from './packaged.mjs';
import { silent } from './say.mjs';
import { findLibtorch } from './search.mjs';

const { libtorch } = await findLibtorch();
const compiler = spawnSync(process.env.CXX ?? 'g++', ['--version']).status === 0;
const withTools = describe.skipIf(libtorch === null || !compiler);

const MODULE = `#include <node_api.h>
#include "answer.h"
NAPI_MODULE_INIT() {
  napi_value value;
  napi_create_int32(env, answer(), &value);
  napi_set_named_property(env, exports, "answer", value);
  return exports;
}
`;

afterEach(() => vi.unstubAllEnvs());

function smallProject() {
  const folder = temporaryFolder();
  const layout = { native: join(folder, 'native'), build: join(folder, 'build') };
  write(join(layout.native, 'module.cc'), MODULE);
  write(join(layout.native, 'answer.h'), 'int answer();\n');
  setAnswer(layout, '42');
  return layout;
}

/** @param {import('./addon.mjs').Layout} layout @param {string} expression */
function setAnswer(layout, expression) {
  write(join(layout.native, 'answer.cc'), `#include "answer.h"\nint answer() { return ${expression}; }\n`);
}

/** @param {import('./addon.mjs').Layout} layout @param {import('./addon.mjs').Current} current */
function answerOf(layout, current) {
  return createRequire(import.meta.url)(join(layout.build, current.addon)).answer;
}

/** @param {import('./addon.mjs').Layout} layout */
function objectsOf(layout) {
  return readdirSync(join(layout.build, 'objects')).sort();
}

/** Neither a temporary folder nor a lock. @param {import('./addon.mjs').Layout} layout */
function remnants({ build }) {
  return existsSync(build)
    ? readdirSync(build).filter((name) => name.startsWith('tmp-') || name === 'lock')
    : [];
}

withTools('ensureAddon', () => {
  test('builds, loads, and does nothing the second time', async () => {
    const layout = smallProject();
    const log = join(layout.native, '..', 'compiled.log');
    vi.stubEnv('CXX', slowCompiler(log, 0));
    const current = await ensureAddon(silent, layout);
    expect(answerOf(layout, current)).toBe(42);
    expect(remnants(layout)).toEqual([]);
    const compiled = readFileSync(log, 'utf8');
    expect(await ensureAddon(silent, layout)).toEqual(current);
    expect(readFileSync(log, 'utf8')).toBe(compiled);
  });

  test('compiles only what an edit touches', async () => {
    const layout = smallProject();
    await ensureAddon(silent, layout);
    const before = objectsOf(layout);
    setAnswer(layout, '43');
    const current = await ensureAddon(silent, layout);
    expect(answerOf(layout, current)).toBe(43);
    expect(objectsOf(layout).filter((name) => !before.includes(name))).toEqual([
      expect.stringMatching(/^answer-/),
    ]);
  });

  test('compiles everything that includes a header that was edited', async () => {
    const layout = smallProject();
    await ensureAddon(silent, layout);
    write(join(layout.native, 'answer.h'), 'int answer(); // changed\n');
    expect(isUpToDate(/** @type {any} */ (readCurrent(layout)), layout)).toBe(false);
    await ensureAddon(silent, layout);
    expect(objectsOf(layout)).toHaveLength(4);
  });

  test('goes back to a build that is still there without compiling', async () => {
    const layout = smallProject();
    const first = await ensureAddon(silent, layout);
    setAnswer(layout, '43');
    await ensureAddon(silent, layout);
    setAnswer(layout, '42');
    rmSync(join(layout.build, 'objects'), { recursive: true });
    expect((await ensureAddon(silent, layout)).hash).toBe(first.hash);
    expect(existsSync(join(layout.build, 'objects'))).toBe(false);
  });

  test('keeps no more than one old build', async () => {
    const layout = smallProject();
    for (const answer of ['1', '2', '3']) {
      setAnswer(layout, answer);
      await ensureAddon(silent, layout);
    }
    expect(readdirSync(layout.build).filter((name) => /^[0-9a-f]{16}$/.test(name))).toHaveLength(2);
  });

  test('a source that does not compile: the file, the error, and the old addon untouched', async () => {
    const layout = smallProject();
    const current = await ensureAddon(silent, layout);
    setAnswer(layout, 'undeclared_name');
    const error = await failureOf(() => ensureAddon(silent, layout));
    expect(error.code).toBe('setup/compile');
    expect(error.message).toContain(`${join(layout.native, 'answer.cc')}: expected to compile and link`);
    expect(error.message).toContain('undeclared_name');
    expect(readCurrent(layout)).toEqual(current);
    expect(remnants(layout)).toEqual([]);
  });

  test.skipIf(process.platform === 'darwin')(
    'an addon that links and does not load is not published',
    async () => {
      const layout = smallProject();
      rmSync(join(layout.native, 'answer.cc'));
      const error = await failureOf(() => ensureAddon(silent, layout));
      expect(error.code).toBe('setup/addon-does-not-load');
      expect(error.message).toMatch(/undefined symbol: .*answer/);
      expect(readCurrent(layout)).toBeNull();
      expect(remnants(layout)).toEqual([]);
    },
  );

  test('two processes at a time compile once', async () => {
    const layout = smallProject();
    const log = join(layout.native, '..', 'compiled.log');
    const cxx = slowCompiler(log, 0.3);
    const both = [child(layout, cxx), child(layout, cxx)];
    expect(await Promise.all(both.map(exitOf))).toEqual([0, 0]);
    const sources = readFileSync(log, 'utf8').match(/\w+\.cc/g);
    expect(sources?.sort()).toEqual(['answer.cc', 'module.cc']);
  });

  test('Ctrl+C in the middle leaves nothing behind and exits with 130', async () => {
    const layout = smallProject();
    const log = join(layout.native, '..', 'compiled.log');
    const process_ = child(layout, slowCompiler(log, 60));
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain('.cc'), { timeout: 240_000 });
    process_.kill('SIGINT');
    expect(await exitOf(process_)).toBe(130);
    expect(remnants(layout)).toEqual([]);
    expect(readCurrent(layout)).toBeNull();
  });
});

withTools('a prebuilt engine', () => {
  /** With an addon that is really one, and no compiler for another. */
  async function installed() {
    const built = smallProject();
    const { addon } = await ensureAddon(silent, built);
    vi.stubEnv('LIBTORCH', '');
    vi.stubEnv('CXX', '/nowhere/g++');
    const home = fabricatePackages(fabricateHome());
    const { engine, libtorch } = packageNames();
    const engineFile = join(home, '..', '..', engine, 'kinora_torch.node');
    for (const file of [engineFile, join(home, '..', '..', libtorch, 'load.node')])
      cpSync(join(built.build, addon), file);
    return { layout: { native: join(home, 'native'), build: join(home, 'build') }, engineFile };
  }

  test('is used where it lies, without a compiler', async () => {
    const { layout, engineFile } = await installed();
    const current = await ensureAddon(silent, layout);
    expect(current.addon).toBe(engineFile);
    expect(existsSync(current.loader ?? '')).toBe(true);
    expect(current.libtorch).toMatchObject({ foundBy: 'package', version: '2.13.0' });
    expect(isUpToDate(current, layout)).toBe(true);
    expect(await inspect(layout)).toMatchObject({
      packaged: packageNames().libtorch,
      addon: { state: 'ready', path: engineFile },
    });
    rmSync(layout.build, { recursive: true });
    expect((await inspect(layout)).addon).toEqual({ state: 'packaged', path: engineFile });
  });

  test('that does not load on this system is said, and another libtorch is looked for', async () => {
    const { layout, engineFile } = await installed();
    write(engineFile, 'not a library');
    const line = vi.fn();
    const error = await failureOf(() => ensureAddon({ ...silent, line }, layout));
    expect(line).toHaveBeenCalledWith(
      expect.stringMatching(
        /^@kinora\/engine-.* does not load on this system \(.*\): looking for another libtorch$/,
      ),
    );
    expect(error.code).toBe('setup/no-compiler');
  });
});

test('a package without sources is named as incomplete', async ({ skip }) => {
  if (libtorch === null || !compiler) skip('needs libtorch and a compiler');
  const layout = smallProject();
  for (const name of ['module.cc', 'answer.cc']) rmSync(join(layout.native, name));
  expect((await failureOf(() => ensureAddon(silent, layout))).code).toBe('setup/no-sources');
});

/** A compiler that notes what it compiles and takes its time. @param {string} log @param {number} seconds */
function slowCompiler(log, seconds) {
  const wrapper = join(temporaryFolder(), 'slow-g++');
  write(
    wrapper,
    `#!/bin/sh\ncase "$*" in *" -c "*) echo "$@" >> ${log}; sleep ${seconds};; esac\nexec g++ "$@"\n`,
  );
  chmodSync(wrapper, 0o755);
  return wrapper;
}

/** @param {import('./addon.mjs').Layout} layout @param {string} cxx */
function child(layout, cxx) {
  const code = `
    const { ensureAddon, handleInterrupts, silent } = await import(${JSON.stringify(new URL('./index.mjs', import.meta.url))});
    handleInterrupts();
    await ensureAddon(silent, ${JSON.stringify(layout)});`;
  return spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, CXX: cxx },
    stdio: 'ignore',
  });
}

/** @param {import('node:child_process').ChildProcess} process_ @returns {Promise<number | null>} */
function exitOf(process_) {
  return new Promise((resolve) => process_.once('exit', resolve));
}

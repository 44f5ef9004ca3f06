/** Preparing Jester from generated parts: complete, interrupted, damaged, malicious. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeTestClip } from '../decode/fixtures.test.util.js';
import { checkSpace, findParts } from './archive.js';
import { prepareJester } from './prepare.js';

const ids = ['1001', '1002', '1003', '1004'];

/** A folder with an archive of four small clips in three parts, and the four lists. */
function download(): Disposable & { path: string } {
  const folder = temporaryFolder();
  const made = join(folder.path, 'made');
  for (const [i, id] of ids.entries()) writeTestClip(join(made, '20bn-jester-v1', id), 5 + i, 20, 30, i);
  const archive = join(folder.path, 'whole');
  create({ sync: true, gzip: true, cwd: made, file: archive }, ['20bn-jester-v1']);
  rmSync(made, { recursive: true });
  split(folder.path, readFileSync(archive), 3);
  rmSync(archive);
  mkdirSync(join(folder.path, 'annotations'));
  const list = (name: string, text: string) =>
    writeFileSync(join(folder.path, 'annotations', `jester-v1-${name}.csv`), text);
  list('labels', 'Swiping Left\nThumb Up\n');
  list('train', '1001;Swiping Left\n1002;Thumb Up\n');
  list('validation', '1003;Thumb Up\n');
  list('test', '1004\n');
  return folder;
}

function split(folder: string, bytes: Buffer, parts: number): void {
  const size = Math.ceil(bytes.length / parts);
  for (let i = 0; i < parts; i++) {
    writeFileSync(join(folder, `20bn-jester-v1-0${i}`), bytes.subarray(i * size, (i + 1) * size));
  }
}

describe('prepareJester', () => {
  test('unpacks, finds the lists, counts', async () => {
    using folder = download();
    const report = await prepareJester({ path: folder.path });
    expect(report.root).toBe(join(folder.path, '20bn-jester-v1'));
    expect(report.unpacked).toMatchObject({ written: 5 + 6 + 7 + 8, kept: 0 });
    expect(report.splits).toEqual([
      { name: 'train', clips: 2, present: 2 },
      { name: 'validation', clips: 1, present: 1 },
      { name: 'test', clips: 1, present: 1 },
    ]);
    expect(report).toMatchObject({
      classes: 2,
      missing: [],
      missingLists: [],
      frames: { total: 26, min: 5, max: 8 },
    });
    expect((await prepareJester({ path: folder.path })).unpacked).toBeUndefined();
  });

  test('unpacks elsewhere; names missing clips and lists', async () => {
    using folder = download();
    using out = temporaryFolder();
    writeFileSync(join(folder.path, 'annotations', 'jester-v1-test.csv'), '1004\n1005\n');
    rmSync(join(folder.path, 'annotations', 'jester-v1-labels.csv'));
    const report = await prepareJester({ path: folder.path, out: out.path });
    expect(report.missing).toEqual(['1005']);
    expect(report.missingLists).toEqual(['labels']);
    expect(readdirSync(out.path)).toEqual(['.kinora-unpacked.json', '20bn-jester-v1']);
  });

  test('resumes where it was interrupted: writes only what is missing or truncated', async () => {
    using folder = download();
    const { root } = await prepareJester({ path: folder.path });
    rmSync(join(folder.path, '.kinora-unpacked.json'));
    rmSync(join(root, '1003'), { recursive: true });
    const cut = join(root, '1002', '00001.jpg');
    const bytes = statSync(cut).size;
    truncateSync(cut, 10);
    const report = await prepareJester({ path: folder.path });
    expect(report.unpacked).toMatchObject({ written: 7 + 1, kept: 26 - 8 });
    expect(statSync(cut).size).toBe(bytes);
    expect(report.missing).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"parts":\n[1'],
    ['a list', '[]'],
    ['null', 'null'],
    ['other types', '{"parts":"1","done":"2"}'],
    ['a folder outside', '{"parts":[1],"done":1,"top":"../../elsewhere"}'],
  ])('a record that holds %s: one line that says what to do', async (_, text) => {
    using folder = download();
    const record = join(folder.path, '.kinora-unpacked.json');
    writeFileSync(record, text);
    await expect(prepareJester({ path: folder.path })).rejects.toThrow(
      /^.*\.kinora-unpacked\.json.*: expected .*; delete the file, and the parts are read again; whole frames are kept$/,
    );
    rmSync(record);
    expect((await prepareJester({ path: folder.path })).missing).toEqual([]);
  });

  test('stops when asked to, and can resume', async () => {
    using folder = download();
    const stop = AbortSignal.abort(new Error('stopped'));
    await expect(prepareJester({ path: folder.path, signal: stop })).rejects.toThrow();
    expect((await prepareJester({ path: folder.path })).missing).toEqual([]);
  });

  test('a folder unpacked by hand needs no parts', async () => {
    using folder = download();
    await prepareJester({ path: folder.path });
    for (const { path } of findParts(folder.path)) rmSync(path);
    expect((await prepareJester({ path: folder.path })).frames.total).toBe(26);
  });
});

describe('errors are one line', () => {
  const preparing = (path: string) => prepareJester({ path });

  test('nothing there, nothing in it', async () => {
    using folder = temporaryFolder();
    await expect(preparing(join(folder.path, 'no'))).rejects.toThrow(
      'expected the folder with the downloaded Jester files',
    );
    await expect(preparing(folder.path)).rejects.toThrow('expected parts named 20bn-jester-v1-00');
  });

  test('a part is missing in the middle, or at the end', async () => {
    using folder = download();
    copyFileSync(join(folder.path, '20bn-jester-v1-02'), join(folder.path, '20bn-jester-v1-03'));
    rmSync(join(folder.path, '20bn-jester-v1-02'));
    await expect(preparing(folder.path)).rejects.toThrow(
      'expected 20bn-jester-v1-02 before 20bn-jester-v1-03',
    );
    rmSync(join(folder.path, '20bn-jester-v1-03'));
    await expect(preparing(folder.path)).rejects.toThrow(
      '20bn-jester-v1-01: expected a complete archive, received a truncated one',
    );
  });

  test('a part is damaged, or is not an archive at all', async () => {
    using folder = download();
    const middle = join(folder.path, '20bn-jester-v1-01');
    writeFileSync(middle, readFileSync(middle).fill(7, 100, 400));
    await expect(preparing(folder.path)).rejects.toThrow('expected a complete archive');
    writeFileSync(join(folder.path, '20bn-jester-v1-00'), 'PK zip');
    await expect(preparing(folder.path)).rejects.toThrow(
      'expected the beginning of a gzip archive, received a zip archive',
    );
  });

  test('a disk without space', () => {
    using folder = temporaryFolder();
    expect(() => checkSpace([{ path: 'x', bytes: 1e18 }], folder.path)).toThrow(
      /expected 1500000000\.0 GB free .* --out$/,
    );
  });

  test.each([
    ['../evil.txt', 'File', 'the path "../evil.txt"'],
    ['/tmp/kinora-evil.txt', 'File', 'the path "/tmp/kinora-evil.txt"'],
    ['20bn-jester-v1/1/link', 'SymbolicLink', 'the SymbolicLink "20bn-jester-v1/1/link"'],
  ] as const)('a malicious archive: %s', async (path, type, words) => {
    using folder = temporaryFolder();
    const inside = join(folder.path, 'in');
    mkdirSync(inside);
    writeFileSync(join(inside, '20bn-jester-v1-00'), gzipSync(malicious(path, type)));
    await expect(preparing(inside)).rejects.toThrow(words);
    expect(readdirSync(folder.path)).toEqual(['in']);
  });
});

test('the command prints what it found and what to do next', () => {
  using folder = download();
  writeFileSync(join(folder.path, 'annotations', 'jester-v1-test.csv'), '1004\n1005\n');
  const script = `
    import { jesterCommand } from ${JSON.stringify(new URL('../../cli/jester.js', import.meta.url).href)};
    await jesterCommand().parseAsync([process.argv[1]], { from: 'user' });`;
  const argv = ['--input-type=module', '-e', script, folder.path];
  const text = execFileSync(process.execPath, argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(text).toContain('unpacked 26 frames');
  expect(text).toMatch(/train +2 of 2 clips/);
  expect(text).toContain('1 clips are missing, such as 1005');
  expect(text).toContain(`--set trainFolder=${join(folder.path, '20bn-jester-v1')}`);
});

/** A tar with a single entry that no well-behaved tar program would write. */
function malicious(path: string, type: 'File' | 'SymbolicLink'): Buffer {
  const body = type === 'File' ? Buffer.from('evil') : Buffer.alloc(0);
  const block = Buffer.alloc(512 * (type === 'File' ? 2 : 1) + 1024);
  const header = new Header({
    path,
    size: body.length,
    mode: 0o644,
    type,
    linkpath: type === 'File' ? '' : '/etc/passwd',
    mtime: new Date(0),
  });
  header.encode(block, 0);
  body.copy(block, 512);
  return block;
}

/** Checkpoints on a disk that fills up and in processes that are killed: every link leads to a whole generation. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generations, type Link, linked, publish, sweep } from './generations.js';
import { canMount, withTinyDisk } from './tiny-disk.test.util.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinora-generations-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A generation of two files that hold its name. */
const save = (name: string, links: readonly Link[] = ['last'], where = folder): void =>
  publish(where, name, links, (path) => {
    for (const file of ['a', 'b']) writeFileSync(join(path, file), name);
  });

/** What a link leads to; throws unless it is whole. */
function contentOf(link: Link, where = folder): string {
  const [a, b] = ['a', 'b'].map((file) => readFileSync(join(where, link, file), 'utf8'));
  expect(a).toBe(b);
  return a!;
}

test('last and best on one generation, then apart; what no link needs is gone', () => {
  save('step-1', ['last', 'best']);
  expect([contentOf('last'), contentOf('best')]).toEqual(['step-1', 'step-1']);
  expect(readdirSync(folder).sort()).toEqual(['best', 'last', 'step-1']);
  save('step-2');
  save('step-3');
  expect([contentOf('last'), contentOf('best')]).toEqual(['step-3', 'step-1']);
  expect(readdirSync(folder).sort()).toEqual(['best', 'last', 'step-1', 'step-3']);
});

test('the same step twice: the new one replaces the old one whole', () => {
  save('step-1', ['last', 'best']);
  save('step-1');
  expect([linked(folder, 'last'), linked(folder, 'best')]).toEqual(['step-1-2', 'step-1']);
  save('step-1', ['last', 'best']);
  expect(linked(folder, 'last')).toBe(linked(folder, 'best'));
  expect(readdirSync(folder)).toHaveLength(3);
});

test('the project deleted under a training is an error, and not a process that never ends', () => {
  const program = `
    const [module, folder] = process.argv.slice(1);
    const { publish } = await import(module);
    const { rmSync } = await import('node:fs');
    process.chdir(folder);
    rmSync(folder, { recursive: true });
    publish('checkpoints', 'step-1', ['last'], () => {});`;
  const gone = mkdtempSync(join(tmpdir(), 'kinora-generations-'));
  const module = new URL('./generations.js', import.meta.url).href;
  const words = ['--input-type=module', '-e', program, module, gone];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 120_000 });
  expect(status, stderr).toBe(1);
  expect(stderr).toMatch(/checkpoints\/step-1: expected a checkpoint to be written, received no such file/);
});

test('a failure while it is written leaves everything as it was', () => {
  save('step-1', ['last', 'best']);
  const fail = () =>
    publish(folder, 'step-2', ['last', 'best'], (path) => {
      writeFileSync(join(path, 'a'), 'half');
      throw new RangeError('no more');
    });
  expect(fail).toThrow(RangeError);
  expect([contentOf('last'), contentOf('best')]).toEqual(['step-1', 'step-1']);
  expect(readdirSync(folder).sort()).toEqual(['best', 'last', 'step-1']);
});

test('a failure while it is linked leaves no generation behind', () => {
  save('step-1');
  mkdirSync(join(folder, 'best')); // a folder where the link should go
  expect(() => save('step-2', ['last', 'best'])).toThrow('expected a checkpoint to be written');
  expect(contentOf('last')).toBe('step-1');
  expect(readdirSync(folder).sort()).toEqual(['best', 'last', 'step-1']);
});

test('what killed processes left is swept, what is not ours stays', () => {
  save('step-1');
  mkdirSync(join(folder, '.step-2.1-ab.tmp'));
  mkdirSync(join(folder, 'step-2'));
  symlinkSync('step-2', join(folder, '.last.1.tmp'));
  mkdirSync(join(folder, 'mine'));
  sweep(folder);
  expect(readdirSync(folder).sort()).toEqual(['last', 'mine', 'step-1']);
  expect(contentOf('last')).toBe('step-1');
});

test('without a last link that leads somewhere, no generation is swept', () => {
  save('step-1', ['last', 'best']);
  save('step-10');
  for (const lose of [
    () => rmSync(join(folder, 'last')),
    () => symlinkSync('step-7', join(folder, 'last')),
  ]) {
    lose();
    mkdirSync(join(folder, '.step-11.1-ab.tmp'));
    sweep(folder);
    expect(generations(folder)).toEqual(['step-10', 'step-1']);
    expect(existsSync(join(folder, '.step-11.1-ab.tmp'))).toBe(false);
  }
});

test('generations are ordered by step, and by how often a step was saved', () => {
  for (const name of ['step-2', 'step-10', 'step-9-2', 'step-9', 'step-9-10', 'step-x', 'mine'])
    mkdirSync(join(folder, name));
  expect(generations(folder)).toEqual(['step-10', 'step-9-10', 'step-9-2', 'step-9', 'step-2']);
  expect(generations(join(folder, 'none'))).toEqual([]);
});

test.skipIf(!canMount)(
  'a full disk: one clear error, all as it was (needs the right to mount a tmpfs)',
  () => {
    withTinyDisk(64, (disk) => {
      const large = (name: string, bytes: number) => () =>
        publish(disk, name, ['last', 'best'], (path) => {
          for (const file of ['a', 'b']) writeFileSync(join(path, file), name.repeat(bytes / name.length));
        });
      large('step-1', 12_000)();
      const before = contentOf('last', disk);
      expect(large('step-2', 42_000)).toThrow(
        'step-2: expected a checkpoint to be written, received a full disk; free some space; what was saved before is whole',
      );
      expect([contentOf('last', disk), contentOf('best', disk)]).toEqual([before, before]);
      expect(readdirSync(disk).sort()).toEqual(['best', 'last', 'step-1']);
      large('step-2', 12_000)();
      expect(contentOf('last', disk)).not.toBe(before);
    });
  },
);

/** Kills itself before its n-th call into the file system; prints `done` if it needs fewer. */
const KILLED = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const [, module, folder, name, n] = process.argv;
  const { publish } = await import(module);
  let calls = 0;
  for (const call of ['mkdirSync', 'writeFileSync', 'openSync', 'fsyncSync', 'renameSync', 'symlinkSync', 'rmSync']) {
    const real = fs[call];
    fs[call] = (...args) => {
      if (++calls === Number(n)) process.kill(process.pid, 'SIGKILL');
      return real(...args);
    };
  }
  syncBuiltinESMExports();
  publish(folder, name, ['last', 'best'], (path) => {
    for (const file of ['a', 'b']) fs.writeFileSync(path + '/' + file, name);
  });
  process.stdout.write('done');
`;

describe('a kill', () => {
  const module = new URL('./generations.js', import.meta.url).href;

  test('before every single call into the file system leaves whole generations, never a newer last', () => {
    save('step-0', ['last', 'best']);
    const seen = new Set<string>();
    for (let n = 1, done = false; !done; n++) {
      const args = ['--input-type=module', '-e', KILLED, module, folder, `step-${n}`, String(n)];
      const { stdout, signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      done = stdout === 'done';
      expect(done || signal === 'SIGKILL', stderr).toBe(true);
      const [last, best] = [contentOf('last'), contentOf('best')];
      // Step n is published in part or not at all; with last moved, best has moved too.
      if (last === `step-${n}`) expect(best).toBe(last);
      seen.add(`${last === `step-${n}`} ${best === `step-${n}`}`);
      sweep(folder);
      expect(readdirSync(folder).sort()).toEqual([...new Set(['best', 'last', last, best])].sort());
    }
    expect(seen).toEqual(new Set(['false false', 'false true', 'true true']));
  });
});

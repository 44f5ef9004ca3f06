import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeAtomically } from './atomic.js';
import { withFolder } from './folder.test.util.js';
import { rawTensor } from './raw.js';
import { writeSafetensors } from './safetensors.js';

const bytes = (text: string) => Buffer.from(text);

test('replaces the old file and leaves nothing beside it', () => {
  withFolder((folder) => {
    const path = join(folder, 'model');
    writeFileSync(path, 'old');
    writeAtomically(path, (sink) => {
      sink.write(bytes('ne'));
      expect(sink.position).toBe(2);
      expect(readFileSync(path, 'utf8')).toBe('old');
      sink.write(bytes('w'));
    });
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['model']);
  });
});

test('a failure half-way leaves the old file whole and nothing beside it', () => {
  withFolder((folder) => {
    const path = join(folder, 'model');
    writeFileSync(path, 'old');
    const fail = () =>
      writeAtomically(path, (sink) => {
        sink.write(bytes('half'));
        throw new RangeError('no more');
      });
    expect(fail).toThrow(RangeError);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model']);
  });
});

test('a folder that is not there', () => {
  withFolder((folder) => {
    const path = join(folder, 'no', 'model');
    expect(() => writeAtomically(path, () => {})).toThrow(
      `${path}: expected room and permission to write, received no such`,
    );
  });
});

/** A disk of 256 KiB, where the machine lets us mount one. */
function canMount(): boolean {
  return withFolder((folder) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
      execFileSync('umount', [folder], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

test.skipIf(!canMount())(
  'a full disk: one clear error, the old file whole (needs the right to mount a tmpfs)',
  () => {
    withFolder((folder) => {
      const disk = join(folder, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
      try {
        const path = join(disk, 'model.safetensors');
        const tensors = (size: number) =>
          new Map([['w', rawTensor('uint8', [size], new Uint8Array(size).fill(size))]]);
        writeSafetensors(path, tensors(100_000));
        const before = readFileSync(path);
        expect(() => writeSafetensors(path, tensors(300_000))).toThrow(
          `${path}: expected room and permission to write, received a full disk; free some space; what was saved before is whole`,
        );
        expect(readFileSync(path).equals(before)).toBe(true);
        expect(readdirSync(disk)).toEqual(['model.safetensors']);
      } finally {
        execFileSync('umount', [disk]);
      }
    });
  },
);

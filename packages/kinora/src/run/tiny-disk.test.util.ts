/** A real disk of a few pages, for what must happen when it is full; needs the right to mount a tmpfs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Mounts a folder that holds `kibibytes`; undefined when the machine does not let us make one. */
export function mountTinyDisk(kibibytes: number): { folder: string; unmount(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  const unmount = (): void => {
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  };
  return { folder, unmount };
}

/** Runs `use` with a folder that holds `kibibytes`; false when the machine does not let us make one. */
export function withTinyDisk(kibibytes: number, use: (folder: string) => void): boolean {
  const disk = mountTinyDisk(kibibytes);
  if (disk === undefined) return false;
  try {
    use(disk.folder);
  } finally {
    disk.unmount();
  }
  return true;
}

export const canMount = withTinyDisk(16, () => {});

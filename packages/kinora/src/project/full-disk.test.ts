/** A disk that fills up while clips are added and changed: one line says so, and what was there stays whole. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream } from '@kinora/clip';
import { expect, test } from 'vitest';
import { encodeJpeg } from '../data/decode/jpeg.js';
import { canMount, mountTinyDisk } from '../run/tiny-disk.test.util.js';
import { listChanges, moveClips, removeClips, undoChange, type Workplace } from './changes.js';
import { addClip, receive, receiveFrames } from './intake.js';
import { createProject } from './project.js';
import { ClipThreads } from './reader.js';
import { ClipIndex } from './scan.js';
import { writeSplit } from './split.js';

const SIZE = { height: 24, width: 32 };
const noise = randomStream(1, 1);
const frame = encodeJpeg(
  Uint8Array.from({ length: SIZE.height * SIZE.width * 3 }, () => noise.below(256)),
  SIZE,
);

test.skipIf(!canMount)(
  'a full disk: one clear error each, all clips and lists as they were, and with room it works (needs the right to mount a tmpfs)',
  async () => {
    const disk = mountTinyDisk(512)!;
    const threads = new ClipThreads(1);
    try {
      const at = (...names: string[]) => join(disk.folder, 'gestures', ...names);
      const project = createProject(at(), { classes: ['stop', 'wave'] });
      const place: Workplace = { project, index: new ClipIndex(project), threads };
      const ids: string[] = [];
      for (const name of ['stop', 'wave'])
        for (const person of ['anna', 'ben']) {
          const file = await receiveFrames(project, [frame, frame]);
          ids.push((await addClip(place, file, { class: name, person })).id);
        }
      writeSplit(project, place.index.scan(), { leaveOut: 'ben' });
      const content = () =>
        readdirSync(at(), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !entry.parentPath.includes('.kinora'))
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
          .map((path) => [path, readFileSync(path, 'base64')]);
      const before = content();
      const filler = join(disk.folder, 'filler');
      fill(filler);

      async function* video(): AsyncGenerator<Uint8Array> {
        for (let n = 0; n < 4; n++) yield new Uint8Array(64 * 1024);
      }
      await expect(receive(project, video(), '.mp4')).rejects.toThrow(
        /expected room on the disk, received none; free some, and try again/,
      );
      await expect(receiveFrames(project, [frame, frame])).rejects.toThrow(/expected room on the disk/);
      expect(readdirSync(at('.kinora', 'incoming'))).toEqual([]);
      expect(() => moveClips(place, [ids[0]!], { class: 'wave' })).toThrow(
        /(full disk|room on the disk).*free/,
      );
      expect(() => removeClips(place, [ids[0]!])).toThrow(/(full disk|room on the disk).*free/);
      expect(() => writeSplit(project, place.index.scan(), { leaveOut: 'anna' })).toThrow(/full disk/);
      expect(content()).toEqual(before);
      expect(listChanges(project)).toEqual([]);

      rmSync(filler);
      const change = moveClips(place, [ids[0]!], { class: 'wave' });
      expect(existsSync(at('clips', ids[0]!))).toBe(false);
      undoChange(place, change.id);
      expect(content()).toEqual(before);
    } finally {
      await threads.close();
      disk.unmount();
    }
  },
);

/** Writes until nothing fits any more. */
function fill(file: string): void {
  for (let kibibytes = 256; kibibytes >= 1; )
    try {
      writeFileSync(file, Buffer.alloc(kibibytes * 1024), { flag: 'a' });
    } catch {
      kibibytes >>= 1;
    }
}

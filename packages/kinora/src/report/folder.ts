/** A folder of pages, pictures and numbers, each file of which is written whole or not at all. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Markup } from '../figures/svg.js';
import { writeWhole } from '../files/record.js';

export interface ReportFolder {
  write(name: string, content: string | Uint8Array): void;
  /**
   * As `name.png`, and as `name.svg` where asked for. A picture of nothing is none, and none is left over from an earlier
   * report either.
   */
  draw(name: string, picture: Markup | undefined, kinds?: readonly ('png' | 'svg')[]): void;
}

/** Makes the folder where it is missing. */
export async function reportFolder(path: string): Promise<ReportFolder> {
  // The renderer is a native library: it is loaded when there is something to draw, not with the package.
  const { toPng } = await import('../figures/png.js');
  mkdirSync(path, { recursive: true });
  const write = (name: string, content: string | Uint8Array) => writeWhole(join(path, name), content);
  const draw = (name: string, picture: Markup | undefined, kinds: readonly ('png' | 'svg')[] = ['png']) => {
    for (const kind of kinds) {
      const file = `${name}.${kind}`;
      if (picture === undefined) rmSync(join(path, file), { force: true });
      else write(file, kind === 'png' ? toPng(picture.text) : picture.text);
    }
  };
  return { write, draw };
}

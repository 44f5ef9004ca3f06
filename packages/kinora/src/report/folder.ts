/** A folder of pages, pictures and numbers; each file is written atomically. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Markup } from '../figures/svg.js';
import { writeWhole } from '../files/record.js';

export interface ReportFolder {
  write(name: string, content: string | Uint8Array): void;
  /**
   * Writes `name.png` and, if requested, `name.svg`. If there is nothing to draw, removes those of an earlier report.
   */
  draw(name: string, picture: Markup | undefined, kinds?: readonly ('png' | 'svg')[]): void;
}

/** Creates the folder if it is missing. */
export async function reportFolder(path: string): Promise<ReportFolder> {
  // The renderer is a native library, loaded only when there is something to draw.
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

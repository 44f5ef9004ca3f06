/** For tests only: where the real clips lie, and how to make small ones. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeJpeg } from './jpeg.js';

const beside = fileURLToPath(new URL('../../../../../../shared/data', import.meta.url));

/** A folder of the real data, or undefined where this machine does not have it. */
export function realData(name: string): string | undefined {
  const folder = join(process.env.KINORA_TEST_DATA ?? beside, name);
  return existsSync(folder) ? folder : undefined;
}

/** A temporary folder that `using` removes. */
export function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'kinora-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A picture with a gradient that moves with `t` and a colour of its own for each `hue`, RGB `[H, W, 3]`. */
export function testPicture(height: number, width: number, t = 0, hue = 0): Uint8Array {
  const pixels = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = (y * width + x) * 3;
      pixels[p] = (x * 2 + t * 3) % 256;
      pixels[p + 1] = (y * 2 + hue * 40) % 256;
      pixels[p + 2] = (hue * 90 + t * 5) % 256;
    }
  }
  return pixels;
}

/** Writes a clip as a folder of JPEG frames, `00001.jpg` and so on. */
export function writeTestClip(folder: string, count: number, height = 100, width = 176, hue = 0): void {
  mkdirSync(folder, { recursive: true });
  for (let t = 0; t < count; t++) {
    const name = `${String(t + 1).padStart(5, '0')}.jpg`;
    writeFileSync(join(folder, name), encodeJpeg(testPicture(height, width, t, hue), { height, width }));
  }
}

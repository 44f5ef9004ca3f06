/**
 * The built studio in this package, `dist/studio`, and the list of files that its service worker stores, so that a site
 * works offline.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type KinoraError, kinoraError } from '@kinora/torch';

const APP = fileURLToPath(new URL('../../studio', import.meta.url));
const WORKER = 'service-worker.js';

/** Copies the app into `folder`. */
export function copyApp(folder: string): void {
  if (!existsSync(join(APP, 'index.html'))) throw notBuilt();
  cpSync(APP, folder, { recursive: true });
}

/** Whether the folder holds the app: no other service worker has such a list. */
export function isApp(folder: string): boolean {
  const worker = join(folder, WORKER);
  return existsSync(worker) && readFileSync(worker, 'utf8').includes('KINORA_FILES');
}

/** Writes the list of the site's files, and a hash of all of them, at the top of its service worker. */
export function listFiles(folder: string): void {
  const files = filesOf(folder).filter((file) => file !== WORKER);
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  const list = { version: hash.digest('hex').slice(0, 16), files: files.map(address) };
  const code = readFileSync(join(folder, WORKER), 'utf8');
  writeFileSync(join(folder, WORKER), `self.KINORA_FILES = ${JSON.stringify(list)};\n${code}`);
}

/** Every file below `folder`, relative to it, with `/` between its parts. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    )
    .sort();
}

/** The page itself is requested by its folder. */
const address = (file: string): string => (file === 'index.html' ? './' : file);

const notBuilt = (): KinoraError =>
  kinoraError('site/no-app', APP, 'the built studio', 'no index.html there', {
    hint: 'in the repository: node scripts/studio.mjs',
  });

/**
 * Film strips that have been made, in `.kinora/strips/`, within a limit; and what recordings hold. Both are derived from files and
 * named after their versions.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../files/record.js';
import { type Project, pathsOf } from './project.js';
import type { ClipThreads, Facts, Readings } from './reader.js';

/** Bytes of strips on the disk: 10,000 clips have about 150 MB. */
const LIMIT = 512 * 2 ** 20;
/** Strips between two looks at how much there is. */
const LOOK_EVERY = 500;

export class PictureCache {
  readonly #folder: string;
  readonly #threads: ClipThreads;
  readonly #making = new Map<string, Promise<Uint8Array>>();
  readonly #facts = new Map<string, Promise<Facts>>();
  #made = 0;

  constructor(project: Project, threads: ClipThreads) {
    this.#folder = join(pathsOf(project).hidden, 'strips');
    this.#threads = threads;
  }

  strip(version: string, asked: Readings['strip']['ask']): Promise<Uint8Array> {
    const { path, frames, height, start, end } = asked;
    const key = createHash('sha256')
      .update(JSON.stringify([path, version, frames, height, start ?? null, end ?? null]))
      .digest('hex');
    const making = this.#making.get(key);
    if (making !== undefined) return making;
    const result = this.#strip(join(this.#folder, key.slice(0, 2), `${key.slice(2, 34)}.jpg`), asked);
    this.#making.set(key, result);
    const forget = () => this.#making.delete(key);
    result.then(forget, forget);
    return result;
  }

  /** Of a recording, once for each version of its file. */
  facts(version: string, read: () => Promise<Facts>): Promise<Facts> {
    const known = this.#facts.get(version);
    if (known !== undefined) return known;
    const facts = read();
    this.#facts.set(version, facts);
    facts.catch(() => this.#facts.delete(version));
    return facts;
  }

  async #strip(file: string, asked: Readings['strip']['ask']): Promise<Uint8Array> {
    try {
      return readFileSync(file);
    } catch {
      // not made yet
    }
    const bytes = await this.#threads.read('strip', asked);
    try {
      mkdirSync(join(file, '..'), { recursive: true });
      writeWhole(file, bytes);
      if (++this.#made % LOOK_EVERY === 0) this.#shrink();
    } catch {
      // A full disk costs only that it is made again.
    }
    return bytes;
  }

  /** Removes the oldest strips above the limit. */
  #shrink(): void {
    const files = readdirSync(this.#folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, stat: statSync(path, { throwIfNoEntry: false }) }))
      .filter(({ stat }) => stat !== undefined)
      .sort((a, b) => b.stat!.mtimeMs - a.stat!.mtimeMs);
    let total = 0;
    for (const { path, stat } of files) {
      total += stat!.size;
      if (total > LIMIT) rmSync(path, { force: true });
    }
  }
}
